#include "chip/profile.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/json.hpp"
#include "chip/json_place.hpp"
#include "chip/scp03.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kProfileBytesMax = 64U << 10;
constexpr std::size_t kFilesMax = 20;

template <class T>
struct Named {
  std::string_view name;
  T value;
};

constexpr std::array kDialects{Named{"gp-store-data", Dialect::gp_store_data}};
constexpr std::array kAccessProtocols{Named{"bac", AccessProtocol::bac}};
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

// Reads members of the profile and makes errors with line and JSON pointer.
class ProfileReader {
 public:
  ProfileReader(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  Error error(std::string pointer, std::string_view what) const {
    const std::size_t line = line_of_pointer(text_, pointer);
    return fail(
        "chip.profile", std::string(source_) + " line " + std::to_string(line) + ": " + std::string(what),
        std::move(pointer), "Correct the chip profile; imprimatur chip check shows whether it is right.");
  }

  // A misspelt member would silently mean something else: only known ones are allowed.
  Status only(const json::object& object, const std::string& where,
              std::initializer_list<std::string_view> names) const {
    for (const auto& member : object) {
      const std::string_view key(member.key().data(), member.key().size());
      if (std::find(names.begin(), names.end(), key) == names.end()) {
        return error(where + "/" + std::string(key), "there is no member of this name");
      }
    }
    return ok();
  }

  Result<std::string> text(const json::object& object, std::string_view name,
                           const std::string& where) const {
    return located(member_text(object, name, where), where, name);
  }
  Result<const json::object*> object(const json::object& parent, std::string_view name,
                                     const std::string& where) const {
    return located(member_object(parent, name, where), where, name);
  }
  Result<const json::array*> array(const json::object& parent, std::string_view name,
                                   const std::string& where) const {
    return located(member_array(parent, name, where), where, name);
  }

  Result<std::size_t> number(const json::object& object, std::string_view name, const std::string& where,
                             std::size_t min, std::size_t max) const {
    TRY(auto value, located(member_int(object, name, where), where, name));
    if (value < static_cast<std::int64_t>(min) || value > static_cast<std::int64_t>(max)) {
      return error(where + "/" + std::string(name),
                   "wanted a number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return static_cast<std::size_t>(value);
  }

  Result<bool> flag(const json::object& object, std::string_view name, const std::string& where) const {
    return located(member_bool(object, name, where), where, name);
  }

  Result<Bytes> bytes(const json::object& object, std::string_view name, const std::string& where,
                      std::size_t min, std::size_t max) const {
    TRY(auto value, text(object, name, where));
    auto decoded = from_hex(value);
    if (!decoded || decoded.value().size() < min || decoded.value().size() > max) {
      return error(where + "/" + std::string(name),
                   "wanted " + std::to_string(min) + " to " + std::to_string(max) + " bytes in hex");
    }
    return decoded;
  }

  template <class T, std::size_t N>
  Result<T> named(const std::array<Named<T>, N>& names, std::string_view value,
                  const std::string& pointer) const {
    std::string known;
    for (const Named<T>& entry : names) {
      if (entry.name == value) return entry.value;
      known += (known.empty() ? "" : ", ") + std::string(entry.name);
    }
    return error(pointer, "wanted one of: " + known);
  }

 private:
  template <class T>
  Result<T> located(Result<T> result, const std::string& where, std::string_view name) const {
    if (result) return result;
    return error(where + "/" + std::string(name), result.error().message);
  }

  std::string_view text_;
  std::string_view source_;
};

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
  TRY_STATUS(
      reader.only(*object, where, {"protocol", "mode", "level", "key_scheme", "blank_keys", "card_keys"}));
  TRY(auto protocol, reader.text(*object, "protocol", where));
  if (protocol != "scp03") return reader.error(where + "/protocol", "wanted one of: scp03");
  TRY(auto scheme, reader.text(*object, "key_scheme", where));
  if (scheme != "kdf3") return reader.error(where + "/key_scheme", "wanted one of: kdf3");
  TRY(auto mode, reader.text(*object, "mode", where));
  TRY(profile.scp_mode, reader.named(kModes, mode, where + "/mode"));
  TRY(auto level, reader.bytes(*object, "level", where, 1, 1));
  profile.security_level = level[0];
  // Data and keys are written through this channel: without C-MAC a cut wire could change them unseen.
  if (!is_security_level(level[0]) || level[0] == 0) {
    return reader.error(where + "/level", "wanted one of: 01, 03, 11, 13, 33");
  }
  TRY(profile.blank_keys, read_key_set(reader, *object, "blank_keys", where));
  TRY(profile.card_keys, read_key_set(reader, *object, "card_keys", where));
  if (profile.blank_keys.version == profile.card_keys.version) {
    return reader.error(where + "/card_keys/version",
                        "the card's own keys need another version than the blank's");
  }
  return ok();
}

Status read_transfer(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  const std::string where = "/transfer";
  TRY(auto object, reader.object(root, "transfer", ""));
  TRY_STATUS(reader.only(*object, where,
                         {"extended_if_offered", "command_bytes_max", "extended_command_bytes_max",
                          "extended_answer_bytes_max"}));
  TransferLimits& limits = profile.transfer;
  TRY(limits.command_bytes_max, reader.number(*object, "command_bytes_max", where, 64, kShortDataMax));
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
  TRY_STATUS(reader.only(object, where, {"file", "read", "required"}));
  ProfileFile file;
  TRY(auto name, reader.text(object, "file", where));
  const auto id = lds::file_named(name);
  if (!id) return reader.error(where + "/file", "no file of the LDS has this name");
  if (*id == lds::FileId::card_access) {
    return reader.error(where + "/file", "EF.CardAccess tells of PACE, which this access protocol is not");
  }
  file.file = *id;
  TRY(auto rule, reader.text(object, "read", where));
  TRY(file.read, reader.named(kReadRules, rule, where + "/read"));
  TRY(file.required, reader.flag(object, "required", where));
  return file;
}

Status read_files(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  TRY(auto array, reader.array(root, "files", ""));
  if (array->size() > kFilesMax) return reader.error("/files", "more files than an LDS has");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string where = "/files/" + std::to_string(i);
    TRY(auto file, read_profile_file(reader, (*array)[i], where));
    if (profile.find(file.file) != nullptr)
      return reader.error(where + "/file", "the file stands here twice");
    profile.files.push_back(file);
  }
  for (const lds::FileId needed : {lds::FileId::com, lds::FileId::sod, lds::FileId::dg1, lds::FileId::dg2}) {
    const ProfileFile* file = profile.find(needed);
    if (file == nullptr || !file->required) {
      return reader.error(
          "/files", std::string(lds::name_of(needed)) + " must be there and required (9303-10 section 3)");
    }
  }
  return ok();
}

Status read_closing(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  TRY(auto array, reader.array(root, "closing", ""));
  std::set<ClosingStep> seen;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string where = "/closing/" + std::to_string(i);
    if (!(*array)[i].is_string()) return reader.error(where, "wanted the name of a step");
    const json::string& name = (*array)[i].get_string();
    TRY(auto step, reader.named(kClosingSteps, std::string_view(name.data(), name.size()), where));
    if (!seen.insert(step).second) return reader.error(where, "the step stands here twice");
    profile.closing.push_back(step);
  }
  // A card that leaves without its own keys or still open to writing is not finished.
  if (!seen.contains(ClosingStep::rotate_keys)) return reader.error("/closing", "rotate-keys is missing");
  if (!seen.contains(ClosingStep::activate)) return reader.error("/closing", "activate is missing");
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

Result<ChipProfile> read_profile(const ProfileReader& reader, const json::object& root) {
  TRY_STATUS(reader.only(root, "",
                         {"profile", "version", "comment", "dialect", "issuer_domain", "application",
                          "secure_channel", "access", "transfer", "files", "closing", "status_words"}));
  ChipProfile profile;
  TRY(profile.name, reader.text(root, "profile", ""));
  TRY(auto version, reader.number(root, "version", "", 1, 1'000'000));
  profile.version = static_cast<int>(version);
  TRY(auto dialect, reader.text(root, "dialect", ""));
  TRY(profile.dialect, reader.named(kDialects, dialect, "/dialect"));
  TRY(profile.issuer_domain, reader.bytes(root, "issuer_domain", "", 5, 16));
  TRY(profile.application, reader.bytes(root, "application", "", 5, 16));
  TRY(auto access, reader.text(root, "access", ""));
  TRY(profile.access, reader.named(kAccessProtocols, access, "/access"));
  TRY_STATUS(read_secure_channel(reader, root, profile));
  TRY_STATUS(read_transfer(reader, root, profile));
  TRY_STATUS(read_files(reader, root, profile));
  TRY_STATUS(read_closing(reader, root, profile));
  TRY_STATUS(read_status_words(reader, root, profile));
  return profile;
}

// The third byte of the card capabilities (compact TLV 73 of the historical bytes, 7816-4 section 12.1.1.9)
// has 40 where extended Lc and Le fields are understood.
bool card_takes_extended(ByteView atr) {
  if (atr.size() < 2) return false;
  const std::size_t historical = atr[1] & 0x0F;
  std::size_t at = 2;
  for (std::uint8_t present = atr[1] >> 4;
       present != 0 && at < atr.size();) {  // TA, TB, TC, TD of each group
    for (const int bit : {1, 2, 4}) at += (present & bit) != 0 ? 1 : 0;
    if ((present & 8) == 0 || at >= atr.size()) break;
    present = static_cast<std::uint8_t>(atr[at++] >> 4);
  }
  if (historical < 1 || at + historical > atr.size()) return false;
  const ByteView bytes = atr.subspan(at, historical);
  if (bytes[0] != 0x80 && bytes[0] != 0x00) return false;
  for (std::size_t i = 1; i < bytes.size();) {
    const std::size_t length = bytes[i] & 0x0F;
    if (i + 1 + length > bytes.size()) return false;
    if (bytes[i] == 0x73) return (bytes[i + 3] & 0x40) != 0;
    i += 1 + length;
  }
  return false;
}

}  // namespace

