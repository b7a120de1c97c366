// The chip's side of secure messaging with 3DES or AES (ICAO Doc 9303-11 section 9.8): unwrapping of commands
// with CLA 0C and wrapping of answers. One object is one session, in volatile memory. One thread at a time.
#pragma once

#include <optional>

#include "devices/virtual_card/messaging_keys.hpp"
#include "devices/virtual_card/scp03.hpp"

namespace imprimatur::devices {

class SecureMessaging {
 public:
  explicit SecureMessaging(WorkDone& work) : work_(work) {}
  ~SecureMessaging() { close(); }
  SecureMessaging(const SecureMessaging&) = delete;
  SecureMessaging& operator=(const SecureMessaging&) = delete;

  // `send_sequence_counter`: what the counter has before the first command. BAC starts it from the
  // challenges, PACE and chip authentication at zero.
  void begin(MessagingKeys keys, std::uint64_t send_sequence_counter = 0);
  // The same, once the answer to the command that is being executed has been wrapped with the keys of now.
  void begin_after_answer(MessagingKeys keys) { next_keys_ = std::move(keys); }
  bool open() const { return open_; }
  void close();

  // Checks and takes off the data objects 87 or 85, 97 and 8E. A missing object (6987) or a wrong MAC
  // or cryptogram (6988) ends the session. Afterwards `command` is plain, its `ne` is that of DO 97.
  StatusWord unwrap(Command& command);
  // DO 87 (85 for an odd instruction), 99 and 8E around the answer, errors too.
  Bytes wrap(const Response& response, std::uint8_t instruction);
  // Bytes of plain answer that fit into an answer of `most` bytes.
  std::size_t plain_answer_max(std::size_t most) const;

 private:
  struct Objects;
  StatusWord parse(ByteView data, std::uint8_t instruction, Objects& objects) const;
  StatusWord decipher(ByteView cryptogram, Bytes& plain);
  Bytes encipher(ByteView plain);
  std::size_t block() const { return block_size(keys_.suite); }
  void count_blocks(std::size_t bytes);
  Bytes counter_block() const;
  Bytes initial_vector() const;
  Bytes mac(ByteView message);

  WorkDone& work_;
  bool open_ = false;
  MessagingKeys keys_;
  std::optional<MessagingKeys> next_keys_;
  std::uint64_t counter_ = 0;
};

}  // namespace imprimatur::devices
