#include "app/config.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <memory>
#include <sstream>

#include "base/files.hpp"

namespace imprimatur::app {
namespace {

constexpr std::int64_t kUidMax = 0xFFFFFFFF;  // itself "no user" (chown(2))

// Reads members of one table and remembers which were asked for, so that the rest can be refused.
class Table {
 public:
  Table(const toml::table& table, std::string name, std::filesystem::path folder)
      : table_(table), name_(std::move(name)), folder_(std::move(folder)) {}

  template <class T>
  Status read(std::string_view key, T& into, bool required = false) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      return required ? Status(fail("config.key", "the key is missing", path_of(key))) : ok();
    }
    const auto value = node->value<T>();
    if (!value) return wrong(key, *node);
    into = *value;
    return ok();
  }

  struct Range {
    int least;
    int most;
  };
  Status read_number(std::string_view key, int& into, Range range) {
    TRY_STATUS(read(key, into));
    if (into >= range.least && into <= range.most) return ok();
    return fail("config.key",
                "expected a number from " + std::to_string(range.least) + " to " + std::to_string(range.most),
                path_of(key));
  }

  Status read_path(std::string_view key, std::filesystem::path& into, bool required = false) {
    std::string text;
    TRY_STATUS(read(key, text, required));
    if (!text.empty()) into = (folder_ / text).lexically_normal();
    return ok();
  }

  // Tables of one name: [[key]]. None when the key is not there.
  Result<std::vector<Table>> tables(std::string_view key) {
    known_.emplace_back(key);
    std::vector<Table> list;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return list;
    if (!node->is_array_of_tables()) return wrong(key, *node);
    for (const auto& element : *node->as_array()) {
      const std::string name = path_of(key) + "/" + std::to_string(list.size());
      list.push_back(Table(*element.as_table(), name, folder_));
    }
    return list;
  }

  bool has(std::string_view key) const { return table_.contains(key); }

  Status read_list(std::string_view key, std::vector<std::string>& into) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return fail("config.key", "the key is missing", path_of(key));
    const toml::array* array = node->as_array();
    if (array == nullptr || array->empty()) return wrong(key, *node);
    for (const auto& element : *array) {
      const auto text = element.value<std::string>();
      if (!text) return wrong(key, element);
      into.push_back(*text);
    }
    return ok();
  }

  // A list of tables, or of words that stand for a table with `word_key` alone.
  Result<std::vector<Table>> subs(std::string_view key, std::string_view word_key) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return fail("config.key", "the key is missing", path_of(key));
    const toml::array* array = node->as_array();
    if (array == nullptr || array->empty()) return wrong(key, *node);
    std::vector<Table> out;
    for (const auto& element : *array) {
      if (const toml::table* table = element.as_table()) {
        out.emplace_back(*table, path_of(key), folder_);
      } else if (const auto word = element.value<std::string>()) {
        made_.push_back(std::make_shared<toml::table>(toml::table{{word_key, *word}}));
        out.emplace_back(*made_.back(), path_of(key), folder_);
      } else {
        return wrong(key, element);
      }
    }
    return out;
  }

  // One of two words.
  Status read_choice(std::string_view key, bool& second, std::string_view first_word,
                     std::string_view second_word) {
    std::string word(first_word);
    TRY_STATUS(read(key, word));
    second = word == second_word;
    if (second || word == first_word) return ok();
    return fail("config.key",
                "expected \"" + std::string(first_word) + "\" or \"" + std::string(second_word) + "\"",
                path_of(key));
  }

  Result<Table> sub(std::string_view key) {
    known_.emplace_back(key);
    const toml::table* table = table_[key].as_table();
    if (table == nullptr) return fail("config.key", "the table is missing", path_of(key));
    return Table(*table, path_of(key), folder_);
  }

  std::string path_of(std::string_view key) const { return name_ + "/" + std::string(key); }

  Status refuse_unknown() const {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
      return fail("config.key", "no such key, line " + std::to_string(node.source().begin.line),
                  path_of(key.str()));
    }
    return ok();
  }

 private:
  Error wrong(std::string_view key, const toml::node& node) const {
    return fail("config.key", "wrong type or empty, line " + std::to_string(node.source().begin.line),
                path_of(key));
  }

  const toml::table& table_;
  std::string name_;
  std::filesystem::path folder_;
  std::vector<std::string> known_;
  std::vector<std::shared_ptr<toml::table>> made_;  // of words; the tables of `subs` borrow them
};

Status read_vault(Table table, VaultConfig& vault) {
  TRY_STATUS(table.read("module", vault.module, true));
  TRY_STATUS(table.read("token_label", vault.token_label, true));
  TRY_STATUS(table.read_path("pin_file", vault.pin_file, true));
  TRY_STATUS(table.read_path("softhsm_conf", vault.softhsm_conf));
  TRY_STATUS(table.read_number("signatures_max", vault.signatures_max, {1, 100'000'000}));
  TRY_STATUS(table.read_number("derivations_max", vault.derivations_max, {2, 100}));
  return table.refuse_unknown();
}

