// The text of DG1 in any of the document sizes: 90 characters for TD1, 72 for TD2, 88 for TD3. In each of
// them the document code stands at 1 and 2 and the issuer at 3 to 5.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::lds {

// Errors of tlv.hpp.
Result<std::string> dg1_text(ByteView file);

}  // namespace imprimatur::lds