const ProfileFile* ChipProfile::find(lds::FileId file) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [file](const ProfileFile& entry) { return entry.file == file; });
  return found == files.end() ? nullptr : &*found;
}

Result<ChipProfile> parse_profile(std::string_view text, std::string_view source) {
  auto root = parse_json_object(text, {.size_max = kProfileBytesMax});
  if (!root)
    return fail("chip.profile", std::string(source) + ": " + root.error().message, root.error().field);
  TRY(auto profile, read_profile(ProfileReader(text, source), root.value()));
  profile.hash = crypto::sha256(bytes_of(text));
  return profile;
}

Result<ChipProfile> load_profile(const std::filesystem::path& folder, std::string_view name) {
  const std::filesystem::path path = folder / (std::string(name) + ".json");
  TRY(auto text, read_text_file(path, kProfileBytesMax));
  TRY(auto profile, parse_profile(text, path.filename().string()));
  if (profile.name != name) {
    return ProfileReader(text, path.filename().string())
        .error("/profile", "the name is not that of the file");
  }
  return profile;
}

ApduForm apdu_form(const ChipProfile& profile, const CardChannel& channel) {
  const bool extended =
      profile.transfer.extended_if_offered && channel.extended_length() && card_takes_extended(channel.atr());
  return extended ? ApduForm::extended : ApduForm::short_only;
}

}  // namespace imprimatur::chip
