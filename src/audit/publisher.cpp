#include "audit/publisher.hpp"

#include <array>

#include "audit/note.hpp"
#include "audit/tiles.hpp"
#include "base/check.hpp"
#include "base/files.hpp"
#include "base/guard.hpp"

namespace imprimatur::audit {
namespace {

constexpr std::size_t kEntriesAtOnce = kTileWidth;
constexpr const char* kCheckpointFile = "checkpoint";

// A checkpoint that was signed once and must be the beginning of this journal.
struct Witnessed {
  Checkpoint checkpoint;
  std::string where;
};

Error forked(const Witnessed& witnessed, const std::string& why) {
  return fail(
      "audit.forked",
      "the checkpoint of size " + std::to_string(witnessed.checkpoint.size) + " was signed, but " + why,
      witnessed.where,
      "The ledger is older or other than the one that was signed: begin a new epoch, do not go on with this "
      "log.");
}

}  // namespace

struct LogPublisher::State {
  State(PublisherOptions given, ledger::LedgerReader& ledger, crypto::KeyVault& key_vault, NoteKey note_key,
        std::function<Status(std::string_view)> keep_note)
      : options(std::move(given)),
        reader(ledger),
        vault(key_vault),
        key(std::move(note_key)),
        keep(std::move(keep_note)) {}

  PublisherOptions options;
  ledger::LedgerReader& reader;
  crypto::KeyVault& vault;
  NoteKey key;
  std::function<Status(std::string_view)> keep;

  GrowingTree tree;
  std::array<std::vector<Hash>, kTileLevelsMax> right_edge;  // hashes of each level's last tile, when partial
  Bytes bundle;                                              // entries of the last bundle, when partial
  std::optional<ledger::Sequence> published;                 // size of the checkpoint in the folder
  std::size_t rebuilt = 0;
  std::vector<Witnessed> witnessed;  // to be met while the journal is read at start

