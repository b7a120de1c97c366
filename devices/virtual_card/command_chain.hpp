// Commands and answers in parts (ISO/IEC 7816-4 sections 5.3.3 and 5.3.4): command chaining of a card that
// has it, and the rest of an answer that did not fit, for GET RESPONSE. Volatile. One thread at a time.
#pragma once

#include <optional>

#include "devices/virtual_card/apdu.hpp"

namespace imprimatur::devices {

class CommandChain {
 public:
  // A command of a card with chaining. A part that is not the last is kept, and there is an answer; the
  // last one gets all of the data (`command` is whole then) and there is none. Another command ends a chain.
  // 6883 for a part of another command within a chain, 6700 over kCommandDataMax; both drop it.
  std::optional<Response> take(Command& command);
  void forget() { open_ = false; }

 private:
  bool continues(const Command& command) const;
  bool open_ = false;
  Command collected_;
};

class AnswerParts {
 public:
  // Cuts an encoded answer that has more than `room` bytes of data: 61xx, the rest is kept.
  Bytes cut(Bytes answer, std::size_t room);
  // GET RESPONSE; 6985 when nothing is left.
  Bytes next(const Command& command);
  bool waiting() const { return !rest_.empty(); }
  void forget() { rest_.clear(); }

 private:
  Bytes rest_;  // with its status word
};

}  // namespace imprimatur::devices
