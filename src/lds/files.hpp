// The elementary files of an eMRTD (ICAO Doc 9303-10 section 3 and 4): ids, names, tags.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace imprimatur::lds {

// File identifiers under the eMRTD application; card_access stands under the master file.
enum class FileId : std::uint16_t {
  dg1 = 0x0101,
  dg2,
  dg3,
  dg4,
  dg5,
  dg6,
  dg7,
  dg8,
  dg9,
  dg10,
  dg11,
  dg12,
  dg13,
  dg14,
  dg15,
  dg16,
  card_access = 0x011C,
  sod = 0x011D,
  com = 0x011E,
};

// Files by id, each whole: outer tag, length and value, exactly as on the chip.
using FileMap = std::map<FileId, Bytes>;

std::string_view name_of(FileId file);  // "DG1", "EF.SOD", "EF.COM", "EF.CardAccess"
std::optional<FileId> file_named(std::string_view name);
std::uint8_t tag_of(FileId file);                   // outer tag: 61 for DG1 …; 31 for EF.CardAccess
std::optional<int> data_group_number(FileId file);  // 1 to 16, nothing for the others
std::optional<FileId> data_group(int number);
// Fingerprints and irises, DG3 and DG4, open only to terminal authentication (9303-10 section 3).
inline bool needs_terminal_authentication(FileId file) {
  return file == FileId::dg3 || file == FileId::dg4;
}
inline std::uint16_t fid(FileId file) {
  return static_cast<std::uint16_t>(file);
}

}  // namespace imprimatur::lds
