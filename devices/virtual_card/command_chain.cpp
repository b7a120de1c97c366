#include "devices/virtual_card/command_chain.hpp"

#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

bool CommandChain::continues(const Command& command) const {
  return open_ && command.ins == collected_.ins && command.p1_p2() == collected_.p1_p2();
}

std::optional<Response> CommandChain::take(Command& command) {
  const bool more = (command.cla & cla::kChained) != 0;
  if (!open_ && !more) return {};
  if (open_ && !continues(command)) {
    forget();
    if (more) return sw::kLastOfChainExpected;
    return {};
  }
  if (!open_) {
    collected_ = command;
    collected_.data.clear();
    open_ = true;
  }
  if (collected_.data.size() + command.data.size() > kCommandDataMax) {
    forget();
    return sw::kWrongLength;
  }
  append(collected_.data, command.data);
  if (more) return sw::kDone;
  command.data = std::move(collected_.data);
  forget();
  return {};
}

Bytes AnswerParts::cut(Bytes answer, std::size_t room) {
  if (answer.size() <= room + 2) return answer;
  rest_.assign(answer.begin() + static_cast<std::ptrdiff_t>(room), answer.end());
  answer.resize(room);
  const std::size_t left = rest_.size() - 2;
  append_be(answer, sw::kMoreToCome | (left > 0xFF ? 0 : left), 2);
  return answer;
}

Bytes AnswerParts::next(const Command& command) {
  if (!waiting()) return Response(sw::kConditionsNotSatisfied).encode();
  if (command.p1_p2() != 0) return Response(sw::kWrongParameters).encode();
  if (!command.data.empty() || command.ne == 0) return Response(sw::kWrongLength).encode();
  const std::size_t room = std::min(command.ne, command.answer_room());
  Bytes rest = std::move(rest_);
  rest_.clear();
  return cut(std::move(rest), room);
}

}  // namespace imprimatur::devices
