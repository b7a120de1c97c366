// What the card itself says that it can do, in EF.CardAccess and DG14 as they were written to it (ICAO Doc
// 9303-11 section 9.2): the card does nothing that it does not offer. Pure functions; any thread.
#pragma once

#include <optional>
#include <vector>

#include "crypto/curves.hpp"
#include "devices/virtual_card/apdu.hpp"
#include "devices/virtual_card/messaging_keys.hpp"

namespace imprimatur::devices {

// PACE with ECDH and generic mapping, or chip authentication with ECDH: the suite that an object identifier
// (its value) means.
std::optional<CipherSuite> pace_suite(ByteView identifier);
std::optional<CipherSuite> chip_authentication_suite(ByteView identifier);
std::optional<crypto::Curve> curve_of_parameters(ByteView domain_parameters);

struct PaceOffer {
  CipherSuite suite = CipherSuite::aes128;
  crypto::Curve curve = crypto::Curve::p256;
};

struct ChipAuthenticationOffer {
  CipherSuite suite = CipherSuite::aes128;
  Bytes key_id;  // empty: none is named
};

// Entries that are not known, and files that cannot be read, offer nothing.
std::vector<PaceOffer> pace_offers(ByteView card_access);
std::vector<ChipAuthenticationOffer> chip_authentication_offers(ByteView dg14);

}  // namespace imprimatur::devices
