// Chip profiles: how a product's chip is personalised, as data (templates/chips/NAME.json). Loaded and
// validated whole; immutable afterwards; any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "chip/apdu.hpp"
#include "chip/byte_template.hpp"
#include "chip/status_words.hpp"
#include "crypto/digest.hpp"
#include "crypto/keys.hpp"
#include "lds/files.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::chip {

// How files and keys are told to the card (design section 7).
enum class Dialect { gp_store_data, iso7816_files, emrtd_applet };
enum class AccessProtocol { bac, pace };
enum class ScpMode { s8, s16 };
enum class ReadRule : std::uint8_t { always = 0x00, access = 0x01, terminal = 0x02, never = 0xFF };
enum class ClosingStep { rotate_keys, activate, secure_issuer_domain };
// Whose SCP03 channel the files are written and read back in. The application's own saves a session.
enum class ChannelTo { issuer_domain, application };
// Commands that a card of a kind may lack: known before anything is written, never found out half way.
enum class MissingCommand { put_key, store_data, set_status, key_template };
// Test keys are known to many: only they may travel in clear, or stay on a finished card.
enum class TestKeys { refused, allowed };

// A key set on the card and the vault's master key from which it is derived (scheme kdf3).
struct KeySetReference {
  std::uint8_t version = 0;  // key version number
  std::string master;        // label in the vault
};

struct ProfileFile {
  lds::FileId file = lds::FileId::dg1;
  ReadRule read = ReadRule::access;
  bool required = false;        // a card without it is not made
  std::uint8_t short_id = 0;    // 1 to 30; from the file's id unless the profile says otherwise
  std::size_t size = 0;         // bytes of a file of fixed size, made or to be made; 0: as many as needed
  bool in_master_file = false;  // under the master file, not in the application (EF.CardAccess)
  std::optional<ByteTemplate> create;  // data of CREATE FILE, where this file's differ from the others'
};

// One command of a card type, told as data.
struct CardStep {
  std::string name;                   // for people: "CREATE FILE of the application"
  Bytes header;                       // CLA INS P1 P2
  ByteTemplate data;                  // empty: no data field
  std::size_t answer_bytes = 0;       // Le; 0: none asked for
  std::vector<std::uint16_t> accept;  // status words that are as good as 9000
  bool optional = false;              // left out when there is nothing for one of its gaps
};

// How a card whose files are written by ISO/IEC 7816-4 commands wants them (dialects iso7816-files and
// emrtd-applet). Every step is a command; the defaults are the dialect's.
struct FileCommands {
  std::vector<CardStep> before;     // with the master file selected: the application's directory
  std::vector<CardStep> create;     // for each file, which it also selects; none: the files are there
  bool select_created = true;       // a created file is not yet the current one
  bool select_by_short_id = false;  // the first UPDATE BINARY selects, not SELECT
  bool header_last = true;          // first bytes of a file last, so that a cut leaves no whole-looking file
  std::vector<CardStep> keys;       // with the application selected, after the files
  std::vector<CardStep> activate;   // with the application selected: locks it
  // Tells without authentication that the application is locked: sent with the application selected; the last
  // one's status word is looked for in `closed_answers`.
  std::vector<CardStep> closed;
  std::vector<std::uint16_t> closed_answers;
};

// Which command tells who a chip is.
struct IdentityCommand {
  enum class Select { issuer_domain, by_default, none } select = Select::issuer_domain;
  Bytes header;            // CLA INS P1 P2
  std::uint32_t tag = 0;   // of the object around the identity; 0: the answer is the identity
  std::size_t bytes = 42;  // that it has
};

// Key pair for active authentication, made for each card (9303-11 section 6.1).
struct ActiveAuthenticationProfile {
  crypto::KeyType key = crypto::KeyType::ec_p256;  // or rsa
  std::size_t rsa_bits = 2048;                     // or 1024, of chips that know no other; test keys only
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256;
};

// Key pair for chip authentication, made for each card (9303-11 section 6.2).
struct ChipAuthenticationProfile {
  crypto::Curve curve = crypto::Curve::p256;
  lds::CipherSuite suite = lds::CipherSuite::aes128;
  lds::CurveForm form = lds::CurveForm::named;  // of the public key in DG14
};

struct TransferLimits {
  bool extended_if_offered = false;     // extended length where both card and reader offer it
  std::size_t command_bytes_max = 255;  // data field of a short command on the wire, MAC included
  std::size_t extended_command_bytes_max = 0;
  std::size_t extended_answer_bytes_max = 0;
  bool from_card = false;            // EF.ATR/INFO (7F66) and the answer to SELECT (9F65) may set less
  bool chaining_if_offered = false;  // command chaining for commands that do not fit a short one
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
  KeySetReference blank_keys;      // as the blank comes
  KeySetReference card_keys;       // after rotation
  bool has_secure_channel = true;  // false: written in clear; then the members above say nothing
  ChannelTo channel_to = ChannelTo::issuer_domain;
  IdentityCommand identity;
  FileCommands commands;                // of the dialects that write files
  std::vector<MissingCommand> missing;  // what the card cannot do
  std::vector<AccessProtocol> access = {
      AccessProtocol::bac};         // what the finished chip offers, preferred first
  std::vector<lds::PaceInfo> pace;  // its offers, for EF.CardAccess
  std::optional<ActiveAuthenticationProfile> active_authentication;
  std::optional<ChipAuthenticationProfile> chip_authentication;
  TransferLimits transfer;
  std::vector<ProfileFile> files;    // in the order of writing
  std::vector<ClosingStep> closing;  // in the order of doing
  StatusOverrides status_words;

  const ProfileFile* find(lds::FileId file) const;  // nullptr when the profile has no such file
  bool offers(AccessProtocol protocol) const;
  bool lacks(MissingCommand command) const;
  bool closes_with(ClosingStep step) const;
  // Whether keys travel in clear, the transport keys stay or a key is too short: such a profile loads with
  // test keys only.
  bool for_test_keys_only() const;
};

std::string_view name_of(Dialect dialect);          // "gp-store-data", "iso7816-files", "emrtd-applet"
std::string_view name_of(AccessProtocol protocol);  // "bac", "pace"

// `source` names the text in errors. Errors chip.profile: message with line, `field` the JSON pointer; one of
// them when the profile is for test keys only and they are refused.
Result<ChipProfile> parse_profile(std::string_view text, std::string_view source,
                                  TestKeys test_keys = TestKeys::refused);

// FOLDER/NAME.json. Errors file.* and as above; the name inside must be NAME.
Result<ChipProfile> load_profile(const std::filesystem::path& folder, std::string_view name,
                                 TestKeys test_keys = TestKeys::refused);

// Short or extended: what profile, reader and the card's answer to reset allow together.
ApduForm apdu_form(const ChipProfile& profile, const CardChannel& channel);
// Whether commands may be chained: what profile and the card's answer to reset allow together.
bool may_chain(const ChipProfile& profile, const CardChannel& channel);

}  // namespace imprimatur::chip
