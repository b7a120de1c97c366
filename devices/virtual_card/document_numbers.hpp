// Access keys as the passport applet is told them: document number, birth and expiry, from which the card
// derives the keys (spec/emrtd-applet.md; ICAO Doc 9303-11 sections 9.7.2 and 9.7.3). Pure functions; any
// thread.
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace imprimatur::devices {

// PUT DATA 00 62: `62 L {04 L document number}{04 06 birth}{04 06 expiry}` to the value of 8F01, the CAN and
// other passwords of an earlier value kept. Nothing when it is not well formed.
std::optional<Bytes> access_keys_from_document(ByteView data, ByteView earlier);

// PUT DATA 00 65: `{66 L reference ‖ secret}…`, reference 02 CAN, 03 PIN, 04 PUK.
std::optional<Bytes> access_keys_with_secrets(ByteView data, ByteView earlier);

}  // namespace imprimatur::devices
