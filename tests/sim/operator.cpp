#include "tests/sim/operator.hpp"

#include <utility>

#include "base/encoding.hpp"

namespace imprimatur::sim {
namespace {

using station::LineAnswer;
using station::LineTask;
using station::Place;

constexpr const char* kMisread = "B999999";

}  // namespace

Result<LineAnswer> SimulatedOperator::ask(const LineTask& task) {
  asked.push_back(task);
  if (Body* body = std::exchange(misplaced_, nullptr)) body->place = misplaced_from_;
  Slip slip = Slip::none;
  if (!slips.empty()) {
    slip = slips.front();
    slips.pop_front();
  }
  if (slip == Slip::none && slip_at) slip = slip_at(task);
  if (slip == Slip::goes_home) return fail(std::string(station::kTransportClosing), "the station stops");
  if (slip == Slip::finds_nothing) return LineAnswer{LineAnswer::Kind::nothing, {}, {}};
  switch (task.kind) {
    case LineTask::Kind::take:
      return do_take(task, slip);
    case LineTask::Kind::move:
      return do_move(task, slip);
    case LineTask::Kind::find: {
      LineAnswer answer;
      if (const Body* body = machine_.find(task.card)) answer.place = body->place;
      if (slip == Slip::misreads) answer.place = Place{Place::Kind::reader, 1};
      return answer;
    }
  }
  return LineAnswer{};
}

LineAnswer SimulatedOperator::do_take(const LineTask& task, Slip slip) {
  const int reader = station::place_named(task.to).value().device;
  LineAnswer answer;
  const Body* there = machine_.at({Place::Kind::reader, reader});
  if (slip != Slip::forgets && there == nullptr) {
    if (!machine_.take(reader, task.blank_class)) return {LineAnswer::Kind::nothing, {}, {}};
    there = machine_.at({Place::Kind::reader, reader});
  }
  if (there != nullptr && says_numbers) answer.serial = there->serial;
  if (slip == Slip::misreads) answer.serial = kMisread;
  return answer;
}

LineAnswer SimulatedOperator::do_move(const LineTask& task, Slip slip) {
  const Place to = station::place_named(task.to).value();
  LineAnswer answer;
  answer.serial = says_numbers ? task.card : "";
  if (slip == Slip::misreads) answer.serial = kMisread;
  if (slip == Slip::forgets) return answer;
  Body* meant = machine_.find(task.card);
  if (slip == Slip::takes_another) {
    for (const auto& body : machine_.bodies) {
      if (body.get() == meant || body->place.kind != Place::Kind::printer) continue;
      misplaced_ = body.get();
      misplaced_from_ = std::exchange(body->place, to);
      return answer;
    }
  }
  static_cast<void>(machine_.move(task.card, to).has_value());
  return answer;
}

Result<station::ChipEyes::Seen> SimulatedEyes::see(int reader) {
  if (blind) return fail("reader.gone", "the reader cannot be reached");
  const Body* body = machine_.at({Place::Kind::reader, reader});
  Seen seen;
  if (body == nullptr) return seen;
  seen.card = true;
  TRY(const auto blank, receipts_()->blank_with_chip(to_hex(body->chip->identity().cplc)));
  if (!blank) return seen;
  seen.blank = blank->serial;
  seen.blank_class = blank->blank_class;
  return seen;
}

}  // namespace imprimatur::sim
