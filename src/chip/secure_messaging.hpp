// Secure messaging of eMRTDs after access (ICAO Doc 9303-11 section 9.8): DO 85/87, 97, 99, 8E and the send
// sequence counter. The cipher suite is a member, so that PACE's AES comes beside 3DES.
// One thread, in order. Keys are wiped with the object.
#pragma once

#include "base/secret.hpp"
#include "chip/apdu.hpp"

namespace imprimatur::chip {

enum class SmCipher { des3, aes };

class SecureMessaging {
 public:
  // `counter`: 8 bytes for des3, 16 for aes (CHECK).
  SecureMessaging(SmCipher cipher, Secret enc, Secret mac, Bytes counter);

  // The protected command, CLA 0C.
  Result<Command> protect(const Command& command);
  // The answer to the last protected command. Error chip.secure_messaging: objects missing, repeated or
  // malformed, wrong MAC, DO 99 unlike the status word. It ends the session. An answer without any objects
  // and with an error status word (6987, 6988, or a refusal of the card as a whole) is handed back as it is,
  // and ends the session too (`alive`).
  Result<Response> open(const Response& response);

  bool alive() const { return alive_; }
  const Bytes& counter() const { return counter_; }
  // Plain bytes that fit into an answer of `wire_bytes`.
  std::size_t plain_answer_max(std::size_t wire_bytes) const;

 private:
  std::size_t block() const;
  bool fits_short_answer(std::size_t le) const;
  void advance();
  Bytes encipher(ByteView plain) const;
  Result<Bytes> decipher(ByteView cryptogram) const;
  Bytes mac(ByteView padded) const;

  SmCipher cipher_;
  Secret enc_;
  Secret mac_;
  Bytes counter_;
  bool alive_ = true;
  bool odd_ins_ = false;  // of the last command: its answer's data stand in DO 85
};

}  // namespace imprimatur::chip
