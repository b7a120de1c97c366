// Reading of the vector files of tests/data, and a card that answers from a script.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/json.hpp"
#include "chip/apdu.hpp"

namespace imprimatur::chip::testing {

inline json::value load(const std::string& file) {
  const auto text = read_text_file(std::string(TEST_DATA_DIR "/") + file);
  return parse_json(text.value()).value();
}

inline std::string text_member(const json::value& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

inline Bytes hex_member(const json::value& object, std::string_view name) {
  return hex(text_member(object, name));
}

inline Response response_of(ByteView bytes) {
  return decode_response(bytes).value();
}

inline Bytes encoded(const Command& command) {
  return encode_command(command, ApduForm::extended).value();
}

// Answers each command with the next line of a script, and remembers the commands.
class ScriptedChannel final : public CardChannel {
 public:
  explicit ScriptedChannel(std::deque<std::string> answers) : answers_(std::move(answers)) {}
  Result<Bytes> transmit(ByteView command) override {
    sent.push_back(to_hex(command));
    if (answers_.empty()) return unknown("card.removed", "the card is gone");
    Bytes answer = hex(answers_.front());
    answers_.pop_front();
    return answer;
  }
  Result<Bytes> reset() override { return atr_; }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return true; }

  std::vector<std::string> sent;
  Bytes atr_;

 private:
  std::deque<std::string> answers_;
};

}  // namespace imprimatur::chip::testing
