#include "chip/profile.hpp"

#include "base/files.hpp"
#include "chip/answer_to_reset.hpp"
#include "chip/profile_parts.hpp"
#include "chip/scp03.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kProfileBytesMax = 64U << 10;
constexpr std::size_t kFilesMax = 20;

constexpr std::size_t kPaceOffersMax = 4;
constexpr std::size_t kShortIdMax = 30;

constexpr std::array kDialects{Named{"gp-store-data", Dialect::gp_store_data},
                               Named{"iso7816-files", Dialect::iso7816_files},
                               Named{"emrtd-applet", Dialect::emrtd_applet}};
constexpr std::array kAccessProtocols{Named{"bac", AccessProtocol::bac}, Named{"pace", AccessProtocol::pace}};
constexpr std::array kChannels{Named{"issuer-domain", ChannelTo::issuer_domain},
                               Named{"application", ChannelTo::application}};
constexpr std::array kMissing{
    Named{"put-key", MissingCommand::put_key}, Named{"store-data", MissingCommand::store_data},
    Named{"set-status", MissingCommand::set_status}, Named{"key-template", MissingCommand::key_template}};
constexpr std::array kSuites{
    Named{"3des", lds::CipherSuite::des3}, Named{"aes-128", lds::CipherSuite::aes128},
    Named{"aes-192", lds::CipherSuite::aes192}, Named{"aes-256", lds::CipherSuite::aes256}};
constexpr std::array kCurves{Named{"P-256", crypto::Curve::p256}, Named{"P-384", crypto::Curve::p384},
                             Named{"brainpoolP256r1", crypto::Curve::brainpool_p256r1},
                             Named{"brainpoolP384r1", crypto::Curve::brainpool_p384r1}};
constexpr std::array kCurveForms{Named{"named", lds::CurveForm::named},
                                 Named{"explicit", lds::CurveForm::explicit_}};
struct ActiveKey {
  crypto::KeyType type;
  std::size_t rsa_bits;
};
constexpr std::size_t kRsaBitsSound = 2048;
constexpr std::array kActiveKeys{Named{"ec-p256", ActiveKey{crypto::KeyType::ec_p256, kRsaBitsSound}},
                                 Named{"rsa-2048", ActiveKey{crypto::KeyType::rsa, kRsaBitsSound}},
                                 Named{"rsa-1024", ActiveKey{crypto::KeyType::rsa, 1024}}};
constexpr std::array kActiveHashes{Named{"sha256", crypto::HashAlgorithm::sha256},
                                   Named{"sha1", crypto::HashAlgorithm::sha1}};
constexpr std::array kModes{Named{"S8", ScpMode::s8}, Named{"S16", ScpMode::s16}};
constexpr std::array kReadRules{Named{"always", ReadRule::always}, Named{"access", ReadRule::access},
                                Named{"terminal", ReadRule::terminal}, Named{"never", ReadRule::never}};
constexpr std::array kClosingSteps{Named{"rotate-keys", ClosingStep::rotate_keys},
                                   Named{"activate", ClosingStep::activate},
                                   Named{"secure-issuer-domain", ClosingStep::secure_issuer_domain}};
constexpr std::array kActions{
    Named{"go-on", StatusAction::go_on}, Named{"retry-read", StatusAction::retry_read},
    Named{"next", StatusAction::next}, Named{"quarantine", StatusAction::quarantine},
    Named{"stop", StatusAction::stop}};

Result<KeySetReference> read_key_set(const ProfileReader& reader, const json::object& parent,
                                     std::string_view name, const std::string& where) {
  TRY(auto object, reader.object(parent, name, where));
  const std::string here = where + "/" + std::string(name);
  TRY_STATUS(reader.only(*object, here, {"version", "master"}));
  KeySetReference key_set;
  TRY(auto version, reader.bytes(*object, "version", here, 1, 1));
  key_set.version = version[0];
  // 00 means "first available" and "a new set": neither is a version (GlobalPlatform 11.8.2.1).
  if (key_set.version == 0) return reader.error(here + "/version", "00 is no key version");
  TRY(key_set.master, reader.text(*object, "master", here));
  if (key_set.master.empty()) return reader.error(here + "/master", "wanted the label of a key in the vault");
  return key_set;
}

