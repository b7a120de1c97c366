#include "audit/note.hpp"

#include <algorithm>
#include <charconv>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace imprimatur::audit {
namespace {

constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kTimestampBytes = 8;
constexpr std::size_t kSignatureBytes = 64;

// Key names are names of logs: printable ASCII without space or plus sign. (The format allows more letters;
// names that look alike help nobody.)
bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= 256 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '+'; });
}

Error syntax(std::string what) {
  return fail("note.syntax", "not a signed note: " + std::move(what));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kNoteDash)) return syntax("a signature line does not begin with an em dash");
  line.remove_prefix(kNoteDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return syntax("a signature line has no name");
  auto blob = from_base64(line.substr(space + 1));
  if (!blob || blob.value().size() <= kKeyIdBytes) return syntax("a signature is not base64");
  const ByteView bytes = blob.value();
  return NoteSignature{std::string(line.substr(0, space)), copy_of(bytes.first(kKeyIdBytes)),
                       copy_of(bytes.subspan(kKeyIdBytes))};
}

bool is_good(const NoteSignature& signature, std::string_view text, const NoteKey& key) {
  auto public_key = crypto::PublicKey::from_ed25519(key.public_key);
  if (!public_key) return false;
  const ByteView blob = signature.signature;
  const auto good = [&](std::string_view message, ByteView bytes) {
    return public_key.value().verify(crypto::HashAlgorithm::sha512, crypto::SignatureForm::raw,
                                     bytes_of(message), bytes);
  };
  switch (key.type) {
    case NoteKeyType::ed25519:
      return blob.size() == kSignatureBytes && good(text, blob);
    case NoteKeyType::cosignature: {
      if (blob.size() != kTimestampBytes + kSignatureBytes) return false;
      const std::uint64_t time = read_be(blob.first(kTimestampBytes));
      return good("cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text),
                  blob.subspan(kTimestampBytes));
    }
  }
  return false;
}

Error bad_checkpoint(std::string what) {
  return fail("note.checkpoint", "not a checkpoint: " + std::move(what));
}

}  // namespace

Bytes NoteKey::key_id() const {
  const std::uint8_t type_byte = static_cast<std::uint8_t>(type);
  const std::uint8_t newline = '\n';
  const auto hash =
      crypto::sha256({bytes_of(name), ByteView(&newline, 1), ByteView(&type_byte, 1), public_key});
  return {hash.begin(), hash.begin() + kKeyIdBytes};
}

std::string NoteKey::vkey() const {
  Bytes key{static_cast<std::uint8_t>(type)};
  append(key, public_key);
  return name + "+" + to_hex_lower(key_id()) + "+" + to_base64(key);
}

Result<NoteKey> make_note_key(std::string_view name, const crypto::PublicKey& key) {
  if (!is_key_name(name)) {
    return fail("note.key_name", "a log's name is printable ASCII without spaces and plus signs",
                std::string(name), "Correct log_origin in the configuration.");
  }
  CHECK(key.type() == crypto::KeyType::ed25519);
  return NoteKey{std::string(name), NoteKeyType::ed25519, key.ed25519_raw()};
}

Result<NoteKey> parse_vkey(std::string_view vkey) {
  const auto bad = [](const char* what) {
    return fail("note.vkey", std::string("not a verifier key (name+keyid+base64): ") + what);
  };
  while (!vkey.empty() && (vkey.back() == '\n' || vkey.back() == '\r')) vkey.remove_suffix(1);
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return bad("two plus signs are missing");
  NoteKey key;
  key.name = std::string(vkey.substr(0, first));
  if (!is_key_name(key.name)) return bad("the name");
  auto blob = from_base64(vkey.substr(second + 1));
  if (!blob || blob.value().size() != 1 + kKeyBytes) return bad("the key is not 33 bytes of base64");
  const std::uint8_t type = blob.value().front();
  if (type != static_cast<std::uint8_t>(NoteKeyType::ed25519) &&
      type != static_cast<std::uint8_t>(NoteKeyType::cosignature)) {
    return bad("the key's type is neither 1 (Ed25519) nor 4 (cosignature)");
  }
  key.type = static_cast<NoteKeyType>(type);
  key.public_key.assign(blob.value().begin() + 1, blob.value().end());
  if (vkey.substr(first + 1, second - first - 1) != to_hex_lower(key.key_id())) return bad("the key id");
  return key;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return syntax("larger than 1 MB");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (std::any_of(bytes.begin(), bytes.end(), control)) return syntax("it has control characters");
  if (!bytes.ends_with('\n')) return syntax("the last line has no end");
  const std::size_t gap = bytes.rfind("\n\n");
  if (gap == std::string_view::npos) return syntax("no empty line between text and signatures");
  Note note;
  note.text = std::string(bytes.substr(0, gap + 1));
  const auto lines = lines_of(bytes.substr(gap + 2));
  if (lines.empty() || lines.size() > kNoteSignaturesMax) return syntax("no signature, or too many");
  for (const auto line : lines) {
    TRY(auto signature, parse_signature_line(line));
    note.signatures.push_back(std::move(signature));
  }
  return note;
}

Result<std::string> open_note(std::string_view bytes, const std::vector<NoteKey>& keys) {
  TRY(auto note, parse_note(bytes));
  bool known = false;
  for (const auto& signature : note.signatures) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&signature](const NoteKey& candidate) {
      return candidate.name == signature.name && candidate.key_id() == signature.key_id;
    });
    if (key == keys.end()) continue;
    if (!is_good(signature, note.text, *key)) {
      return fail("note.signature", "the signature of " + key->name + " is wrong: the note was altered");
    }
    known = true;
  }
  if (!known) return fail("note.unknown_key", "no signature of the note is by a known key");
  return std::move(note.text);
}

Result<std::string> sign_note(std::string_view text, const NoteKey& key, const SignText& sign) {
  CHECK(text.ends_with('\n'));
  TRY(auto signature, sign(bytes_of(text)));
  std::string note = std::string(text) + "\n" + std::string(kNoteDash) + key.name + " " +
                     to_base64(concat({key.key_id(), signature})) + "\n";
  const auto opened = open_note(note, {key});
  if (!opened || opened.value() != text) {
    return fail("note.own_signature", "the key vault's signature does not verify under its own public key",
                key.name, "Check the token that holds the log's key.");
  }
  return note;
}

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (!text.ends_with('\n')) return bad_checkpoint("the last line has no end");
  const auto lines = lines_of(text);
  if (lines.size() < 3) return bad_checkpoint("fewer than three lines");
  if (std::any_of(lines.begin(), lines.end(), [](auto line) { return line.empty(); })) {
    return bad_checkpoint("an empty line");
  }
  Checkpoint checkpoint;
  checkpoint.origin = std::string(lines[0]);
  const std::string_view size = lines[1];
  const auto [end, problem] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  if (problem != std::errc() || end != size.data() + size.size() ||
      (size.size() > 1 && size.front() == '0')) {
    return bad_checkpoint("the size is not a plain number");
  }
  auto root = from_base64(lines[2]);
  if (!root || root.value().size() != checkpoint.root.size())
    return bad_checkpoint("the root is not 32 bytes");
  std::copy(root.value().begin(), root.value().end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace imprimatur::audit
