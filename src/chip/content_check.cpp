#include "chip/content_check.hpp"

#include <algorithm>

#include "chip/read_files.hpp"
#include "lds/data_groups.hpp"
#include "lds/security_infos.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kCanDigits = 6;

Error wrong(lds::FileId file, std::string_view what) {
  return fail("chip.content", std::string(lds::name_of(file)) + " " + std::string(what),
              std::string(lds::name_of(file)), "Nothing was written; correct job, product and chip profile.");
}

std::vector<lds::FileId> data_groups_of(const lds::FileMap& files) {
  std::vector<lds::FileId> groups;
  for (const auto& [file, bytes] : files) {
    if (lds::data_group_number(file)) groups.push_back(file);
  }
  return groups;
}

// DG14 and DG15 are of no use without the private halves, nor those without them.
Status check_keys(const ChipProfile& profile, const ChipContent& content) {
  const auto bad = [](std::string_view what) {
    return fail("chip.content", std::string(what), "keys",
                "Nothing was written; make the card's keys with the chip profile of the product.");
  };
  const ChipKeys& keys = content.keys;
  if (profile.active_authentication.has_value() != keys.active_authentication.has_value()) {
    return bad("the card's key of active authentication does not agree with the chip profile");
  }
  if (profile.chip_authentication.has_value() != keys.chip_authentication.has_value()) {
    return bad("the card's key of chip authentication does not agree with the chip profile");
  }
  if (keys.active_authentication) {
    const auto key = lds::decode_dg15(content.files.at(lds::FileId::dg15));
    if (!key || key.value().spki_der() != keys.active_authentication->public_key().spki_der()) {
      return wrong(lds::FileId::dg15, "does not hold the public half of the card's key");
    }
  }
  if (keys.chip_authentication) {
    const auto infos = lds::decode_dg14(content.files.at(lds::FileId::dg14));
    const bool there =
        infos && std::any_of(infos.value().chip_authentication_keys.begin(),
                             infos.value().chip_authentication_keys.end(),
                             [&](const auto& key) { return key.point == keys.chip_authentication->point; });
    if (!there) return wrong(lds::FileId::dg14, "does not hold the public half of the card's key");
  }
  return ok();
}

Status check_can(const std::string& can) {
  const bool six =
      can.empty() || (can.size() == kCanDigits && can.find_first_not_of("0123456789") == std::string::npos);
  if (six) return ok();
  return fail("chip.content", "the card access number does not have six digits", "can",
              "Nothing was written; correct job and product.");
}

}  // namespace

Status check_content(const ChipProfile& profile, const ChipContent& content) {
  for (const ProfileFile& file : profile.files) {
    if (file.required && !content.files.contains(file.file)) {
      return wrong(file.file, "is required by the chip profile and is not there");
    }
  }
  for (const auto& [file, bytes] : content.files) {
    if (profile.find(file) == nullptr) return wrong(file, "is not in the chip profile");
    if (bytes.size() > kFileBytesMax) return wrong(file, "has more than 65535 bytes");
    if (!lds::only_tlv(bytes, lds::tag_of(file), lds::name_of(file))) {
      return wrong(file, "is not one object with its own tag");
    }
  }
  auto listed = lds::decode_com(content.files.at(lds::FileId::com));
  if (!listed) return wrong(lds::FileId::com, "cannot be read");
  std::sort(listed.value().begin(), listed.value().end());
  if (listed.value() != data_groups_of(content.files)) {
    return wrong(lds::FileId::com, "does not list the data groups that are there");
  }
  const auto mrz = lds::decode_dg1(content.files.at(lds::FileId::dg1));
  if (!mrz || mrz.value() != content.mrz) return wrong(lds::FileId::dg1, "does not hold the MRZ of the face");
  TRY_STATUS(check_can(content.can));
  return check_keys(profile, content);
}

}  // namespace imprimatur::chip
