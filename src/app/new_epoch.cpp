#include "app/new_epoch.hpp"

#include <algorithm>

#include "audit/note.hpp"
#include "audit/tiles.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "ledger/reader.hpp"

namespace imprimatur::app {
namespace {

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

Result<ledger::PastLog> read_past(const Config& config, ledger::LedgerReader& reader,
                                  crypto::KeyVault& vault) {
  ledger::PastLog past;
  TRY(past.origin, reader.origin());
  TRY(auto key, vault.public_key("log"));
  TRY(auto kept, reader.kept_checkpoint());
  if (kept) {
    TRY_STATUS(take_note(*kept, key, past));
  }
  for (const auto& file : {config.work / "last-checkpoint", config.work / "log" / "checkpoint"}) {
    if (!std::filesystem::exists(file)) continue;
    TRY(auto note, read_text_file(file));
    TRY_STATUS(take_note(note, key, past));
  }
  return past;
}

// One entry that this ledger does not have.
Status take_fact(const std::string& entry, ledger::PastLog& past) {
  TRY(auto event, parse_json_object(entry));
  TRY(auto type, member_text(event, "type"));
  TRY(const auto* data, member_object(event, "data"));
  if (type == "org.imprimatur.attempt.begun.v1") {
    TRY(auto job, member_text(*data, "job"));
    TRY(auto blank, member_text(*data, "blank"));
    past.jobs_begun.insert(std::move(job));
    past.blanks_begun.insert(std::move(blank));
  }
  if (type == "org.imprimatur.attempt.intent.v1") {
    TRY(const auto act, member_text(*data, "act"));
    if (std::string_view(act) != "sign") return ok();
    TRY(auto signer, member_text(*data, "device"));
    TRY(const auto* what, member_object(*data, "what"));
    TRY(auto count, member_int(*what, "count"));
    auto& most = past.signatures[signer];
    most = std::max(most, count);
  }
  return ok();
}

// From the entry `kept` on. The folder may be older than the last checkpoint, or lost: then all stays held,
// and people look.
Status read_facts(const std::filesystem::path& folder, ledger::Sequence kept, ledger::PastLog& past) {
  if (!std::filesystem::exists(folder / "checkpoint")) return ok();
  TRY(auto text, read_text_file(folder / "checkpoint"));
  TRY(auto note, audit::parse_note(text));
  TRY(auto checkpoint, audit::parse_checkpoint(note.text));
  audit::TileReader tiles(folder, checkpoint.size);
  for (ledger::Sequence at = kept; at < checkpoint.size;) {
    const ledger::Sequence tile = at / audit::kTileWidth;
    TRY(auto entries, tiles.entries(tile));
    const auto first = static_cast<std::size_t>(at % audit::kTileWidth);
    if (first >= entries.size()) return fail("audit.files", "the old log lacks entries", folder.string());
    for (std::size_t i = first; i < entries.size(); ++i) {
      TRY_STATUS(take_fact(entries[i], past));
    }
    at = tile * audit::kTileWidth + entries.size();
  }
  return ok();
}

// Only what is of another log than the one that begins: this may be called again.
Status move_aside(const std::filesystem::path& file, const std::filesystem::path& checkpoint,
                  const std::string& origin, const std::string& epoch) {
  if (!std::filesystem::exists(checkpoint)) return ok();
  TRY(auto text, read_text_file(checkpoint));
  TRY(auto note, audit::parse_note(text));
  TRY(auto signed_one, audit::parse_checkpoint(note.text));
  if (signed_one.origin == origin) return ok();
  std::error_code failed;
  std::filesystem::rename(file, file.string() + "-" + epoch, failed);
  if (failed)
    return fail("audit.files", "the old log could not be moved aside: " + failed.message(), file.string());
  return ok();
}

// The epoch before this one, as the journal's first entry tells it. Error ledger.epoch: there was none.
Result<std::string> epoch_before(ledger::LedgerReader& reader) {
  TRY(auto first, reader.journal(0, 1));
  if (first.empty()) return fail("ledger.store", "the journal has no entry");
  TRY(auto event, parse_json_object(first.front().bytes));
  TRY(const auto* data, member_object(event, "data"));
  if (!data->contains("previous")) {
    return fail("ledger.epoch", "the old log has this name too", "/log_origin",
                "Give the new log another log_origin in the configuration.");
  }
  TRY(const auto* previous, member_object(*data, "previous"));
  return member_text(*previous, "epoch");
}

}  // namespace

Status begin_new_epoch(const Config& config, ledger::Ledger::Ports ports) {
  const auto file = config.work / "ledger.sqlite";
  TRY_STATUS(ledger::Ledger::bring_up_to_date(file, ports.clock));
  std::string old_epoch;
  {
    TRY(auto reader, ledger::LedgerReader::open(file));
    TRY(auto origin, reader->origin());
    if (origin == config.log_origin) {  // cut off after the ledger had begun, or asked once too often
      TRY(old_epoch, epoch_before(*reader));
    } else {
      TRY(old_epoch, reader->epoch());
      TRY(auto past, read_past(config, *reader, ports.vault));
      TRY(auto size, reader->journal_size());
      TRY_STATUS(read_facts(config.work / "log", size, past));
      reader.reset();
      TRY_STATUS(ledger::Ledger::begin_new_epoch(file, {config.station, config.log_origin}, past, ports));
    }
  }
  const auto log = config.work / "log";
  const auto last = config.work / "last-checkpoint";
  TRY_STATUS(move_aside(log, log / "checkpoint", config.log_origin, old_epoch));
  return move_aside(last, last, config.log_origin, old_epoch);
}

}  // namespace imprimatur::app
