// A card that was personalised whole, and the inspection of it: for tests of what a border gate sees. The
// virtual card has the protocols by its own code.
#pragma once

#include <algorithm>

#include "chip/chip_keys.hpp"
#include "chip/inspect.hpp"
#include "tests/chip/test_trust.hpp"

namespace imprimatur::chip::testing {

inline constexpr std::string_view kCan = "362849";

inline const TestTrust& trust() {
  static const TestTrust made;
  return made;
}

inline devices::CardKind kind_of(const ChipProfile& profile) {
  switch (profile.dialect) {
    case Dialect::gp_store_data:
      return {};
    case Dialect::iso7816_files:
      return {.dialect = devices::Dialect::iso7816_files,
              .lengths = devices::Lengths::extended,
              .precreated = profile.commands.create.empty(),
              .scp03 = profile.has_secure_channel};
    case Dialect::emrtd_applet:
      return {.dialect = devices::Dialect::emrtd_applet,
              .lengths = devices::Lengths::short_only,
              .older = !profile.offers(AccessProtocol::pace)};
  }
  return {};
}

inline std::vector<lds::FileId> groups_in(const lds::FileMap& files) {
  std::vector<lds::FileId> groups;
  for (const auto& [file, bytes] : files) {
    if (lds::data_group_number(file)) groups.push_back(file);
  }
  return groups;
}

// A finished card of a shipped profile, or of one that a test changed.
struct FinishedCard {
  explicit FinishedCard(ChipProfile card_profile, lds::Mrz mrz = specimen_mrz())
      : profile(std::move(card_profile)) {
    content.mrz = std::move(mrz);
    content.can = kCan;
    for (auto& [file, bytes] : specimen_groups(3'000)) {
      if (profile.find(file) != nullptr) content.files[file] = bytes;
    }
    content.files[lds::FileId::dg1] = lds::encode_dg1(content.mrz);
    content.keys = make_chip_keys(profile, random).value();
    EXPECT_TRUE(add_key_files(profile, content.keys, content.files));
    sign(content.files);
  }

  // EF.COM, and EF.SOD over `signed_files`.
  void sign(lds::FileMap signed_files) {
    content.files[lds::FileId::com] = lds::encode_com(groups_in(content.files));
    std::erase_if(signed_files, [](const auto& entry) { return !lds::data_group_number(entry.first); });
    content.files[lds::FileId::sod] = trust().sod(signed_files);
  }

  void write() {
    const auto written = write_chip(channel, profile, content, vault, random);
    ASSERT_TRUE(written) << written.error().message;
    const auto closed = close_chip(channel, profile, vault, random);
    ASSERT_TRUE(closed) << closed.error().message;
    ASSERT_TRUE(channel.reset());
  }

  InspectionRequest request() const {
    return {.mrz = content.mrz,
            .anchors = {trust().csca()},
            .at = today(),
            .expected = &content.files,
            .profile = &profile};
  }
  InspectionReport look(const InspectionRequest& asked) {
    auto report = inspect(channel, asked, random);
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(report).value() : InspectionReport{};
  }

  SeededRandom random{1};
  SeededRandom card_random{2};
  ChipProfile profile;
  devices::Card card{make_blank({.kind = kind_of(profile)}), card_random};
  VirtualCardChannel channel{card};
  CardKeyVault vault;
  ChipContent content;
};

using Found = std::vector<std::string>;

inline Found codes(const InspectionReport& report) {
  Found found;
  for (const auto& finding : report.findings) {
    found.push_back(finding.code + (finding.file.empty() ? "" : " " + finding.file));
  }
  return found;
}

inline std::string sentences(const InspectionReport& report) {
  std::string out;
  for (const auto& finding : report.findings) out += finding.code + ": " + finding.sentence + "\n";
  return out;
}

}  // namespace imprimatur::chip::testing
