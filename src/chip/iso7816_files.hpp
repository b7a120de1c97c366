// Dialect iso7816-files: CREATE FILE, UPDATE BINARY, ACTIVATE FILE (ISO/IEC 7816-4 and -9), or files that are
// there already. Blocks.
#pragma once

#include "chip/dialect.hpp"

namespace imprimatur::chip::iso7816_files {

extern const DialectFunctions kFunctions;

}  // namespace imprimatur::chip::iso7816_files
