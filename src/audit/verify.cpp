#include "audit/verify.hpp"

#include "audit/entry_form.hpp"
#include "audit/note.hpp"
#include "audit/tiles.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"

namespace imprimatur::audit {
namespace {

constexpr std::size_t kProblemsMax = 100;
constexpr const char* kCheckpointFile = "checkpoint";

// One pass over the bundles, in which everything else is derived again and compared.
class Verification {
 public:
  Verification(const std::filesystem::path& folder, const Checkpoint& checkpoint,
               const std::optional<Checkpoint>& since, LogVerdict& verdict)
      : tiles_(folder, checkpoint.size), checkpoint_(checkpoint), since_(since), verdict_(verdict) {}

  void run() {
    meet_since();
    const std::uint64_t bundles = (checkpoint_.size + kTileWidth - 1) / kTileWidth;
    for (std::uint64_t bundle = 0; bundle < bundles; ++bundle) {
      const auto entries = tiles_.entries(bundle);
      if (!entries) {
        problem(entries.error());
        return;  // no root can be computed without it
      }
      for (const auto& entry : entries.value()) add(entry);
    }
    for (std::size_t level = 0; level < kTileLevelsMax; ++level) {
      if (!levels_[level].empty()) compare_tile(static_cast<int>(level));
    }
    if (tree_.root() != checkpoint_.root) {
      problem(fail("audit.root", "the entries give the root " + to_hex_lower(tree_.root()) +
                                     ", the checkpoint says " + to_hex_lower(checkpoint_.root)));
    }
    verdict_.entries_by_type = form_.by_type();
  }

 private:
  void problem(const Error& error) {
    if (verdict_.problems.size() >= kProblemsMax) return;
    verdict_.problems.push_back(error.code + ": " + (error.field.empty() ? "" : error.field + ": ") +
                                error.message);
  }

  void add(const std::string& entry) {
    const std::uint64_t sequence = tree_.size();
    const auto form = form_.check(sequence, entry);
    if (!form) problem(while_doing("entry " + std::to_string(sequence), form.error()));
    const Hash hash = leaf_hash(bytes_of(entry));
    tree_.add(hash);
    add_to_level(0, hash);
    meet_since();
  }

  void add_to_level(std::size_t level, const Hash& hash) {
    levels_[level].push_back(hash);
    if (levels_[level].size() < kTileWidth) return;
    compare_tile(static_cast<int>(level));
    GrowingTree tile;
    for (const Hash& one : levels_[level]) tile.add(one);
    levels_[level].clear();
    ++full_tiles_[level];
    if (level + 1 < kTileLevelsMax) add_to_level(level + 1, tile.root());
  }

  void compare_tile(int level) {
    const auto at = static_cast<std::size_t>(level);
    const auto tile = tiles_.hashes(level, full_tiles_[at]);
    if (!tile) return problem(tile.error());
    if (tile.value() != levels_[at]) {
      problem(fail("audit.tile", "its hashes are not those of the entries",
                   Tile{level, full_tiles_[at], levels_[at].size()}.path()));
    }
  }

  void meet_since() {
    if (!since_ || since_->size != tree_.size() || since_->root == tree_.root()) return;
    problem(fail("audit.rewritten", "the older checkpoint of size " + std::to_string(since_->size) +
                                        " has another root: entries before it were changed"));
  }

  TileReader tiles_;
  const Checkpoint& checkpoint_;
  const std::optional<Checkpoint>& since_;
  LogVerdict& verdict_;
  EntryForm form_;
  GrowingTree tree_;
  std::array<std::vector<Hash>, kTileLevelsMax> levels_;
  std::array<std::uint64_t, kTileLevelsMax> full_tiles_{};
};

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteKey& key) {
  TRY(auto text, open_note(note, {key}));
  TRY(auto checkpoint, parse_checkpoint(text));
  if (checkpoint.origin != key.name) {
    return fail("audit.origin",
                "the checkpoint is of the log " + checkpoint.origin + ", the key of " + key.name);
  }
  return checkpoint;
}

Result<std::string> read_checkpoint(const std::filesystem::path& folder) {
  auto note = read_text_file(folder / kCheckpointFile, kNoteBytesMax);
  if (!note) return fail("audit.files", "there is no log to read: " + note.error().message, folder.string());
  return note;
}

}  // namespace

Result<LogVerdict> verify_log(const std::filesystem::path& folder, std::string_view vkey,
                              const std::optional<std::string>& since) {
  TRY(auto key, parse_vkey(vkey));
  TRY(auto note, read_checkpoint(folder));
  LogVerdict verdict;
  auto checkpoint = open_checkpoint(note, key);
  if (!checkpoint) {
    verdict.problems.push_back(checkpoint.error().code + ": " + checkpoint.error().message);
    return verdict;
  }
  verdict.size = checkpoint.value().size;
  verdict.root_hex = to_hex_lower(checkpoint.value().root);
  std::optional<Checkpoint> older;
  if (since) {
    auto opened = open_checkpoint(*since, key);
    if (!opened) {
      verdict.problems.push_back("older checkpoint: " + opened.error().code + ": " + opened.error().message);
    } else if (opened.value().size > verdict.size) {
      verdict.problems.push_back("audit.shrunk: the older checkpoint has " +
                                 std::to_string(opened.value().size) + " entries, the log only " +
                                 std::to_string(verdict.size));
    } else {
      older = std::move(opened).value();
    }
  }
  Verification(folder, checkpoint.value(), older, verdict).run();
  return verdict;
}

}  // namespace imprimatur::audit
