// What was read, against its signature, the printed zone and what was asked for.
#include <algorithm>

#include "chip/inspector.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::chip {

namespace {

using lds::FileId;

// Failures that leave the signature good and say something of single groups.
bool concerns_groups_only(const lds::PassiveReport::Failure& failure) {
  return failure.code == "pa.hash" || failure.code == "pa.not_listed";
}

}  // namespace

bool Inspector::vouched_for(FileId file) const {
  const auto content = report_.files.find(file);
  if (!report_.passive || content == report_.files.end()) return false;
  const auto& failures = report_.passive->failures;
  if (!std::all_of(failures.begin(), failures.end(), concerns_groups_only)) return false;
  return lds::vouches_for(report_.passive->object, file, content->second);
}

void Inspector::authenticate_passively(const InspectionRequest& request) {
  const auto sod = report_.files.find(FileId::sod);
  if (sod != report_.files.end()) {
    report_.passive = lds::authenticate_passively(sod->second, report_.files, request.anchors, request.at,
                                                  request.revocation, request.signer);
    for (const auto& failure : report_.passive->failures) add(failure.code, failure.sentence, "EF.SOD");
    std::vector<FileId> signed_groups;
    for (const auto& [number, hash] : report_.passive->object.hashes) {
      if (const auto file = lds::data_group(number)) signed_groups.push_back(*file);
    }
    std::sort(listed_.begin(), listed_.end());
    if (listed_ != signed_groups) {
      add("inspect.lists_differ", "EF.COM and EF.SOD do not list the same data groups");
    }
  }
  auto& proofs = report_.protocols;
  if (proofs.chip_authentication == ProtocolVerdict::passed && !vouched_for(FileId::dg14)) {
    proofs.chip_authentication = ProtocolVerdict::not_trusted;
  }
  // The hash of an ECDSA proof comes from DG14; the key, which decides, from DG15.
  if (proofs.active_authentication == ProtocolVerdict::passed && !vouched_for(FileId::dg15)) {
    proofs.active_authentication = ProtocolVerdict::not_trusted;
  }
  check_proofs_of_profile();
}

void Inspector::check_proofs_of_profile() {
  if (profile_ == nullptr) return;
  if (profile_->chip_authentication &&
      report_.protocols.chip_authentication == ProtocolVerdict::not_offered) {
    add("inspect.chip_authentication", "the product has chip authentication and the chip does not offer it");
  }
  if (profile_->active_authentication &&
      report_.protocols.active_authentication == ProtocolVerdict::not_offered) {
    add("inspect.active_authentication",
        "the product has active authentication and the chip does not offer it");
  }
}

void Inspector::compare_mrz(const lds::TravelMrz& printed) {
  const auto dg1 = report_.files.find(FileId::dg1);
  if (dg1 == report_.files.end()) {
    add("inspect.file_missing", "DG1 is not there", "DG1");
    return;
  }
  const auto mrz = lds::decode_travel_dg1(dg1->second);
  if (!mrz || mrz.value() != printed) add("inspect.mrz_differs", "DG1 is not the printed MRZ", "DG1");
}

void Inspector::check_dg1_alone() {
  const auto dg1 = report_.files.find(FileId::dg1);
  if (dg1 == report_.files.end()) {
    add("inspect.file_missing", "DG1 is not there", "DG1");
  } else if (const auto mrz = lds::decode_travel_dg1(dg1->second); !mrz) {
    add("inspect.read", "DG1: " + mrz.error().message, "DG1");
  }
}

// EF.CardAccess is not signed; the same entries in DG14 are, and have to be there (9303-11 sections 4.2 and
// 9.2). Else one who is in between could take away the offers that he cannot break.
void Inspector::compare_card_access() {
  const auto& offered = session_.pace_offers();
  if (offered.empty()) return;
  const bool listed = std::find(listed_.begin(), listed_.end(), FileId::dg14) != listed_.end();
  if (!infos_ && listed) return;  // a finding says already why it could not be read
  const std::vector<lds::PaceInfo> confirmed = infos_ ? infos_->pace : std::vector<lds::PaceInfo>{};
  if (confirmed.empty()) {
    add("inspect.card_access_differs", "EF.CardAccess offers PACE, and DG14 does not confirm it",
        "EF.CardAccess");
  } else if (!std::is_permutation(offered.begin(), offered.end(), confirmed.begin(), confirmed.end())) {
    add("inspect.card_access_differs", "EF.CardAccess and DG14 do not offer the same", "EF.CardAccess");
  }
}

void Inspector::compare(const lds::FileMap& expected, bool all) {
  for (const auto& [file, bytes] : report_.files) {
    const std::string name(lds::name_of(file));
    const auto wanted = expected.find(file);
    if (wanted == expected.end()) {
      add("inspect.file_surplus", name + " is on the chip and was not asked for", name);
    } else if (wanted->second != bytes) {
      add("inspect.file_differs", name + " differs from what was asked for", name);
    }
  }
  for (const auto& [file, bytes] : expected) {
    if (all && !lds::needs_terminal_authentication(file) && !report_.files.contains(file)) {
      add("inspect.file_missing", std::string(lds::name_of(file)) + " was asked for and was not read",
          std::string(lds::name_of(file)));
    }
  }
}

}  // namespace imprimatur::chip
