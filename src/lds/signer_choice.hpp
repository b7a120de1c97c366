// Which document signer may sign a card now (ICAO Doc 9303-12 section 5: the key's usage period; the
// certificate lives as long as the last document that it signed). A line changes over from one signer to the
// next without stopping: the station asks before each signature and takes the signer that is answered. The
// hard stop by count and date is here: no candidate, no signature.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/certificate.hpp"

namespace imprimatur::lds {

struct SignerRules {
  // Signatures that one key may make, good, spoiled and discarded together. Nothing: no limit by count.
  std::optional<std::uint64_t> signatures_max;
  // How long a card without an expiry date is taken to live, in years from its signature; 0 to 100 (CHECK).
  int years_without_expiry = 10;
};

// Whether the signer's certificate is still valid at the end of the card's last day (UTC). A date with
// unknown month or day counts to the end of its year or month. Errors lds.signer_outlived, with the
// certificate's and the card's last day, and lds.card_expiry for no date at all.
Status signer_covers(const crypto::Certificate& signer, std::optional<Date> card_expiry, WallTime now,
                     int years_without_expiry = 10);

// Whether the signer's key may be used at `now`: private key usage period and certificate dates, both ends
// as X.509 counts them (from the first second to the last). Errors lds.signer_not_yet, lds.signer_expired.
Status signer_in_use(const crypto::Certificate& signer, WallTime now);

// Whether one more signature is allowed after `signatures`. Error lds.signer_count.
Status signer_has_left(std::uint64_t signatures, const SignerRules& rules);

struct SignerCandidate {
  std::string label;  // of the key in the vault
  crypto::Certificate certificate;
  std::uint64_t signatures = 0;  // made so far, by the log's count
};

// The first candidate, in the order given (the order of succession), that passes all of the above. Error when
// there is none: the message says why for each, and the code is that of what a person has to change:
// lds.signer_outlived when only the card's life is in the way of one, else lds.signer_count,
// lds.signer_expired, lds.signer_not_yet; lds.no_signer for an empty list.
Result<std::size_t> choose_signer(const std::vector<SignerCandidate>& candidates, WallTime now,
                                  std::optional<Date> card_expiry, const SignerRules& rules);

}  // namespace imprimatur::lds
