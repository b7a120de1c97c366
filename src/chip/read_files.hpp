// Reading transparent files over any link: the length comes from the file's first TLV header, is never
// trusted beyond `kFileBytesMax`, and reading stops when the card gives nothing more.
#pragma once

#include "chip/apdu.hpp"
#include "lds/files.hpp"

namespace imprimatur::chip {

inline constexpr std::size_t kFileBytesMax = 65535;

// READ BINARY of the current file; odd INS with offset object beyond 7FFF (ISO/IEC 7816-4 section 11.3.3).
// CHECK: length 1 to 65536.
struct ReadSpan {
  std::size_t offset = 0;
  std::size_t length = 0;
};
Command read_binary(ReadSpan span);
// READ BINARY from offset 0 with the short file id, which also selects the file.
Command read_binary_short_id(std::uint8_t short_file_id, std::size_t length);

// What a file said when it could not be read.
struct FileRead {
  Bytes content;         // whole: outer tag, length, value
  std::uint16_t sw = 0;  // status word of the refusal when there is no content
  bool found() const { return !content.empty(); }
};

// Selects and reads one file. A refusal by status word is not an error but `found() == false`. Errors: the
// link's, chip.file_length (header that makes no sense or a length over the limit), chip.file_short (ends
// early).
Result<FileRead> read_file(const CardLink& link, lds::FileId file);

}  // namespace imprimatur::chip
