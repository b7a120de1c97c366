// A fuzz input as the answers of a card, one after the other: two bytes of length, then the answer with its
// status word. After the last one the card is gone.
#pragma once

#include "base/byte_reader.hpp"
#include "chip/card_channel.hpp"

namespace imprimatur::fuzz {

class AnswerScript {
 public:
  explicit AnswerScript(ByteView input) : reader_(input, "script") {}

  Result<Bytes> next() {
    const auto gone = [] { return unknown("card.removed", "the card is gone"); };
    const auto length = reader_.take_be(2);
    if (!length) return gone();
    const auto answer = reader_.take(length.value());
    if (!answer) return gone();
    return copy_of(answer.value());
  }

 private:
  ByteReader reader_;
};

// Answers every command by the script.
class ScriptChannel final : public chip::CardChannel {
 public:
  explicit ScriptChannel(ByteView input) : script_(input) {}
  Result<Bytes> transmit(ByteView) override { return script_.next(); }
  Result<Bytes> reset() override { return atr_; }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return true; }

 private:
  AnswerScript script_;
  Bytes atr_{0x3B, 0x95, 0x80, 0x01, 0x80, 0x73, 0xC8, 0x21, 0x40};  // takes extended length
};

}  // namespace imprimatur::fuzz
