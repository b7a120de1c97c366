// Chip profiles: how a product's chip is personalised, as data (templates/chips/NAME.json). Loaded and
// validated whole; immutable afterwards; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "chip/apdu.hpp"
#include "chip/status_words.hpp"
#include "crypto/digest.hpp"
#include "lds/files.hpp"

namespace imprimatur::chip {

enum class Dialect { gp_store_data };
enum class AccessProtocol { bac };
enum class ScpMode { s8, s16 };
enum class ReadRule : std::uint8_t { always = 0x00, access = 0x01, terminal = 0x02, never = 0xFF };
enum class ClosingStep { rotate_keys, activate, secure_issuer_domain };

// A key set on the card and the vault's master key from which it is derived (scheme kdf3).
struct KeySetReference {
  std::uint8_t version = 0;  // key version number
  std::string master;        // label in the vault
};

struct ProfileFile {
  lds::FileId file = lds::FileId::dg1;
  ReadRule read = ReadRule::access;
  bool required = false;  // a card without it is not made
};

struct TransferLimits {
  bool extended_if_offered = false;     // extended length where both card and reader offer it
  std::size_t command_bytes_max = 255;  // data field of a short command on the wire, MAC included
  std::size_t extended_command_bytes_max = 0;
  std::size_t extended_answer_bytes_max = 0;
};

struct ChipProfile {
  std::string name;
  int version = 0;
  crypto::Sha256 hash{};  // of the file's bytes
  Dialect dialect = Dialect::gp_store_data;
  Bytes issuer_domain;  // AID
  Bytes application;    // AID
  ScpMode scp_mode = ScpMode::s8;
  std::uint8_t security_level = 0;
  KeySetReference blank_keys;  // as the blank comes
  KeySetReference card_keys;   // after rotation
  AccessProtocol access = AccessProtocol::bac;
  TransferLimits transfer;
  std::vector<ProfileFile> files;    // in the order of writing
  std::vector<ClosingStep> closing;  // in the order of doing
  StatusOverrides status_words;

  const ProfileFile* find(lds::FileId file) const;  // nullptr when the profile has no such file
};

// `source` names the text in errors. Errors chip.profile: message with line, `field` the JSON pointer.
Result<ChipProfile> parse_profile(std::string_view text, std::string_view source);

// FOLDER/NAME.json. Errors file.* and as above; the name inside must be NAME.
Result<ChipProfile> load_profile(const std::filesystem::path& folder, std::string_view name);

// Short or extended: what profile, reader and the card's answer to reset allow together.
ApduForm apdu_form(const ChipProfile& profile, const CardChannel& channel);

}  // namespace imprimatur::chip