Status read_secure_channel(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  const std::string where = "/secure_channel";
  TRY(auto object, reader.object(root, "secure_channel", ""));
  TRY(auto protocol, reader.text(*object, "protocol", where));
  profile.has_secure_channel = protocol != "none";
  if (!profile.has_secure_channel) return reader.only(*object, where, {"protocol"});
  if (protocol != "scp03") return reader.error(where + "/protocol", "wanted one of: scp03, none");
  TRY_STATUS(reader.only(*object, where,
                         {"protocol", "mode", "level", "key_scheme", "to", "blank_keys", "card_keys"}));
  TRY(auto scheme, reader.text(*object, "key_scheme", where));
  if (scheme != "kdf3") return reader.error(where + "/key_scheme", "wanted one of: kdf3");
  TRY(profile.scp_mode, reader.choice(*object, "mode", where, kModes));
  if (object->contains("to")) {
    TRY(profile.channel_to, reader.choice(*object, "to", where, kChannels));
  }
  TRY(auto level, reader.bytes(*object, "level", where, 1, 1));
  profile.security_level = level[0];
  // Data and keys are written through this channel: without C-MAC a cut wire could change them unseen.
  if (!is_security_level(level[0]) || level[0] == 0) {
    return reader.error(where + "/level", "wanted one of: 01, 03, 11, 13, 33");
  }
  TRY(profile.blank_keys, read_key_set(reader, *object, "blank_keys", where));
  // A card that cannot change its keys has no other ones.
  if (profile.lacks(MissingCommand::put_key)) {
    if (object->contains("card_keys")) {
      return reader.error(where + "/card_keys", "the card has no PUT KEY (commands_missing)");
    }
    profile.card_keys = profile.blank_keys;
    return ok();
  }
  TRY(profile.card_keys, read_key_set(reader, *object, "card_keys", where));
  if (profile.blank_keys.version == profile.card_keys.version) {
    return reader.error(where + "/card_keys/version",
                        "the card's own keys need another version than the blank's");
  }
  return ok();
}

// `access` of format 1 is one text.
Status read_access(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  const auto* access = root.if_contains("access");
  if (access != nullptr && access->is_string()) {
    TRY(auto protocol, reader.choice(root, "access", "", kAccessProtocols));
    profile.access = {protocol};
  } else {
    TRY(profile.access, reader.choices(root, "access", "", kAccessProtocols));
  }
  if (!root.contains("pace")) return ok();
  TRY(auto array, reader.array(root, "pace", ""));
  if (array->size() > kPaceOffersMax) return reader.error("/pace", "wanted at most 4 offers");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string where = "/pace/" + std::to_string(i);
    if (!(*array)[i].is_object()) return reader.error(where, "wanted an object");
    const json::object& object = (*array)[i].get_object();
    TRY_STATUS(reader.only(object, where, {"suite", "curve"}));
    lds::PaceInfo info;
    TRY(info.suite, reader.choice(object, "suite", where, kSuites));
    TRY(info.curve, reader.choice(object, "curve", where, kCurves));
    if (std::find(profile.pace.begin(), profile.pace.end(), info) != profile.pace.end()) {
      return reader.error(where, "the offer stands here twice");
    }
    profile.pace.push_back(info);
  }
  return ok();
}

Status read_authentications(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  if (root.contains("active_authentication")) {
    const std::string where = "/active_authentication";
    TRY(auto object, reader.object(root, "active_authentication", ""));
    TRY_STATUS(reader.only(*object, where, {"key", "hash"}));
    ActiveAuthenticationProfile active;
    TRY(auto key, reader.choice(*object, "key", where, kActiveKeys));
    active.key = key.type;
    active.rsa_bits = key.rsa_bits;
    TRY(active.hash, reader.choice(*object, "hash", where, kActiveHashes));
    // The chips that know only short keys sign with SHA-1 (ISO/IEC 9796-2 trailer BC), the others never.
    const bool short_key = active.rsa_bits < kRsaBitsSound;
    if (short_key != (active.hash == crypto::HashAlgorithm::sha1)) {
      return reader.error(where + "/hash", short_key ? "rsa-1024 goes with sha1" : "wanted one of: sha256");
    }
    profile.active_authentication = active;
  }
  if (root.contains("chip_authentication")) {
    const std::string where = "/chip_authentication";
    TRY(auto object, reader.object(root, "chip_authentication", ""));
    TRY_STATUS(reader.only(*object, where, {"curve", "suite", "parameters"}));
    ChipAuthenticationProfile chip;
    TRY(chip.curve, reader.choice(*object, "curve", where, kCurves));
    TRY(chip.suite, reader.choice(*object, "suite", where, kSuites));
    TRY(chip.form, reader.choice(*object, "parameters", where, kCurveForms));
    profile.chip_authentication = chip;
  }
  return ok();
}

