// Commands of a card type as data: members `identity` and `commands` of a chip profile.
#include "chip/profile_parts.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kStepsMax = 16;
constexpr std::size_t kStatusWordsMax = 8;
constexpr std::size_t kIdentityBytesMax = 64;

constexpr std::array kSelects{Named{"issuer-domain", IdentityCommand::Select::issuer_domain},
                              Named{"default", IdentityCommand::Select::by_default},
                              Named{"none", IdentityCommand::Select::none}};

const std::set<Slot>& gaps_of_application() {
  static const std::set<Slot> gaps{Slot::application};
  return gaps;
}

const std::set<Slot>& gaps_of_file() {
  static const std::set<Slot> gaps{Slot::application, Slot::file_id, Slot::file_size, Slot::short_id,
                                   Slot::read_condition};
  return gaps;
}

const std::set<Slot>& gaps_of_keys() {
  static const std::set<Slot> gaps{Slot::application, Slot::document_number,
                                   Slot::birth_date,  Slot::expiry_date,
                                   Slot::bac_seed,    Slot::mrz_hash,
                                   Slot::can,         Slot::aa_modulus,
                                   Slot::aa_scalar,   Slot::aa_private_exponent,
                                   Slot::aa_prime_p,  Slot::aa_prime_q,
                                   Slot::ca_scalar,   Slot::aa_public_exponent,
                                   Slot::ca_point,    Slot::access_keys,
                                   Slot::aa_key,      Slot::ca_key};
  return gaps;
}

Result<ByteTemplate> read_template(const ProfileReader& reader, const json::object& object,
                                   std::string_view name, const std::string& where,
                                   const std::set<Slot>& gaps) {
  const std::string here = where + "/" + std::string(name);
  TRY(auto text, reader.text(object, name, where));
  auto parsed = ByteTemplate::parse(text);
  if (!parsed) return reader.error(here, parsed.error().message);
  for (const Slot slot : parsed.value().slots()) {
    if (!gaps.contains(slot)) {
      return reader.error(here, "{" + std::string(name_of(slot)) + "} cannot be used in this place");
    }
  }
  return parsed;
}

Result<std::vector<std::uint16_t>> read_words(const ProfileReader& reader, const json::object& object,
                                              std::string_view name, const std::string& where) {
  TRY(auto texts, reader.texts(object, name, where, kStatusWordsMax));
  std::vector<std::uint16_t> words;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto word = from_hex(texts[i]);
    if (!word || word.value().size() != 2) {
      return reader.error(where + "/" + std::string(name) + "/" + std::to_string(i),
                          "wanted a status word of four hex digits");
    }
    words.push_back(static_cast<std::uint16_t>(read_be(word.value())));
  }
  return words;
}

Result<CardStep> read_step(const ProfileReader& reader, const json::value& value, const std::string& where,
                           const std::set<Slot>& gaps) {
  if (!value.is_object()) return reader.error(where, "wanted an object");
  const json::object& object = value.get_object();
  TRY_STATUS(reader.only(object, where, {"step", "command", "data", "answer_bytes", "accept", "optional"}));
  CardStep step;
  TRY(step.name, reader.text(object, "step", where));
  if (step.name.empty()) return reader.error(where + "/step", "wanted a name for people");
  TRY(step.header, reader.bytes(object, "command", where, 4, 4));
  if (step.header[0] == 0xFF) return reader.error(where + "/command", "FF is no class of a card's command");
  if (object.contains("data")) {
    TRY(step.data, read_template(reader, object, "data", where, gaps));
  }
  TRY(step.answer_bytes, reader.number_or(object, "answer_bytes", where, 1, kShortAnswerMax, 0));
  if (object.contains("accept")) {
    TRY(step.accept, read_words(reader, object, "accept", where));
  }
  TRY(step.optional, reader.flag_or(object, "optional", where, false));
  return step;
}

// The steps of one member; what is there already (the dialect's) stays when the member is absent.
Status read_steps(const ProfileReader& reader, const json::object& object, std::string_view name,
                  const std::set<Slot>& gaps, std::vector<CardStep>& steps) {
  if (!object.contains(name)) return ok();
  TRY(auto array, reader.array(object, name, "/commands"));
  const std::string where = "/commands/" + std::string(name);
  if (array->size() > kStepsMax) return reader.error(where, "wanted at most 16 steps");
  steps.clear();
  for (std::size_t i = 0; i < array->size(); ++i) {
    TRY(auto step, read_step(reader, (*array)[i], where + "/" + std::to_string(i), gaps));
    steps.push_back(std::move(step));
  }
  return ok();
}

CardStep step_of(std::string name, std::string_view header, std::string_view data = {},
                 std::size_t answer_bytes = 0) {
  return {std::move(name), hex(header), ByteTemplate::parse(data).value(), answer_bytes, {}, false};
}

