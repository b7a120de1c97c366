#include "audit/publisher.hpp"

#include <algorithm>
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
  std::vector<Witnessed> witnessed;  // to be met while the journal is read
  bool writes = true;                // files; otherwise it only reads the journal
  ledger::Sequence unread = 0;       // entries that were taken up from the files

  ledger::Sequence largest_witnessed() const;
  Status prove_beginning() const;
  bool take_up();
  Result<bool> same_newest_entries(TileReader& tiles, ledger::Sequence size);
  Result<bool> take_up_from(const Checkpoint& from);
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

struct LogCheck::State {
  State(const LogPublisher::State& of, ledger::LedgerReader& own_reader)
      : until(of.unread), reader(own_reader), pass(fresh(of)) {
    pass->writes = !guarded("audit.check_before_writing");
    pass->witnessed = of.witnessed;
  }
  std::unique_ptr<LogPublisher::State> fresh(const LogPublisher::State& of) const {
    auto made = std::make_unique<LogPublisher::State>(of.options, reader, of.vault, of.key, nullptr);
    made->published = of.published;
    return made;
  }

  ledger::Sequence until;
  ledger::LedgerReader& reader;
  std::unique_ptr<LogPublisher::State> pass;
};

LogCheck::LogCheck(std::unique_ptr<State> state) : state_(std::move(state)) {}
LogCheck::~LogCheck() = default;

Result<bool> LogCheck::go_on(std::size_t bundles) {
  auto& pass = *state_->pass;
  TRY_STATUS(
      pass.add_committed(std::min<ledger::Sequence>(state_->until, pass.tree.size() + bundles * kTileWidth)));
  if (pass.tree.size() < state_->until) return false;
  if (pass.writes) return true;
  state_->pass = state_->fresh(pass);
  return false;
}

std::size_t LogCheck::files_rebuilt() const {
  return state_->pass->rebuilt;
}

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
  if (!state->take_up()) {
    TRY_STATUS(state->prove_beginning());
  }
  TRY_STATUS(state->check_witnessed());
  TRY_STATUS(state->add_committed(size));
  TRY_STATUS(state->write_right_edge());
  return std::unique_ptr<LogPublisher>(new LogPublisher(std::move(state)));
}

std::unique_ptr<LogCheck> LogPublisher::check(ledger::LedgerReader& reader) const {
  if (state_->unread == 0) return nullptr;
  return std::unique_ptr<LogCheck>(new LogCheck(std::make_unique<LogCheck::State>(*state_, reader)));
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

ledger::Sequence LogPublisher::State::largest_witnessed() const {
  ledger::Sequence largest = 0;
  for (const auto& one : witnessed) largest = std::max<ledger::Sequence>(largest, one.checkpoint.size);
  return largest;
}

// What was signed is the beginning of this journal: only then may a file be written anew from it.
Status LogPublisher::State::prove_beginning() const {
  if (!guarded("audit.prove_before_writing")) return ok();
  State dry(options, reader, vault, key, nullptr);
  dry.witnessed = witnessed;
  dry.writes = false;
  TRY_STATUS(dry.check_witnessed());
  return dry.add_committed(largest_witnessed());
}

// Goes on from the folder's checkpoint. False: what it needs is not there or does not fit, and the journal
// has to tell.
bool LogPublisher::State::take_up() {
  const auto in_folder = (options.folder / kCheckpointFile).string();
  for (const auto& one : witnessed) {
    if (one.where != in_folder || one.checkpoint.size == 0) continue;
    const auto taken_up = take_up_from(one.checkpoint);
    if (taken_up && taken_up.value()) return true;
    bundle.clear();
    return false;
  }
  return false;
}

// The root shows that the last tiles of all levels are those that were signed. Errors: a file cannot be read.
Result<bool> LogPublisher::State::take_up_from(const Checkpoint& from) {
  TileReader tiles(options.folder, from.size);
  const auto hash_of = [&tiles](Subtree subtree) { return tiles.subtree(subtree); };
  for (const auto& one : witnessed) {
    if (one.checkpoint.size > from.size) continue;
    TRY(const auto root, tree_root(one.checkpoint.size, hash_of));
    if (root != one.checkpoint.root && guarded("audit.take_up.root")) return false;
  }
  TRY(const bool same, same_newest_entries(tiles, from.size));
  if (!same) return false;
  std::array<std::vector<Hash>, kTileLevelsMax> edge;
  for (int level = 0; level < kTileLevelsMax; ++level) {
    if (partial_width(from.size, level) == 0) continue;
    TRY(edge.at(static_cast<std::size_t>(level)),
        tiles.hashes(level, level_width(from.size, level) / kTileWidth));
  }
  TRY(tree, GrowingTree::of(from.size, hash_of));
  right_edge = std::move(edge);
  unread = from.size;
  return true;
}

// Those of the log's last bundle, which is begun with them when it is a partial one.
Result<bool> LogPublisher::State::same_newest_entries(TileReader& tiles, ledger::Sequence size) {
  const ledger::Sequence index = (size - 1) / kTileWidth;
  TRY(const auto hashes, tiles.hashes(0, index));
  TRY(const auto entries, reader.journal(index * kTileWidth, hashes.size()));
  if (entries.size() != hashes.size()) return false;
  Bytes last;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const ByteView entry = bytes_of(entries[i].bytes);
    if (leaf_hash(entry) != hashes[i] && guarded("audit.take_up.entries")) return false;
    append_entry(last, entry);
  }
  if (partial_width(size, 0) != 0) bundle = std::move(last);
  return true;
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
  if (!writes) return ok();
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
