#include "app/new_epoch.hpp"

#include "audit/note.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "ledger/reader.hpp"

namespace imprimatur::app {
namespace {

struct OldLog {
  std::string epoch;
  ledger::PastLog past;
};

// The larger one of what is known and a note, when that is of the same log and signed by the log's key.
Status take_note(const std::string& text, const crypto::PublicKey& key, ledger::PastLog& past) {
  TRY(auto note_key, audit::make_note_key(past.origin, key));
  TRY(auto opened, audit::open_note(text, {note_key}));
  TRY(auto checkpoint, audit::parse_checkpoint(opened));
  if (checkpoint.origin == past.origin && checkpoint.size >= past.size) {
    past.size = checkpoint.size;
    past.root = to_base64(checkpoint.root);
  }
  return ok();
}

Result<OldLog> read_old(const Config& config, crypto::KeyVault& vault) {
  OldLog old;
  TRY(auto reader, ledger::LedgerReader::open(config.work / "ledger.sqlite"));
  TRY(old.epoch, reader->epoch());
  TRY(old.past.origin, reader->origin());
  TRY(auto key, vault.public_key("log"));
  TRY(auto kept, reader->kept_checkpoint());
  if (kept) {
    TRY_STATUS(take_note(*kept, key, old.past));
  }
  for (const auto& file : {config.work / "last-checkpoint", config.work / "log" / "checkpoint"}) {
    if (!std::filesystem::exists(file)) continue;
    TRY(auto note, read_text_file(file));
    TRY_STATUS(take_note(note, key, old.past));
  }
  return old;
}

Status move_aside(const std::filesystem::path& file, const std::string& epoch) {
  if (!std::filesystem::exists(file)) return ok();
  std::error_code failed;
  std::filesystem::rename(file, file.string() + "-" + epoch, failed);
  if (failed)
    return fail("audit.files", "the old log could not be moved aside: " + failed.message(), file.string());
  return ok();
}

}  // namespace

Status begin_new_epoch(const Config& config, ledger::Ledger::Ports ports) {
  const auto file = config.work / "ledger.sqlite";
  TRY_STATUS(ledger::Ledger::bring_up_to_date(file, ports.clock));
  TRY(auto old, read_old(config, ports.vault));
  // Cut off after the ledger had begun: what is left of the old log is moved under the name of its epoch.
  const bool begun = old.past.origin == config.log_origin;
  if (begun) {
    TRY(auto reader, ledger::LedgerReader::open(file));
    TRY(auto first, reader->journal(0, 1));
    if (first.empty()) return fail("ledger.store", "the journal has no entry");
    TRY(auto event, parse_json_object(first.front().bytes));
    TRY(const auto* data, member_object(event, "data"));
    TRY(auto reason, member_text_or(*data, "reason", "new"));
    if (reason == "new") {
      return fail("ledger.epoch", "the old log has this name too", config.log_origin,
                  "Give the new log another log_origin in the configuration.");
    }
    TRY(const auto* previous, member_object(*data, "previous"));
    TRY(old.epoch, member_text(*previous, "epoch"));
  } else {
    TRY_STATUS(ledger::Ledger::begin_new_epoch(file, {config.station, config.log_origin}, old.past, ports));
  }
  TRY_STATUS(move_aside(config.work / "log", old.epoch));
  return move_aside(config.work / "last-checkpoint", old.epoch);
}

}  // namespace imprimatur::app
