#include "lds/files.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace imprimatur::lds {
namespace {

struct FileRow {
  FileId id;
  std::string_view name;
  std::uint8_t tag;
};

// ICAO Doc 9303-10 section 4, tables of EFs and outer tags. DG2 is 75 and DG4 76: the row is not regular.
constexpr std::array<FileRow, 19> kFiles{{
    {FileId::dg1, "DG1", 0x61},
    {FileId::dg2, "DG2", 0x75},
    {FileId::dg3, "DG3", 0x63},
    {FileId::dg4, "DG4", 0x76},
    {FileId::dg5, "DG5", 0x65},
    {FileId::dg6, "DG6", 0x66},
    {FileId::dg7, "DG7", 0x67},
    {FileId::dg8, "DG8", 0x68},
    {FileId::dg9, "DG9", 0x69},
    {FileId::dg10, "DG10", 0x6A},
    {FileId::dg11, "DG11", 0x6B},
    {FileId::dg12, "DG12", 0x6C},
    {FileId::dg13, "DG13", 0x6D},
    {FileId::dg14, "DG14", 0x6E},
    {FileId::dg15, "DG15", 0x6F},
    {FileId::dg16, "DG16", 0x70},
    {FileId::card_access, "EF.CardAccess", 0x31},
    {FileId::sod, "EF.SOD", 0x77},
    {FileId::com, "EF.COM", 0x60},
}};

const FileRow& row_of(FileId file) {
  const auto row =
      std::find_if(kFiles.begin(), kFiles.end(), [file](const FileRow& each) { return each.id == file; });
  CHECK(row != kFiles.end());
  return *row;
}

}  // namespace

std::string_view name_of(FileId file) {
  return row_of(file).name;
}

std::optional<FileId> file_named(std::string_view name) {
  for (const FileRow& row : kFiles) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

std::uint8_t tag_of(FileId file) {
  return row_of(file).tag;
}

std::optional<int> data_group_number(FileId file) {
  const int number = static_cast<int>(fid(file)) - 0x0100;
  return number >= 1 && number <= 16 ? std::optional(number) : std::nullopt;
}

std::optional<FileId> data_group(int number) {
  if (number < 1 || number > 16) return std::nullopt;
  return static_cast<FileId>(0x0100 + number);
}

}  // namespace imprimatur::lds
