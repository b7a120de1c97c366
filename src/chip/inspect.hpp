// Inspection of a finished chip as a border gate does it: from the face's data only. And the refusals that a
// finished card owes. Blocks; call it on the reader's own thread. Changes nothing on the card.
//
// Errors are only those that end the inspection without a verdict: the channel's (card.*), mrz.* when the
// request's MRZ is not valid, and chip.can when its card access number is none. Whatever the card does wrong
// is a finding.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "chip/personalise.hpp"
#include "chip/profile.hpp"
#include "crypto/certificate.hpp"
#include "lds/mrz.hpp"
#include "lds/mrz_travel.hpp"
#include "lds/sod.hpp"

namespace imprimatur::chip {

struct InspectionFinding {
  std::string code;  // inspect.access, inspect.access_missing, inspect.card_access_differs, inspect.read,
                     // inspect.lists_differ, inspect.mrz_differs, inspect.file_differs, inspect.file_missing,
                     // inspect.file_surplus, inspect.secure_messaging, inspect.chip_authentication,
                     // inspect.active_authentication, inspect.owes_refusal, inspect.old_keys; pa.* of passive
                     // authentication
  std::string sentence;  // plain, without personal data
  std::string file;      // "DG2"; empty when the card as a whole is meant
};

// What came of one protocol.
enum class ProtocolVerdict {
  not_offered,
  not_tried,  // offered or not: another one opened the document, and nobody asked for this one
  passed,
  failed,
  not_trusted,  // went well, with a key that passive authentication does not vouch for
};
std::string_view name_of(
    ProtocolVerdict verdict);  // "not-offered", "not-tried", "passed", "failed", "not-trusted"

struct ProtocolVerdicts {
  ProtocolVerdict bac = ProtocolVerdict::not_tried;
  ProtocolVerdict pace = ProtocolVerdict::not_offered;
  ProtocolVerdict pace_can = ProtocolVerdict::not_offered;  // with the card access number, where it was given
  ProtocolVerdict chip_authentication = ProtocolVerdict::not_offered;
  ProtocolVerdict active_authentication = ProtocolVerdict::not_offered;
  std::optional<lds::PaceInfo> pace_info;                               // of the first offer
  std::optional<lds::ChipAuthenticationInfo> chip_authentication_info;  // that was chosen
};

struct InspectionRequest {
  lds::TravelMrz mrz;  // as printed: key of the access and what DG1 must be; of any document, one of ours
                       // without more ado; no lines when only `can` is known
  std::vector<crypto::Certificate> anchors;  // trusted CSCAs
  WallTime at;                               // time of the inspection
  const lds::FileMap* expected = nullptr;    // compared byte by byte when given; borrowed
  const ChipProfile* profile = nullptr;  // product's profile: what the card has to offer, and the refusals of
                                         // a personalised card; nullptr: any ICAO document
  std::optional<std::string> can = std::nullopt;  // six digits; opens PACE, beside the MRZ when that is given
  std::vector<Bytes> revocation = {};             // certificate revocation lists, DER
  const crypto::Certificate* signer = nullptr;  // who probably signed: saves time, decides nothing; borrowed
};

struct InspectionReport {
  lds::FileMap files;  // as read
  std::vector<InspectionFinding> findings;
  std::optional<lds::PassiveReport> passive;  // nothing when EF.SOD could not be read
  ProtocolVerdicts protocols;
  ApduCount count;
  bool passed() const { return findings.empty(); }
};

// EF.CardAccess, access (every protocol that the profile names; of any other document PACE when it is
// offered, else BAC), EF.COM, EF.SOD, every group that is listed and may be read, chip and active
// authentication, passive authentication, comparison, refusals: no read before access, DG3 refused or absent,
// UPDATE BINARY refused, and with a profile STORE DATA refused and the blank's key version gone, or without
// an issuer domain CREATE FILE and PUT DATA refused.
Result<InspectionReport> inspect(CardChannel& channel, const InspectionRequest& request, Random& random);

// The check after printing that this body carries this chip: access with the printed MRZ by the profile's
// first protocol, EF.SOD, DG1 and the `groups` asked for, compared with `expected` (what inspection read
// before printing).
struct RereadRequest {
  lds::Mrz mrz;                            // as printed
  const lds::FileMap* expected = nullptr;  // not null (CHECK); borrowed
  std::vector<lds::FileId> groups;         // besides EF.SOD and DG1
  const ChipProfile* profile = nullptr;
};
Result<InspectionReport> reread(CardChannel& channel, const RereadRequest& request, Random& random);

}  // namespace imprimatur::chip
