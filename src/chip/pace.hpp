// Password Authenticated Connection Establishment, terminal's side (ICAO Doc 9303-11 section 4.4), ECDH with
// generic mapping. Blocks where it talks to a card; call it on the reader's own thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/random.hpp"
#include "chip/secure_messaging.hpp"
#include "lds/mrz_travel.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::chip {

enum class PasswordKind : std::uint8_t { mrz = 1, can = 2 };

struct PacePassword {
  PasswordKind kind = PasswordKind::mrz;
  Secret secret;  // as the KDF takes it: SHA-1 of the MRZ information, or the CAN's digits
};
// Error mrz.* when the zone is not valid.
Result<PacePassword> pace_password(const lds::TravelMrz& mrz);
// Error chip.can: a CAN has six digits.
Result<PacePassword> pace_password_can(std::string_view can);

// The terminal's half as a function of its random scalars, so that worked examples can be replayed. The steps
// are called in order, each once; errors chip.access_failed (wrong password, wrong answer, a point that is
// not on the curve, a card that echoes our own key).
class PaceTerminal {
 public:
  // `name_parameters`: the command names the curve (DO 84), which a card asks for that offers several.
  PaceTerminal(lds::PaceInfo info, const PacePassword& password, Random& random,
               bool name_parameters = false);
  ~PaceTerminal();

  Command set_authentication_template() const;  // MSE:Set AT 0022 C1A4
  Command get_nonce() const;                    // GENERAL AUTHENTICATE, chained
  Status take_nonce(ByteView answer);
  Command map() const;
  Status take_mapping(ByteView answer);
  Result<Command> agree();
  Status take_agreement(ByteView answer);
  Command authenticate() const;  // last of the chain
  Result<SecureMessaging> finish(ByteView answer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// All of it with the card, whose master file or application is selected. Error chip.access_failed (not tried
// again: a card blocks or slows down), and the channel's.
Result<SecureMessaging> open_pace(CardChannel& channel, const lds::PaceInfo& info,
                                  const PacePassword& password, Random& random, bool name_parameters = false);

}  // namespace imprimatur::chip