Status read_transfer(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  const std::string where = "/transfer";
  TRY(auto object, reader.object(root, "transfer", ""));
  TRY_STATUS(reader.only(*object, where,
                         {"extended_if_offered", "command_bytes_max", "extended_command_bytes_max",
                          "extended_answer_bytes_max", "from_card", "chaining_if_offered"}));
  TransferLimits& limits = profile.transfer;
  TRY(limits.command_bytes_max, reader.number(*object, "command_bytes_max", where, 64, kShortDataMax));
  TRY(limits.from_card, reader.flag_or(*object, "from_card", where, false));
  TRY(limits.chaining_if_offered, reader.flag_or(*object, "chaining_if_offered", where, false));
  TRY(limits.extended_if_offered, reader.flag(*object, "extended_if_offered", where));
  if (!limits.extended_if_offered) return ok();
  TRY(limits.extended_command_bytes_max,
      reader.number(*object, "extended_command_bytes_max", where, 256, kExtendedDataMax));
  TRY(limits.extended_answer_bytes_max,
      reader.number(*object, "extended_answer_bytes_max", where, 257, kExtendedDataMax));
  return ok();
}

Result<ProfileFile> read_profile_file(const ProfileReader& reader, const json::value& value,
                                      const std::string& where) {
  if (!value.is_object()) return reader.error(where, "wanted an object");
  const json::object& object = value.get_object();
  TRY_STATUS(reader.only(object, where, {"file", "read", "required", "short_id", "size", "in", "create"}));
  ProfileFile file;
  TRY(auto name, reader.text(object, "file", where));
  const auto id = lds::file_named(name);
  if (!id) return reader.error(where + "/file", "no file of the LDS has this name");
  file.file = *id;
  TRY(file.read, reader.choice(object, "read", where, kReadRules));
  TRY(file.required, reader.flag(object, "required", where));
  TRY(auto short_id, reader.number_or(object, "short_id", where, 1, kShortIdMax, lds::fid(*id) & 0x1FU));
  file.short_id = static_cast<std::uint8_t>(short_id);
  TRY(file.size, reader.number_or(object, "size", where, 16, kExtendedDataMax, 0));
  if (object.contains("in")) {
    TRY(auto place, reader.text(object, "in", where));
    if (place != "application" && place != "master-file") {
      return reader.error(where + "/in", "wanted one of: application, master-file");
    }
    file.in_master_file = place == "master-file";
    if (file.in_master_file && file.file != lds::FileId::card_access) {
      return reader.error(where + "/in", "only EF.CardAccess stands under the master file");
    }
  }
  if (object.contains("create")) {
    TRY(file.create, read_file_template(reader, object, "create", where));
  }
  return file;
}

Status read_files(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  TRY(auto array, reader.array(root, "files", ""));
  if (array->size() > kFilesMax) return reader.error("/files", "more files than an LDS has");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string where = "/files/" + std::to_string(i);
    TRY(auto file, read_profile_file(reader, (*array)[i], where));
    for (const ProfileFile& other : profile.files) {
      if (other.file == file.file) return reader.error(where + "/file", "the file stands here twice");
      if (other.short_id == file.short_id && other.in_master_file == file.in_master_file) {
        return reader.error(where + "/short_id", "another file has this short id");
      }
    }
    profile.files.push_back(std::move(file));
  }
  return ok();
}

Status read_status_words(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  if (!root.contains("status_words")) return ok();
  TRY(auto object, reader.object(root, "status_words", ""));
  for (const auto& member : *object) {
    const std::string key(member.key().data(), member.key().size());
    const std::string where = "/status_words/" + key;
    const auto word = from_hex(key);
    if (!word || word.value().size() != 2)
      return reader.error(where, "wanted a status word of four hex digits");
    const auto sw = static_cast<std::uint16_t>(read_be(word.value()));
    if (sw == kSwDone) return reader.error(where, "9000 means done");
    TRY(auto action, reader.text(*object, key, "/status_words"));
    TRY(auto value, reader.named(kActions, action, where));
    profile.status_words[sw] = value;
  }
  return ok();
}

