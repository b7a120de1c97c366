// EF.COM and DG1 (ICAO Doc 9303-10 sections 4.6.1 and 4.7.1).
#include <algorithm>

#include "base/check.hpp"
#include "lds/data_groups.hpp"
#include "lds/dg1_text.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::string_view kLdsVersion = "0108";
constexpr std::string_view kUnicodeVersion = "040000";
constexpr std::size_t kGroupsMax = 16;
constexpr std::size_t kTd1Characters = 90;

std::optional<FileId> group_of_tag(std::uint8_t tag) {
  for (int number = 1; number <= 16; ++number) {
    const auto group = data_group(number);
    if (tag_of(*group) == tag) return group;
  }
  return std::nullopt;
}

Status check_version(ByteView version, std::size_t digits, std::string_view what) {
  const bool all_digits =
      std::all_of(version.begin(), version.end(), [](auto c) { return c >= '0' && c <= '9'; });
  if (version.size() == digits && all_digits) return ok();
  return fail("lds.com", std::string(what) + " is not " + std::to_string(digits) + " digits", "EF.COM");
}

}  // namespace

Bytes encode_com(const std::vector<FileId>& groups) {
  std::vector<FileId> sorted = groups;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Bytes tags;
  for (FileId group : sorted) {
    CHECK(data_group_number(group));
    tags.push_back(tag_of(group));
  }
  return encode_tlv(0x60, concat({encode_tlv(0x5F01, bytes_of(kLdsVersion)),
                                  encode_tlv(0x5F36, bytes_of(kUnicodeVersion)), encode_tlv(0x5C, tags)}));
}

Result<std::vector<FileId>> decode_com(ByteView file) {
  TRY(const ByteView content, only_tlv(file, 0x60, "EF.COM"));
  ByteReader reader(content, "EF.COM");
  TRY(const ByteView lds_version, expect_tlv(reader, 0x5F01));
  TRY_STATUS(check_version(lds_version, 4, "the LDS version"));
  TRY(const ByteView unicode_version, expect_tlv(reader, 0x5F36));
  TRY_STATUS(check_version(unicode_version, 6, "the Unicode version"));
  TRY(const ByteView tags, expect_tlv(reader, 0x5C));
  if (!reader.at_end()) return fail("lds.com", "bytes stand behind the tag list", "EF.COM");
  if (tags.size() > kGroupsMax) return fail("lds.com", "the tag list has more than 16 tags", "EF.COM");
  std::vector<FileId> groups;
  for (std::uint8_t tag : tags) {
    const auto group = group_of_tag(tag);
    if (!group) return fail("lds.com", "the tag list holds a tag of no data group", "EF.COM");
    if (std::find(groups.begin(), groups.end(), *group) != groups.end()) {
      return fail("lds.com", "the tag list holds " + std::string(name_of(*group)) + " twice", "EF.COM");
    }
    groups.push_back(*group);
  }
  return groups;
}

Bytes encode_dg1(const Mrz& mrz) {
  return encode_tlv(0x61, encode_tlv(0x5F1F, bytes_of(mrz.joined())));
}

Result<std::string> dg1_text(ByteView file) {
  TRY(const ByteView content, only_tlv(file, 0x61, "DG1"));
  TRY(const ByteView text, only_tlv(content, 0x5F1F, "DG1"));
  return text_of(text);
}

Result<Mrz> decode_dg1(ByteView file) {
  TRY(const std::string text, dg1_text(file));
  if (text.size() != kTd1Characters) {
    return fail("mrz.length", "the zone has " + std::to_string(text.size()) + " characters, not 90", "DG1");
  }
  Mrz mrz{{text.substr(0, 30), text.substr(30, 30), text.substr(60, 30)}};
  return mrz;
}

}  // namespace imprimatur::lds
