// What GET DATA and GET STATUS say about a card, and the key fields of PUT KEY (GlobalPlatform 11.3, 11.4,
// 11.8). Pure functions; any thread.
#pragma once

#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

// 9F7F CPLC, 00E0 key information, 0066 card data, 00CF diversification data, 00C1 sequence counter; empty
// when the card does not have it.
Bytes data_object(const Memory& memory, std::uint16_t tag);

Bytes domain_status(const Memory& memory);       // E3 template of the issuer domain
Bytes application_status(const Memory& memory);  // E3 template of the ICAO application

struct KeyFields {
  std::uint8_t new_version = 0;
  CardKeys keys;
  Bytes check_values;  // three times three bytes
};

// New version and three key fields: 88, length, key length, cryptogram under K-DEK, 03, check value. Answers
// 9000, 6A80, 9484 (not AES) or 9485 (check value).
StatusWord read_key_fields(ByteView data, const Secret& data_encryption_key, KeyFields& fields);

}  // namespace imprimatur::devices
