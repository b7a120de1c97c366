#include "chip/store_data.hpp"

#include "base/check.hpp"
#include "crypto/cipher.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kP1Last = 0x80;
constexpr std::uint8_t kP1Enciphered = 0x60;
constexpr std::uint8_t kP1Dgi = 0x08;

// Blocks of one STORE DATA sequence without their numbers: objects of one kind of encryption are one stream
// that is cut anywhere; the kind is said per command, so a change of kind begins a new block.
Result<std::vector<Command>> cut(const std::vector<Dgi>& objects, std::size_t block_bytes) {
  std::vector<Command> blocks;
  for (std::size_t i = 0; i < objects.size();) {
    const bool enciphered = objects[i].enciphered;
    Bytes stream;
    for (; i < objects.size() && objects[i].enciphered == enciphered; ++i) {
      TRY(auto bytes, encode_dgi(objects[i]));
      append(stream, bytes);
    }
    const auto p1 = static_cast<std::uint8_t>(kP1Dgi | (enciphered ? kP1Enciphered : 0));
    for (std::size_t offset = 0; offset < stream.size(); offset += block_bytes) {
      const std::size_t size = std::min(block_bytes, stream.size() - offset);
      blocks.push_back({0x80, 0xE2, p1, 0x00, copy_of(ByteView(stream).subspan(offset, size)), {}});
    }
  }
  return blocks;
}

}  // namespace

Result<Bytes> encode_dgi(const Dgi& dgi) {
  if (dgi.value.size() > 0xFFFF) {
    return fail("chip.dgi_too_long",
                "a data grouping has " + std::to_string(dgi.value.size()) + " bytes, at most 65535");
  }
  Bytes out;
  append_be(out, dgi.id, 2);
  if (dgi.value.size() < 0xFF) {
    out.push_back(static_cast<std::uint8_t>(dgi.value.size()));
  } else {
    out.push_back(0xFF);
    append_be(out, dgi.value.size(), 2);
  }
  append(out, dgi.value);
  return out;
}

Dgi encipher_dgi(std::uint16_t id, ByteView plain, ByteView dek) {
  Bytes padded = crypto::pad_80(plain, crypto::kAesBlock);
  Dgi dgi{id, crypto::aes_cbc_encrypt(dek, Bytes(crypto::kAesBlock, 0), padded), true};
  wipe(padded);
  return dgi;
}

Result<std::vector<StoreDataRun>> split_into_blocks(const std::vector<Dgi>& objects,
                                                    std::size_t block_bytes) {
  CHECK(block_bytes >= 16);
  TRY(auto blocks, cut(objects, block_bytes));
  if (!blocks.empty()) blocks.back().p1 |= kP1Last;
  std::vector<StoreDataRun> runs;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i % kBlocksMax == 0) runs.emplace_back();
    blocks[i].p2 = static_cast<std::uint8_t>(i % kBlocksMax);
    runs.back().blocks.push_back(std::move(blocks[i]));
  }
  return runs;
}

Command install_for_personalization(ByteView application) {
  CHECK(application.size() >= 5 && application.size() <= 16);
  // No load file, no module, the application, no privileges, parameters or token (11.5.2.3.6).
  Command command{0x80, 0xE6, 0x20, 0x00, {0x00, 0x00}, kShortAnswerMax};
  command.data.push_back(static_cast<std::uint8_t>(application.size()));
  append(command.data, application);
  command.data.insert(command.data.end(), 3, 0x00);
  return command;
}

}  // namespace imprimatur::chip