// FCP of ISO/IEC 7816-4 section 7.4.2: transparent working EF, id, size, short id, condition for reading.
FileCommands iso7816_defaults() {
  FileCommands commands;
  commands.create = {
      step_of("CREATE FILE", "00E00000",
              "62( 820101 8302{file_id} 8002{file_size} 8801{short_id} 8C0201{read_condition} )")};
  commands.select_created = false;
  commands.activate = {step_of("ACTIVATE FILE", "00440000")};
  commands.closed = {step_of("GET CHALLENGE", "00840000", {}, 8)};
  commands.closed_answers = {kSwDone};
  return commands;
}

FileCommands emrtd_applet_defaults() {
  FileCommands commands;
  commands.create = {step_of("CREATE FILE", "00E00000", "6304 {file_size} {file_id}")};
  commands.keys = {step_of("PUT DATA of the document's keys", "00DA0062",
                           "62( 04({document_number}) 04({birth_date}) 04({expiry_date}) )")};
  commands.activate = {step_of("PUT DATA of the lock", "00DADEAD")};
  commands.closed = {step_of("SELECT of EF.COM", "00A4020C", "011E"),
                     step_of("READ BINARY", "00B00000", {}, 1)};
  commands.closed_answers = {0x6982};
  return commands;
}

}  // namespace

Status read_identity_command(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  IdentityCommand& identity = profile.identity;
  identity.header = hex("80CA9F7F");
  identity.tag = 0x9F7F;
  // A card that nobody gave an issuer domain to in the profile is asked as it comes.
  identity.select =
      profile.issuer_domain.empty() ? IdentityCommand::Select::none : IdentityCommand::Select::issuer_domain;
  if (!root.contains("identity")) return ok();
  const std::string where = "/identity";
  TRY(auto object, reader.object(root, "identity", ""));
  TRY_STATUS(reader.only(*object, where, {"select", "command", "tag", "bytes"}));
  TRY(identity.select, reader.choice(*object, "select", where, kSelects));
  if (identity.select == IdentityCommand::Select::issuer_domain && profile.issuer_domain.empty()) {
    return reader.error(where + "/select", "the profile names no issuer domain");
  }
  TRY(identity.header, reader.bytes(*object, "command", where, 4, 4));
  identity.tag = 0;
  if (object->contains("tag")) {
    TRY(auto tag, reader.bytes(*object, "tag", where, 1, 3));
    identity.tag = static_cast<std::uint32_t>(read_be(tag));
  }
  TRY(identity.bytes, reader.number(*object, "bytes", where, 4, kIdentityBytesMax));
  return ok();
}

Status read_commands(const ProfileReader& reader, const json::object& root, ChipProfile& profile) {
  if (profile.dialect == Dialect::gp_store_data) {
    if (root.contains("commands")) {
      return reader.error("/commands", "gp-store-data has its own commands: leave this member out");
    }
    return ok();
  }
  FileCommands& commands = profile.commands;
  commands = profile.dialect == Dialect::iso7816_files ? iso7816_defaults() : emrtd_applet_defaults();
  if (!root.contains("commands")) return ok();
  const std::string where = "/commands";
  TRY(auto object, reader.object(root, "commands", ""));
  TRY_STATUS(reader.only(*object, where,
                         {"before", "create", "select_created", "select_by_short_id", "header_last", "keys",
                          "activate", "closed", "closed_answers"}));
  TRY_STATUS(read_steps(reader, *object, "before", gaps_of_application(), commands.before));
  TRY_STATUS(read_steps(reader, *object, "create", gaps_of_file(), commands.create));
  TRY_STATUS(read_steps(reader, *object, "keys", gaps_of_keys(), commands.keys));
  TRY_STATUS(read_steps(reader, *object, "activate", gaps_of_application(), commands.activate));
  TRY_STATUS(read_steps(reader, *object, "closed", gaps_of_application(), commands.closed));
  TRY(commands.select_created, reader.flag_or(*object, "select_created", where, commands.select_created));
  TRY(commands.select_by_short_id,
      reader.flag_or(*object, "select_by_short_id", where, commands.select_by_short_id));
  TRY(commands.header_last, reader.flag_or(*object, "header_last", where, commands.header_last));
  if (object->contains("closed_answers")) {
    TRY(commands.closed_answers, read_words(reader, *object, "closed_answers", where));
  }
  if (commands.closed.empty()) return reader.error(where + "/closed", "wanted at least one step");
  if (commands.closed_answers.empty()) {
    return reader.error(where + "/closed_answers", "wanted at least one status word");
  }
  return ok();
}

Result<ByteTemplate> read_file_template(const ProfileReader& reader, const json::object& object,
                                        std::string_view name, const std::string& where) {
  return read_template(reader, object, name, where, gaps_of_file());
}

}  // namespace imprimatur::chip
