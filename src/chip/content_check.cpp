#include "chip/content_check.hpp"

#include <algorithm>

#include "chip/read_files.hpp"
#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

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
  return ok();
}

}  // namespace imprimatur::chip