Status read_printers(Table& table, std::vector<PrinterConfig>& printers) {
  TRY(auto list, table.subs("printers", "uri"));
  for (Table& one : list) {
    PrinterConfig printer;
    TRY_STATUS(one.read("uri", printer.uri, true));
    TRY_STATUS(one.read_choice("duplex_turn", printer.turns_about_long_edge, "short-edge", "long-edge"));
    TRY_STATUS(one.refuse_unknown());
    printers.push_back(std::move(printer));
  }
  return ok();
}

Status read_evolis(Table& table, EvolisConfig& evolis) {
  TRY_STATUS(table.read("host", evolis.host));
  TRY_STATUS(table.read_number("port", evolis.port, {1, 65'535}));
  TRY_STATUS(table.read("device", evolis.device, true));
  return table.read_choice("chip_station", evolis.contactless, "contact", "contactless");
}

Status read_transport(Table table, LineConfig& line) {
  TRY_STATUS(table.read("driver", line.transport_driver, true));
  if (line.transport_driver == "virtual") {
    TRY_STATUS(table.read_path("socket", line.transport_socket, true));
  } else if (line.transport_driver == "evolis") {
    TRY_STATUS(read_evolis(table, line.evolis));
    if (line.readers.size() != 1 || line.printers.size() != 1) {
      return fail("config.key", "a card machine has one reader and one printer", "/line/transport/driver");
    }
  } else if (line.transport_driver != "manual") {
    return fail("config.key", "there is no such transport driver", "/line/transport/driver",
                "Known: virtual, manual, evolis.");
  }
  return table.refuse_unknown();
}

Status read_face_reader(Table table, FaceReaderConfig& face) {
  TRY_STATUS(table.read("driver", face.driver, true));
  TRY_STATUS(table.read_number("heads", face.heads, {1, 16}));
  if (face.driver == "virtual") {
    TRY_STATUS(table.read_path("spool", face.spool, true));
    TRY_STATUS(table.read_number("resolution_dpi", face.resolution_dpi, {200, 600}));
  } else if (face.driver == "command") {
    TRY_STATUS(table.read_list("command", face.command));
    TRY_STATUS(table.read_number("time_max_ms", face.time_max_ms, {100, 600'000}));
    TRY_STATUS(table.read_number("image_bytes_max", face.image_bytes_max, {1024, 256 << 20}));
  } else if (face.driver != "none") {
    return fail("config.key", "there is no such face reader driver", "/line/face_reader/driver",
                "Known: none, virtual, command.");
  }
  return table.refuse_unknown();
}

Status read_line(Table table, LineConfig& line) {
  TRY_STATUS(table.read("name", line.name));
  TRY_STATUS(table.read_list("readers", line.readers));
  TRY_STATUS(read_printers(table, line.printers));
  TRY_STATUS(table.read("poll_interval_ms", line.poll_interval_ms));
  TRY_STATUS(table.read("card_time_min_ms", line.card_time_min_ms));
  TRY_STATUS(table.read("card_time_max_ms", line.card_time_max_ms));
  TRY_STATUS(table.read_number("chip_timeout_ms", line.chip_timeout_ms, {1000, 3'600'000}));
  TRY_STATUS(table.read_number("reader_retry_ms", line.reader_retry_ms, {100, 60'000}));
  TRY_STATUS(table.read_number("printer_look_ms", line.printer_look_ms, {100, 600'000}));
  TRY(auto transport, table.sub("transport"));
  TRY_STATUS(read_transport(std::move(transport), line));
  if (table.has("face_reader")) {
    TRY(auto face_reader, table.sub("face_reader"));
    TRY_STATUS(read_face_reader(std::move(face_reader), line.face_reader));
  }
  return table.refuse_unknown();
}

// A name and not a way to anywhere: what is loaded lies in the key folder and is named in the manifest so.
bool stays_in_folder(const std::string& name) {
  const std::filesystem::path path(name);
  return !path.empty() && path.is_relative() && std::none_of(path.begin(), path.end(), [](const auto& part) {
    return part == ".." || part == "." || part.empty();
  });
}

Status read_trust(Table table, std::vector<std::string>& revocation_lists) {
  TRY_STATUS(table.read_list("revocation_lists", revocation_lists));
  for (const std::string& name : revocation_lists) {
    if (stays_in_folder(name)) continue;
    return fail("config.key", "a revocation list is a file in the key folder", "/trust/revocation_lists");
  }
  return table.refuse_unknown();
}

bool is_fingerprint(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<api::Credential> read_person(Table table) {
  api::Credential person;
  TRY_STATUS(table.read("name", person.person, true));
  std::vector<std::string> roles;
  TRY_STATUS(table.read_list("roles", roles));
  for (const std::string& name : roles) {
    const auto role = api::role_named(name);
    if (!role) return fail("config.key", "there is no such role", table.path_of("roles"));
    person.roles.insert(*role);
  }
  if (table.has("uid")) {
    std::int64_t uid = -1;
    TRY_STATUS(table.read("uid", uid));
    if (uid < 0 || uid >= kUidMax)
      return fail("config.key", "expected a user's number", table.path_of("uid"));
    person.uid = static_cast<std::uint32_t>(uid);
  }
  TRY_STATUS(table.read("certificate", person.fingerprint));
  TRY_STATUS(table.read("subject", person.subject));
  if (!person.fingerprint.empty() && !is_fingerprint(person.fingerprint)) {
    return fail("config.key", "expected the SHA-256 of a certificate, 64 lower-case hex digits",
                table.path_of("certificate"));
  }
  if (!person.uid && person.fingerprint.empty() && person.subject.empty()) {
    return fail("config.key", "expected uid, certificate or subject", table.path_of("name"));
  }
  TRY_STATUS(table.refuse_unknown());
  return person;
}

Status read_people(Table& root, Config& config) {
  TRY(auto tables, root.tables("people"));
  for (Table& table : tables) {
    TRY(auto person, read_person(std::move(table)));
    config.people.push_back(std::move(person));
  }
  return ok();
}

// Without a port it would listen on any that is free, and nobody would know where to ask.
Result<api::TcpOptions> read_tcp(Table table, int& certificate_look_seconds) {
  api::TcpOptions tcp;
  int port = 0;
  TRY_STATUS(table.read("address", tcp.address));
  if (!api::is_address(tcp.address)) {
    return fail("config.key", "expected an IPv4 or IPv6 address", table.path_of("address"),
                "Write the address of this machine on which it listens; a name is none.");
  }
  TRY_STATUS(table.read_number("port", port, {1, 65535}));
  TRY_STATUS(table.read_number("certificate_look_seconds", certificate_look_seconds, {0, 86'400}));
  tcp.port = static_cast<std::uint16_t>(port);
  TRY_STATUS(table.read_path("certificate", tcp.tls.certificate, true));
  TRY_STATUS(table.read_path("key", tcp.tls.key, true));
  TRY_STATUS(table.read_path("client_ca", tcp.tls.client_ca, true));
  TRY_STATUS(table.read_path("client_crl", tcp.tls.client_crl));
  TRY_STATUS(table.refuse_unknown());
  return tcp;
}

Status read_root(Table table, Config& config) {
  TRY_STATUS(table.read("station", config.station, true));
  TRY_STATUS(table.read("log_origin", config.log_origin, true));
  TRY_STATUS(table.read("test_keys", config.test_keys));
  TRY_STATUS(table.read_path("work", config.work, true));
  TRY_STATUS(table.read_path("templates", config.templates, true));
  TRY_STATUS(table.read_path("fonts", config.fonts, true));
  TRY_STATUS(table.read_path("keys", config.keys, true));
  TRY_STATUS(table.read_path("socket", config.socket, true));
  TRY_STATUS(table.read_path("evidence_dir", config.evidence_dir));
  TRY_STATUS(table.read_list("products", config.products));
  TRY_STATUS(table.read("time_zone", config.time_zone));
  TRY_STATUS(table.read_number("free_mib_min", config.free_mib_min, {1, 10'000'000}));
  if (table.has("retention")) {
    TRY(auto retention, table.sub("retention"));
    TRY_STATUS(retention.read_number("issued_hours", config.issued_hours, {1, 87'600}));
    TRY_STATUS(retention.read_number("other_hours", config.other_hours, {1, 87'600}));
    TRY_STATUS(retention.refuse_unknown());
  }
  if (table.has("trust")) {
    TRY(auto trust, table.sub("trust"));
    TRY_STATUS(read_trust(std::move(trust), config.revocation_lists));
  }
  TRY_STATUS(read_people(table, config));
  TRY_STATUS(table.read_number("connections_per_person", config.connections_per_person, {1, 256}));
  if (table.has("tcp")) {
    TRY(auto tcp, table.sub("tcp"));
    TRY(config.tcp, read_tcp(std::move(tcp), config.certificate_look_seconds));
  }
  TRY(auto vault, table.sub("vault"));
  TRY_STATUS(read_vault(std::move(vault), config.vault));
  TRY(auto line, table.sub("line"));
  TRY_STATUS(read_line(std::move(line), config.line));
  return table.refuse_unknown();
}

}  // namespace

Result<Config> load_config(const std::filesystem::path& path) {
  TRY(auto text, read_text_file(path, 1U << 20));
  Config config;
  config.source_text = text;
  toml::table root;
  try {
    root = toml::parse(text, path.string());
  } catch (const toml::parse_error& error) {
    return fail("config.syntax",
                "line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()),
                path.string());
  }
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (auto read = read_root(Table(root, "", folder), config); !read) {
    return while_doing(path.string(), read.error());
  }
  if (!config.evidence_dir.empty() && !config.test_keys) {
    return fail("config.evidence", "evidence_dir holds personal data and is for test keys only",
                "/evidence_dir", "Remove evidence_dir, or set test_keys = true on a bench.");
  }
  if (config.people.empty() && !config.test_keys) {
    return fail("config.people", "nobody may use this station", "/people",
                "Add [[people]] tables with name, roles, and uid, certificate or subject.");
  }
  return config;
}

}  // namespace imprimatur::app
