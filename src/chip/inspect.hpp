// Inspection of a finished chip as a border gate does it: from the face's data only. And the refusals that a
// finished card owes. Blocks; call it on the reader's own thread. Changes nothing on the card.
//
// Errors are only those that end the inspection without a verdict: the channel's (card.*), and mrz.* when the
// request's MRZ is not valid. Whatever the card does wrong is a finding.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "chip/personalise.hpp"
#include "chip/profile.hpp"
#include "crypto/certificate.hpp"
#include "lds/mrz.hpp"
#include "lds/sod.hpp"

namespace imprimatur::chip {

struct InspectionFinding {
  std::string code;      // inspect.access, inspect.read, inspect.lists_differ, inspect.mrz_differs,
                         // inspect.file_differs, inspect.file_missing, inspect.file_surplus,
                         // inspect.secure_messaging, inspect.owes_refusal, inspect.old_keys; pa.* of passive
                         // authentication
  std::string sentence;  // plain, without personal data
  std::string file;      // "DG2"; empty when the card as a whole is meant
};

struct InspectionRequest {
  lds::Mrz mrz;                              // as printed: key of the access and what DG1 must be
  std::vector<crypto::Certificate> anchors;  // trusted CSCAs
  WallTime at;                               // time of the inspection
  const lds::FileMap* expected = nullptr;    // compared byte by byte when given; borrowed
  const ChipProfile* profile = nullptr;  // product's profile, for the refusals of issuer domain and old keys;
                                         // nullptr: any ICAO document, those refusals are not asked for
};

struct InspectionReport {
  lds::FileMap files;  // as read
  std::vector<InspectionFinding> findings;
  std::optional<lds::PassiveReport> passive;  // nothing when EF.SOD could not be read
  ApduCount count;
  bool passed() const { return findings.empty(); }
};

// Access, EF.COM, EF.SOD, every group that is listed and may be read, passive authentication, comparison,
// refusals: no read before access, DG3 refused or absent, UPDATE BINARY refused, STORE DATA refused, blank's
// key version gone.
Result<InspectionReport> inspect(CardChannel& channel, const InspectionRequest& request, Random& random);

// The check after printing that this body carries this chip: access with the printed MRZ, EF.SOD, DG1 and the
// `groups` asked for, compared with `expected` (what inspection read before printing).
struct RereadRequest {
  lds::Mrz mrz;                            // as printed
  const lds::FileMap* expected = nullptr;  // not null (CHECK); borrowed
  std::vector<lds::FileId> groups;         // besides EF.SOD and DG1
  const ChipProfile* profile = nullptr;
};
Result<InspectionReport> reread(CardChannel& channel, const RereadRequest& request, Random& random);

}  // namespace imprimatur::chip