  Status load_witnessed(const std::filesystem::path& file);
  Status take_witnessed(std::string_view note, const std::string& where);
  Status check_witnessed() const;
  Status add_entry(const ledger::JournalEntry& entry);
  Status add_committed(ledger::Sequence size);
  Status close_tile(int level);
  Status write_right_edge();
  Status ensure(const Tile& tile, ByteView content, bool full);
  Status sign_and_publish();
};

LogPublisher::LogPublisher(std::unique_ptr<State> state) : state_(std::move(state)) {}
LogPublisher::~LogPublisher() = default;

Result<std::unique_ptr<LogPublisher>> LogPublisher::open(const PublisherOptions& options,
                                                         ledger::LedgerReader& reader,
                                                         crypto::KeyVault& vault,
                                                         std::function<Status(std::string_view note)> keep) {
  TRY(auto public_key, vault.public_key(options.key_label));
  if (public_key.type() != crypto::KeyType::ed25519) {
    return fail("audit.key", "the log's key is not an Ed25519 key", options.key_label);
  }
  TRY(auto key, make_note_key(options.origin, public_key));
  TRY_STATUS(make_folders(options.folder));
  auto state = std::make_unique<State>(options, reader, vault, std::move(key), std::move(keep));
  TRY(auto kept, reader.kept_checkpoint());
  if (kept) {
    TRY_STATUS(state->take_witnessed(*kept, "the ledger"));
  }
  TRY_STATUS(state->load_witnessed(options.last_checkpoint));
  const auto in_folder = options.folder / kCheckpointFile;
  TRY_STATUS(state->load_witnessed(in_folder));
  for (const auto& witnessed : state->witnessed) {
    if (witnessed.where == in_folder.string()) state->published = witnessed.checkpoint.size;
  }
  TRY(auto size, reader.journal_size());
  for (const auto& witnessed : state->witnessed) {
    if (guarded("audit.forked.size") && witnessed.checkpoint.size > size) {
      return forked(witnessed, "the journal has only " + std::to_string(size) + " entries");
    }
  }
  TRY_STATUS(state->check_witnessed());
  TRY_STATUS(state->add_committed(size));
  state->witnessed.clear();
  TRY_STATUS(state->write_right_edge());
  return std::unique_ptr<LogPublisher>(new LogPublisher(std::move(state)));
}

Result<ledger::Sequence> LogPublisher::publish() {
  TRY(auto size, state_->reader.journal_size());
  if (state_->published && *state_->published == size && state_->tree.size() == size) return size;
  TRY_STATUS(state_->add_committed(size));
  TRY_STATUS(state_->write_right_edge());
  TRY_STATUS(state_->sign_and_publish());
  return state_->tree.size();
}

std::size_t LogPublisher::files_rebuilt() const {
  return state_->rebuilt;
}

std::string LogPublisher::vkey() const {
  return state_->key.vkey();
}

// A file that is not there was never signed, or was lost; one that is there has to be whole and ours.
Status LogPublisher::State::load_witnessed(const std::filesystem::path& file) {
  if (file.empty() || !std::filesystem::exists(file)) return ok();
  TRY(auto note, read_text_file(file, kNoteBytesMax));
  return take_witnessed(note, file.string());
}

Status LogPublisher::State::take_witnessed(std::string_view note, const std::string& where) {
  auto text = open_note(note, {key});
  if (!text) return while_doing("reading the checkpoint of " + where, text.error());
  TRY(auto checkpoint, parse_checkpoint(text.value()));
  witnessed.push_back({std::move(checkpoint), where});
  if (guarded("audit.forked.origin") && witnessed.back().checkpoint.origin != options.origin) {
    return forked(witnessed.back(), "for the log " + witnessed.back().checkpoint.origin);
  }
  return ok();
}

Status LogPublisher::State::check_witnessed() const {
  for (const auto& one : witnessed) {
    if (guarded("audit.forked.root") && one.checkpoint.size == tree.size() &&
        one.checkpoint.root != tree.root()) {
      return forked(one, "the journal's entries up to there give another root");
    }
  }
  return ok();
}

Status LogPublisher::State::add_committed(ledger::Sequence size) {
  while (tree.size() < size) {
    const auto limit =
        static_cast<std::size_t>(std::min<ledger::Sequence>(kEntriesAtOnce, size - tree.size()));
    TRY(auto entries, reader.journal(tree.size(), limit));
    if (entries.empty()) return fail("audit.journal", "the journal ends before its size");
    for (const auto& entry : entries) {
      TRY_STATUS(add_entry(entry));
    }
  }
  return ok();
}

Status LogPublisher::State::add_entry(const ledger::JournalEntry& entry) {
  if (guarded("audit.journal_gap") && entry.sequence != tree.size()) {
    return fail("audit.journal", "the journal goes from " + std::to_string(tree.size()) + " to " +
                                     std::to_string(entry.sequence) + " where it should have no gap");
  }
  CHECK(entry.bytes.size() <= 0xFFFF);  // the ledger keeps at most 4 KB
  const Hash hash = leaf_hash(bytes_of(entry.bytes));
  append_entry(bundle, bytes_of(entry.bytes));
  right_edge[0].push_back(hash);
  tree.add(hash);
  if (right_edge[0].size() == kTileWidth) {
    TRY_STATUS(ensure({kEntriesLevel, (tree.size() - 1) / kTileWidth}, bundle, true));
    bundle.clear();
    TRY_STATUS(close_tile(0));
  }
  return check_witnessed();
}

// Writes a full tile and hands its root one level up.
Status LogPublisher::State::close_tile(int level) {
  CHECK(level + 1 < kTileLevelsMax);
  auto& hashes = right_edge.at(static_cast<std::size_t>(level));
  GrowingTree tile_tree;
  Bytes content;
  for (const Hash& hash : hashes) {
    append(content, hash);
    tile_tree.add(hash);
  }
  TRY_STATUS(ensure({level, level_width(tree.size(), level) / kTileWidth - 1}, content, true));
  hashes.clear();
  auto& above = right_edge.at(static_cast<std::size_t>(level) + 1);
  above.push_back(tile_tree.root());
  return above.size() == kTileWidth ? close_tile(level + 1) : ok();
}

Status LogPublisher::State::write_right_edge() {
  const std::uint64_t size = tree.size();
  if (!bundle.empty()) {
    TRY_STATUS(ensure({kEntriesLevel, size / kTileWidth, partial_width(size, 0)}, bundle, false));
  }
  for (int level = 0; level < kTileLevelsMax; ++level) {
    const auto& hashes = right_edge.at(static_cast<std::size_t>(level));
    if (hashes.empty()) continue;
    Bytes content;
    for (const Hash& hash : hashes) append(content, hash);
    TRY_STATUS(ensure({level, level_width(size, level) / kTileWidth, hashes.size()}, content, false));
  }
  return ok();
}

// The file has this content, whatever it had before.
Status LogPublisher::State::ensure(const Tile& tile, ByteView content, bool full) {
  const auto path = options.folder / tile.path();
  const bool there = std::filesystem::exists(path);
  if (there) {
    const auto found = read_file(path, kBundleBytesMax);
    if (found && equal(found.value(), content)) return ok();
  }
  // What a signed checkpoint needs was there once.
  const std::uint64_t end = (tile.index * kTileWidth + tile.width)
                            << (tile.level > 0 ? kTileHeight * tile.level : 0);
  if (there || (published && end <= *published)) ++rebuilt;
  TRY_STATUS(make_folders(path.parent_path()));
  const auto written = write_file(path, content);
  if (!written)
    return fail("audit.files", written.error().message, path.string(), "Check the disk of the audit log.");
  if (full) {
    // The full tile takes the place of its partial ones (tlog-tiles: they may be deleted).
    std::error_code ignored;
    std::filesystem::remove_all(path.string() + ".p", ignored);
  }
  return ok();
}

// Order matters: durable in the ledger, then outside it, then public. A signature that left the process can
// always be held against the journal.
Status LogPublisher::State::sign_and_publish() {
  const Checkpoint checkpoint{options.origin, tree.size(), tree.root()};
  TRY(auto note, sign_note(checkpoint.text(), key,
                           [this](ByteView text) { return vault.sign_message(options.key_label, text); }));
  if (guarded("audit.keep_in_ledger")) {
    TRY_STATUS(keep(note));
  }
  if (!options.last_checkpoint.empty() && guarded("audit.keep_outside")) {
    const auto kept = write_file(options.last_checkpoint, bytes_of(note));
    if (!kept) return fail("audit.files", kept.error().message, options.last_checkpoint.string());
  }
  const auto path = options.folder / kCheckpointFile;
  const auto written = write_file(path, bytes_of(note));
  if (!written) return fail("audit.files", written.error().message, path.string());
  published = tree.size();
  return ok();
}

}  // namespace imprimatur::audit
