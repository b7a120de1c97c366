// A channel that counts what goes through it, for the reports. Borrows the real one.
#pragma once

#include "chip/card_channel.hpp"
#include "chip/personalise.hpp"

namespace imprimatur::chip {

class CountingChannel final : public CardChannel {
 public:
  explicit CountingChannel(CardChannel& channel) : channel_(channel) {}

  Result<Bytes> transmit(ByteView command) override {
    ++count_.commands;
    count_.bytes_sent += command.size();
    auto answer = channel_.transmit(command);
    if (answer) count_.bytes_received += answer.value().size();
    return answer;
  }
  Result<Bytes> reset() override { return channel_.reset(); }
  const Bytes& atr() const override { return channel_.atr(); }
  bool extended_length() const override { return channel_.extended_length(); }

  const ApduCount& count() const { return count_; }

 private:
  CardChannel& channel_;
  ApduCount count_;
};

}  // namespace imprimatur::chip
