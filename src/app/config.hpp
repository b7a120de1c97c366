// The daemon's configuration: one TOML file, read once at start. Every key is known and checked; a wrong one
// is an error with file, line and what was expected.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/roles.hpp"
#include "api/server.hpp"
#include "base/result.hpp"

namespace imprimatur::app {

struct VaultConfig {
  std::string module;  // PKCS#11 library
  std::string token_label;
  std::filesystem::path pin_file;  // never on a command line
  int signatures_max = 100000;     // of one document signer's key: then the next signer takes over, or none
  int derivations_max = 4;         // of card keys for one blank
  std::filesystem::path softhsm_conf;  // SOFTHSM2_CONF for the bench's token; empty for a real one
};

// In the file a URI alone, or a table: {uri = "ipp://…", duplex_turn = "long-edge"}.
struct PrinterConfig {
  std::string uri;  // ipp://HOST:PORT/PATH
  bool turns_about_long_edge =
      false;  // duplex_turn: the edge about which the printer turns a card; "short-edge"
};

// A card machine of Evolis: one feeder, one chip station, one head.
struct EvolisConfig {
  std::string host = "127.0.0.1";  // of the vendor's service
  int port = 18000;
  std::string device;        // name of the machine there
  bool contactless = false;  // which of its chip stations: "contact" or "contactless"
};

// [line.face_reader]: what reads the printed face. Absent: none, and no product may ask for one.
struct FaceReaderConfig {
  std::string driver = "none";       // "none", "virtual", "command"
  int heads = 1;                     // readers that look at the same time, each at its share of the line
  std::filesystem::path spool;       // virtual: the virtual printers' folder
  int resolution_dpi = 300;          // virtual
  std::vector<std::string> command;  // command: program and arguments (devices/face_reader/FORMAT.md)
  int time_max_ms = 10000;           // command: for one side
  int image_bytes_max = 32 << 20;    // command
};

struct LineConfig {
  std::string name = "line-1";
  std::vector<std::string> readers;  // PC/SC names or their beginnings, in the order of the transport's slots
  std::vector<PrinterConfig> printers;     // in the order of the transport's slots
  std::string transport_driver;            // "virtual", "manual" (asks a person), "evolis"
  std::filesystem::path transport_socket;  // of "virtual"
  EvolisConfig evolis;
  FaceReaderConfig face_reader;
  int poll_interval_ms = 100;  // between two questions to a printer about a job
  int card_time_min_ms = 500;  // no printer makes a card sooner
  int card_time_max_ms = 180000;
  int chip_timeout_ms = 120000;  // one step of a card in a reader: later than this it hangs
  int reader_retry_ms = 2000;    // before a reader that could not be reached is tried again
  int printer_look_ms = 2000;    // between two looks at the state of a printer
};

struct Config {
  std::string station;         // name in the journal: urn:imprimatur:<station>
  std::string log_origin;      // name of the audit log
  bool test_keys = false;      // without it, test keys are refused
  std::filesystem::path work;  // ledger and audit log
  std::filesystem::path templates;
  std::filesystem::path fonts;  // built font files
  std::filesystem::path keys;   // policy, manifest, certificates, trust anchors
  // [trust] revocation_lists: names of files in `keys` (DER or PEM), which the manifest has to name.
  std::vector<std::string> revocation_lists;
  std::filesystem::path socket;        // HTTP and WebSocket
  std::filesystem::path evidence_dir;  // only with test_keys: holds personal data; empty: none
  std::vector<std::string> products;
  // [[people]]: who may use the station. With test keys the daemon's own uid has every role when no entry
  // names it; without, a station that nobody may use is refused.
  std::vector<api::Credential> people;
  int connections_per_person = 64;  // to the API, over both ports; one more is refused
  // [tcp]: the same API over mutual TLS 1.3; nothing when it is not there.
  std::optional<api::TcpOptions> tcp;
  int certificate_look_seconds = 5;  // [tcp]: between two looks at the certificates' files; 0: on SIGHUP only
  VaultConfig vault;
  LineConfig line;
  // [retention]: how long personal data are kept: of issued cards, and of all else that ended or got stuck.
  int issued_hours = 72;
  int other_hours = 720;
  std::string time_zone = "UTC";  // of the shifts: a name of the tz database
  int free_mib_min = 256;         // on the disk of `work`: with less no new work is taken
  std::string source_text;        // for the configuration's hash in the journal
};

// Errors file.*, config.syntax (with line), config.key (unknown, missing or of the wrong type),
// config.evidence, config.people (nobody may use the station). Relative paths are taken from the file's
// folder.
Result<Config> load_config(const std::filesystem::path& path);

}  // namespace imprimatur::app
