// Personalisation of a card as the open JavaCard passport applet takes it (spec/emrtd-applet.md): CREATE FILE
// with tag 63, UPDATE BINARY, PUT DATA of keys, and its lock. Keeps nothing itself: all is in the card's
// memory. One thread at a time.
#pragma once

#include <optional>

#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

class EmrtdApplet {
 public:
  explicit EmrtdApplet(Memory& memory) : memory_(memory) {}

  // The answer to a plain command that writes, given in the application; nothing when it is none of these.
  std::optional<Response> process(const Command& command, std::uint16_t& current);

 private:
  bool older() const { return memory_.identity().kind.older; }
  StatusWord create(const Command& command);
  StatusWord put_data(const Command& command);
  StatusWord put_rsa_number(std::uint16_t tag, ByteView data);
  StatusWord put_chip_authentication_key(ByteView data);
  StatusWord lock(std::uint16_t which);

  Memory& memory_;
};

}  // namespace imprimatur::devices
