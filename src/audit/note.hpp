// Signed notes (C2SP signed-note), checkpoints (C2SP tlog-checkpoint) and cosignatures of witnesses (C2SP
// tlog-cosignature, Ed25519). Pure functions; any thread. Every input may be hostile.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/merkle.hpp"
#include "crypto/keys.hpp"

namespace imprimatur::audit {

inline constexpr std::string_view kNoteDash = "\xE2\x80\x94 ";  // em dash, space
inline constexpr std::size_t kNoteBytesMax = 1U << 20;
inline constexpr std::size_t kNoteSignaturesMax = 100;

enum class NoteKeyType : std::uint8_t { ed25519 = 0x01, cosignature = 0x04 };

// Who signs a note: a name and an Ed25519 key, in text form name+keyid+base64 ("vkey").
struct NoteKey {
  std::string name;
  NoteKeyType type = NoteKeyType::ed25519;
  Bytes public_key;  // 32 bytes

  Bytes key_id() const;  // 4 bytes: SHA-256(name ‖ 0A ‖ type ‖ key)
  std::string vkey() const;
};
// Error note.key_name: empty, or with a space, a plus sign or a control character.
Result<NoteKey> make_note_key(std::string_view name, const crypto::PublicKey& key);
// Error note.vkey: not of that form, or the key id is not that of name and key.
Result<NoteKey> parse_vkey(std::string_view vkey);

struct NoteSignature {
  std::string name;
  Bytes key_id;  // 4 bytes
  Bytes signature;
};
struct Note {
  std::string text;  // ends with a newline: what is signed
  std::vector<NoteSignature> signatures;
};
// Error note.syntax. Verifies nothing.
Result<Note> parse_note(std::string_view bytes);

// The text when at least one signature is good under one of `keys`; lines of unknown keys are ignored, a bad
// line of a known key spoils the note. Errors note.syntax, note.signature, note.unknown_key.
Result<std::string> open_note(std::string_view bytes, const std::vector<NoteKey>& keys);

// `sign` answers the Ed25519 signature of the text. The signature is verified before it is used: a token that
// answers nonsense is an error (note.own_signature).
using SignText = std::function<Result<Bytes>(ByteView text)>;
Result<std::string> sign_note(std::string_view text, const NoteKey& key, const SignText& sign);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  std::string text() const;  // three lines
};
// Three lines or more; leading zeros, signs, a root of other than 32 bytes and empty lines are refused. Error
// note.checkpoint.
Result<Checkpoint> parse_checkpoint(std::string_view text);

}  // namespace imprimatur::audit
