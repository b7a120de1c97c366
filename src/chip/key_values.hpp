// The keys of one card as the card is given them: values of the data groupings 8F01 to 8F03
// (devices/virtual_card/FORMAT.md section 1), before they are enciphered, and the gaps of key commands of the
// other dialects. All of it secret. Pure functions; any thread.
#pragma once

#include "chip/byte_template.hpp"
#include "chip/personalise.hpp"

namespace imprimatur::chip {

// What the profile's access protocols need: 80 BAC key seed; for PACE 81 SHA-1 of the MRZ information, and 82
// the CAN when there is one. Errors mrz.*.
Result<Secret> access_keys_value(const ChipProfile& profile, const ChipContent& content);
// EC: A1 { 80 domain parameters, 81 scalar }; RSA: A2 { 80 n, 81 e, 82 d, 83 p, 84 q }.
Secret active_authentication_value(const crypto::PrivateKey& key);
Secret chip_authentication_value(const ChipAuthenticationPair& pair);

// A value for every gap of a key command that this card has one for. Errors mrz.*.
Result<SlotValues> key_slot_values(const ChipProfile& profile, const ChipContent& content);

}  // namespace imprimatur::chip
