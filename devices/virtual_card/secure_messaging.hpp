// The chip's side of 3DES secure messaging (ICAO Doc 9303-11 section 9.8): unwrapping of commands with CLA
// 0C and wrapping of answers. One object is one session, in volatile memory. One thread at a time.
#pragma once

#include "devices/virtual_card/scp03.hpp"

namespace imprimatur::devices {

struct SessionKeys3des {
  Bytes enc;  // 16 bytes, parity adjusted
  Bytes mac;  // 16 bytes, parity adjusted
};

// ICAO Doc 9303-11 section 9.7.1: keys from a 16-byte seed, for access and for a session.
SessionKeys3des derive_3des_keys(ByteView seed);

class SecureMessaging {
 public:
  explicit SecureMessaging(WorkDone& work) : work_(work) {}
  ~SecureMessaging() { close(); }
  SecureMessaging(const SecureMessaging&) = delete;
  SecureMessaging& operator=(const SecureMessaging&) = delete;

  // `send_sequence_counter` has 8 bytes.
  void begin(SessionKeys3des keys, ByteView send_sequence_counter);
  bool open() const { return open_; }
  void close();

  // Checks and takes off the data objects 87 or 85, 97 and 8E. A missing object (6987) or a wrong MAC
  // or cryptogram (6988) ends the session. Afterwards `command` is plain, its `ne` is that of DO 97.
  StatusWord unwrap(Command& command);
  // DO 87 (85 for an odd instruction), 99 and 8E around the answer, errors too.
  Bytes wrap(const Response& response, std::uint8_t instruction);
  // Bytes of plain answer that fit into an answer of `most` bytes.
  static std::size_t plain_answer_max(std::size_t most);

 private:
  struct Objects;
  StatusWord parse(ByteView data, std::uint8_t instruction, Objects& objects) const;
  Bytes mac(ByteView message);
  void count_up();

  WorkDone& work_;
  bool open_ = false;
  SessionKeys3des keys_;
  std::uint64_t counter_ = 0;
};

}  // namespace imprimatur::devices
