#include "chip/read_files.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "chip/status_words.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kPlainOffsetMax = 0x7FFF;  // 15 bits of P1 P2
constexpr std::uint32_t kDoOffset = 0x54;
constexpr std::uint32_t kDoData = 0x53;
constexpr std::size_t kOddOverheadMax = 5;  // tag 53 and up to four bytes of length

bool brings_data(const Response& response) {
  return response.done() || response.sw == 0x6282;
}

Error bad_length(lds::FileId file, std::string what) {
  return fail("chip.file_length", std::string(lds::name_of(file)) + ": " + std::move(what),
              std::string(lds::name_of(file)), "Reject this card and take the next.");
}

// Data of one answer; that of odd INS stands in an object 53.
Result<Bytes> data_of(lds::FileId file, const Command& command, Response response) {
  if ((command.ins & 1) == 0) return std::move(response.data);
  const auto value = lds::only_tlv(response.data, kDoData, "READ BINARY with odd instruction");
  if (!value) return bad_length(file, value.error().message);
  return copy_of(value.value());
}

// The first piece: by short file id, which saves a SELECT; by SELECT where the card does not know short ids.
Result<Response> read_first(const CardLink& link, lds::FileId file) {
  const std::size_t wanted = std::min(link.answer_max, kFileBytesMax);
  const auto short_id = static_cast<std::uint8_t>(lds::fid(file) & 0x1F);
  TRY(auto response, link.send(read_binary_short_id(short_id, wanted)));
  const bool short_ids_unknown = response.sw == 0x6A86 || response.sw == 0x6B00 || response.sw == 0x6A81;
  if (!short_ids_unknown) return response;
  TRY(auto selected, link.send(select_file(lds::fid(file))));
  if (!selected.done()) return selected;
  return link.send(read_binary({.offset = 0, .length = wanted}));
}

Result<Bytes> next_piece(const CardLink& link, lds::FileId file, std::size_t offset, std::size_t left) {
  const bool odd = offset > kPlainOffsetMax;
  // The header of the odd instruction's data object counts against Le.
  const std::size_t length = std::min(link.answer_max, left + (odd ? kOddOverheadMax : 0));
  const Command command = read_binary({.offset = offset, .length = length});
  TRY(auto response, link.send(command));
  if (!brings_data(response)) {
    Error error = refused("READ BINARY at offset " + std::to_string(offset), response.sw);
    error.field = lds::name_of(file);
    return error;
  }
  return data_of(file, command, std::move(response));
}

}  // namespace

Command read_binary(ReadSpan span) {
  CHECK(span.length >= 1 && span.length <= kExtendedAnswerMax && span.offset <= 0xFFFFFF);
  if (span.offset <= kPlainOffsetMax) {
    return {
        0x00, 0xB0,       static_cast<std::uint8_t>(span.offset >> 8), static_cast<std::uint8_t>(span.offset),
        {},   span.length};
  }
  Bytes offset;
  append_be(offset, span.offset, span.offset > 0xFFFF ? 3 : 2);
  return {0x00, 0xB1, 0x00, 0x00, lds::encode_tlv(kDoOffset, offset), span.length};
}

Command read_binary_short_id(std::uint8_t short_file_id, std::size_t length) {
  CHECK(short_file_id >= 1 && short_file_id <= 30 && length >= 1);
  return {0x00, 0xB0, static_cast<std::uint8_t>(0x80 | short_file_id), 0x00, {}, length};
}

Result<FileRead> read_file(const CardLink& link, lds::FileId file) {
  CHECK(link.answer_max > 16);
  TRY(auto first, read_first(link, file));
  if (!brings_data(first)) return FileRead{{}, first.sw};
  const auto total = lds::total_length(first.data);
  if (!total) return bad_length(file, total.error().message);
  const std::size_t size = total.value();
  if (size > kFileBytesMax) {
    return bad_length(file, "its header announces " + std::to_string(size) + " bytes");
  }
  Bytes content = std::move(first.data);
  while (content.size() < size) {  // each round brings at least one byte
    TRY(auto piece, next_piece(link, file, content.size(), size - content.size()));
    if (piece.empty()) {
      return fail("chip.file_short",
                  std::string(lds::name_of(file)) + " ends at " + std::to_string(content.size()) + " of " +
                      std::to_string(size) + " bytes",
                  std::string(lds::name_of(file)), "Reject this card and take the next.");
    }
    append(content, piece);
  }
  content.resize(size);  // a file may be larger than what it holds; the tail is ignored (9303-10 section 3)
  return FileRead{std::move(content), first.sw};
}

}  // namespace imprimatur::chip