Result<ChipProfile> read_profile(const ProfileReader& reader, const json::object& root, TestKeys test_keys) {
  TRY_STATUS(reader.only(
      root, "",
      {"format", "profile", "version", "comment", "dialect", "issuer_domain", "application", "identity",
       "secure_channel", "access", "pace", "active_authentication", "chip_authentication", "transfer",
       "commands", "commands_missing", "files", "closing", "status_words"}));
  ChipProfile profile;
  TRY_STATUS(reader.number_or(root, "format", "", 1, 2, 1));
  TRY(profile.name, reader.text(root, "profile", ""));
  TRY(auto version, reader.number(root, "version", "", 1, 1'000'000));
  profile.version = static_cast<int>(version);
  TRY(profile.dialect, reader.choice(root, "dialect", "", kDialects));
  TRY(profile.application, reader.bytes(root, "application", "", 5, 16));
  if (root.contains("commands_missing")) {
    TRY(profile.missing, reader.choices(root, "commands_missing", "", kMissing));
  }
  TRY_STATUS(read_secure_channel(reader, root, profile));
  if (profile.has_secure_channel || root.contains("issuer_domain")) {
    TRY(profile.issuer_domain, reader.bytes(root, "issuer_domain", "", 5, 16));
  }
  TRY_STATUS(read_identity_command(reader, root, profile));
  TRY_STATUS(read_access(reader, root, profile));
  TRY_STATUS(read_authentications(reader, root, profile));
  TRY_STATUS(read_transfer(reader, root, profile));
  TRY_STATUS(read_files(reader, root, profile));
  TRY_STATUS(read_commands(reader, root, profile));
  TRY(profile.closing, reader.choices(root, "closing", "", kClosingSteps));
  TRY_STATUS(read_status_words(reader, root, profile));
  TRY_STATUS(check_rules(reader, profile, test_keys));
  return profile;
}

template <class T, std::size_t N>
std::string_view name_in(const std::array<Named<T>, N>& names, T value) {
  for (const Named<T>& entry : names) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

}  // namespace

const ProfileFile* ChipProfile::find(lds::FileId file) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [file](const ProfileFile& entry) { return entry.file == file; });
  return found == files.end() ? nullptr : &*found;
}

bool ChipProfile::offers(AccessProtocol protocol) const {
  return std::find(access.begin(), access.end(), protocol) != access.end();
}

bool ChipProfile::lacks(MissingCommand command) const {
  return std::find(missing.begin(), missing.end(), command) != missing.end();
}

bool ChipProfile::closes_with(ClosingStep step) const {
  return std::find(closing.begin(), closing.end(), step) != closing.end();
}

bool ChipProfile::for_test_keys_only() const {
  // gp-store-data enciphers keys under K-DEK besides the channel; the others have only the channel.
  const bool keys_in_clear =
      dialect != Dialect::gp_store_data && (!has_secure_channel || (security_level & kLevelCDec) == 0);
  const bool keeps_transport_keys = has_secure_channel && !closes_with(ClosingStep::rotate_keys);
  const bool short_key = active_authentication && active_authentication->rsa_bits < kRsaBitsSound;
  return keys_in_clear || keeps_transport_keys || access.empty() || short_key;
}

std::string_view name_of(Dialect dialect) {
  return name_in(kDialects, dialect);
}

std::string_view name_of(AccessProtocol protocol) {
  return name_in(kAccessProtocols, protocol);
}

Result<ChipProfile> parse_profile(std::string_view text, std::string_view source, TestKeys test_keys) {
  auto root = parse_json_object(text, {.size_max = kProfileBytesMax});
  if (!root)
    return fail("chip.profile", std::string(source) + ": " + root.error().message, root.error().field);
  TRY(auto profile, read_profile(ProfileReader(text, source), root.value(), test_keys));
  profile.hash = crypto::sha256(bytes_of(text));
  return profile;
}

Result<ChipProfile> load_profile(const std::filesystem::path& folder, std::string_view name,
                                 TestKeys test_keys) {
  const std::filesystem::path path = folder / (std::string(name) + ".json");
  TRY(auto text, read_text_file(path, kProfileBytesMax));
  TRY(auto profile, parse_profile(text, path.filename().string(), test_keys));
  if (profile.name != name) {
    return ProfileReader(text, path.filename().string())
        .error("/profile", "the name is not that of the file");
  }
  return profile;
}

ApduForm apdu_form(const ChipProfile& profile, const CardChannel& channel) {
  const bool extended = profile.transfer.extended_if_offered && channel.extended_length() &&
                        capabilities_of(channel.atr()).extended_length;
  return extended ? ApduForm::extended : ApduForm::short_only;
}

bool may_chain(const ChipProfile& profile, const CardChannel& channel) {
  return profile.transfer.chaining_if_offered && capabilities_of(channel.atr()).command_chaining;
}

}  // namespace imprimatur::chip
