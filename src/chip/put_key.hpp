// PUT KEY of a whole AES key set under SCP03 (GlobalPlatform 2.3.1 section 11.8, Amendment D 7.2), and the
// key information template. Pure functions; any thread.
#pragma once

#include "chip/apdu.hpp"
#include "crypto/key_vault.hpp"

namespace imprimatur::chip {

struct PutKeyRequest {
  std::uint8_t replaced_version = 0;  // 00 adds a set
  std::uint8_t new_version = 0;
};
// K-ENC, K-MAC and K-DEK, each enciphered under `dek` (the static K-DEK of the open session) with its check
// value.
Command put_key(const PutKeyRequest& request, const crypto::CardKeys& new_keys, ByteView dek);

// What the card must answer: new version and the three check values.
Bytes put_key_answer(std::uint8_t new_version, const crypto::CardKeys& new_keys);

// Key versions named in a key information template (tag E0), each once, ascending. Error chip.key_template.
Result<std::vector<std::uint8_t>> parse_key_template(ByteView data);

}  // namespace imprimatur::chip
