#include "audit/proof.hpp"

#include <algorithm>
#include <charconv>

#include "audit/entry_form.hpp"
#include "audit/note.hpp"
#include "audit/tiles.hpp"
#include "audit/verify.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"

namespace imprimatur::audit {
namespace {

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kProofHashesMax = 64;  // levels of a tree of 2^64 leaves

Error bad_proof(const char* what) {
  return fail("audit.proof", std::string("not a proof of this entry: ") + what);
}

// The next line, taken off the text. Nothing when there is no whole one.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string write_proof(const EntryProof& proof) {
  std::string text = std::string(kProofHeader) + "\nindex " + std::to_string(proof.index) + "\n";
  for (const Hash& hash : proof.path) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint;
}

Result<EntryProof> parse_proof(std::string_view text) {
  if (take_line(text) != kProofHeader) return bad_proof("the first line");
  auto line = take_line(text);
  if (line && line->starts_with("extra ")) line = take_line(text);
  if (!line || !line->starts_with("index ")) return bad_proof("there is no index");
  const std::string_view number = line->substr(6);
  EntryProof proof;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), proof.index);
  if (problem != std::errc() || end != number.data() + number.size() ||
      (number.size() > 1 && number.front() == '0')) {
    return bad_proof("the index is not a plain number");
  }
  for (;;) {
    line = take_line(text);
    if (!line) return bad_proof("there is no checkpoint");
    if (line->empty()) break;
    const auto bytes = from_base64(*line);
    if (!bytes || bytes.value().size() != kHashBytes) return bad_proof("a hash is not 32 bytes");
    if (proof.path.size() == kProofHashesMax) return bad_proof("too many hashes");
    std::copy(bytes.value().begin(), bytes.value().end(), proof.path.emplace_back().begin());
  }
  proof.checkpoint = std::string(text);
  return proof;
}

Result<std::string> prove_entry(const std::filesystem::path& folder, std::string_view entry_bytes) {
  TRY(auto index, sequence_of(entry_bytes));
  auto note_text = read_text_file(folder / "checkpoint", kNoteBytesMax);
  if (!note_text)
    return fail("audit.files", "there is no log to read: " + note_text.error().message, folder.string());
  TRY(auto note, parse_note(note_text.value()));
  TRY(auto checkpoint, parse_checkpoint(note.text));
  const Error not_there = fail("audit.not_there", "the log of size " + std::to_string(checkpoint.size) +
                                                      " has no such entry at " + std::to_string(index));
  if (index >= checkpoint.size) return not_there;
  TileReader tiles(folder, checkpoint.size);
  TRY(auto entries, tiles.entries(index / kTileWidth));
  if (entries.at(index % kTileWidth) != entry_bytes) return not_there;
  const LeafOfTree leaf{index, checkpoint.size};
  TRY(auto path, inclusion_proof(leaf, [&tiles](Subtree subtree) { return tiles.subtree(subtree); }));
  if (!verify_inclusion(leaf, leaf_hash(bytes_of(entry_bytes)), path, checkpoint.root)) {
    return fail("audit.files", "the tiles do not give the checkpoint's root", folder.string(),
                "Verify the log; rebuild its files from the ledger.");
  }
  return write_proof({index, std::move(path), std::move(note_text).value()});
}

Status verify_entry_proof(std::string_view proof_text, std::string_view entry_bytes, std::string_view vkey) {
  TRY(auto key, parse_vkey(vkey));
  TRY(auto proof, parse_proof(proof_text));
  TRY(auto text, open_note(proof.checkpoint, {key}));
  TRY(auto checkpoint, parse_checkpoint(text));
  if (checkpoint.origin != key.name) return bad_proof("the checkpoint is of another log");
  const LeafOfTree leaf{proof.index, checkpoint.size};
  if (!verify_inclusion(leaf, leaf_hash(bytes_of(entry_bytes)), proof.path, checkpoint.root)) {
    return bad_proof("the hashes do not lead to the checkpoint's root");
  }
  return ok();
}

}  // namespace imprimatur::audit
