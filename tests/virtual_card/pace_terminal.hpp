// The terminal's side of PACE and of AES secure messaging for the tests of the virtual card, and finished
// chips that offer PACE, chip and active authentication. Written from ICAO Doc 9303-11, apart from the card's
// own code and from `chip`.
#pragma once

#include "crypto/curves.hpp"
#include "terminal.hpp"

namespace imprimatur::devices::testing {

// Object identifiers without their last byte, which names the suite: 2, 3, 4 AES-128, -192, -256.
inline constexpr std::string_view kPaceEcdhGm = "04007F000702020402";
inline constexpr std::string_view kCaEcdh = "04007F000702020302";

// MRZ T22000129 640812 101031 of 9303-11 appendix G: SHA-1 of its information.
Bytes specimen_mrz_password();

// Personalises through the issuer domain: EF.COM, DG1, and these files and plain key objects.
struct Document {
  Bytes card_access;  // empty: none
  Bytes dg14;         // likewise
  Bytes access_keys;  // 8F01
  Bytes active_key;   // 8F02; empty: none
  Bytes chip_key;     // 8F03; empty: none
};
void personalise(Card& card, const Document& document);

// EF.CardAccess with one PACE offer.
Bytes card_access_of(std::uint8_t suite, std::uint8_t parameters);

// Secure messaging with AES.
class AesTerminal {
 public:
  explicit AesTerminal(Card& card) : card_(card) {}
  void begin(Bytes enc, Bytes mac);
  Bytes send(ByteView plain);
  Bytes protect(ByteView plain);
  Bytes unprotect(ByteView answer);
  const Bytes& enc() const { return enc_; }

 private:
  Bytes counter() const;
  Bytes mac(ByteView message) const;
  Card& card_;
  Bytes enc_, mac_;
  std::uint64_t counter_ = 0;
};

struct PaceTry {
  std::uint8_t suite = 2;
  crypto::Curve curve = crypto::Curve::p256;
  std::uint8_t password_reference = 1;
  Bytes password;
};

// The four steps; 9000 and `terminal` is in secure messaging, or the first other status word. A wrong token
// of the card fails the test.
StatusWord open_pace(Card& card, const PaceTry& wanted, AesTerminal& terminal);

// Key of 9303-11 section 9.7.1: counter 1 enc, 2 mac, 3 password.
Bytes derive(std::uint8_t suite, ByteView secret, std::uint8_t counter);

}  // namespace imprimatur::devices::testing
