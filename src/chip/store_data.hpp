// STORE DATA with data grouping identifiers (GlobalPlatform 2.3.1 section 11.11; EMV CPS 1.1 for the DGI
// form). Pure functions; any thread.
#pragma once

#include <vector>

#include "chip/apdu.hpp"

namespace imprimatur::chip {

// Blocks that one INSTALL [for personalization] may have: the block number is one byte.
inline constexpr std::size_t kBlocksMax = 256;

struct Dgi {
  std::uint16_t id = 0;
  Bytes value;              // at most 65535 bytes
  bool enciphered = false;  // value is already enciphered under K-DEK (P1 bits 60)
};

// Identifier, length (one byte, or FF and two bytes from 255 on) and value. Error chip.dgi_too_long.
Result<Bytes> encode_dgi(const Dgi& dgi);

// A DGI whose value is padded (80 00..) and enciphered: AES-CBC with zero IV under the static K-DEK.
Dgi encipher_dgi(std::uint16_t id, ByteView plain, ByteView dek);

// One run of blocks after one INSTALL [for personalization].
struct StoreDataRun {
  std::vector<Command> blocks;
};

// All objects, in order, cut into blocks of at most `block_bytes` anywhere (DGIs may span blocks, and share
// one where encryption bits agree). P2 counts from 00; the last block of all has P1 bit 80. At most 256
// blocks a run; more runs when needed (a run that is not the last ends without the last-block bit). Errors
// chip.dgi_too_long; block_bytes at least 16 (CHECK).
Result<std::vector<StoreDataRun>> split_into_blocks(const std::vector<Dgi>& objects, std::size_t block_bytes);

Command install_for_personalization(ByteView application);

}  // namespace imprimatur::chip
