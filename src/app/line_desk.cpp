#include "app/line_desk.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kSerialMax = 64;    // characters
constexpr std::size_t kAnswerMax = 4096;  // bytes

Result<station::LineAnswer> read_answer(const json::object& object) {
  station::LineAnswer answer;
  TRY(const auto word, member_text_or(object, "answer", "done"));
  if (word != "done" && word != "nothing") {
    return fail("line.answer", "an answer is \"done\" or \"nothing\"", "/answer");
  }
  if (word == "nothing") answer.kind = station::LineAnswer::Kind::nothing;
  TRY(answer.serial, member_text_or(object, "serial", ""));
  const bool one_word = answer.serial.find_first_of(" \t\r\n") == std::string::npos;
  if (answer.serial.size() > kSerialMax || !one_word) {
    return fail("line.answer", "a card's number is one word of at most 64 characters", "/serial");
  }
  TRY(const auto place, member_text_or(object, "place", ""));
  if (place.empty()) return answer;
  auto named = station::place_named(place);
  if (!named) return fail("line.answer", named.error().message, "/place");
  answer.place = named.value();
  return answer;
}

}  // namespace

Result<station::LineAnswer> LineDesk::ask(const station::LineTask& task) {
  std::unique_lock lock(mutex_);
  open_ = Open{"task-" + std::to_string(run_) + "-" + std::to_string(++asked_), task, clock_.now(), {}};
  changed_.wait_for(lock, patience_, [this] { return closed_ || open_->answer.has_value(); });
  const Open ended = std::move(*open_);
  open_.reset();
  if (ended.answer) return *ended.answer;
  if (closed_) {
    return fail(std::string(station::kTransportClosing),
                "the station stops; the question is asked again when it runs");
  }
  return unknown("transport.no_answer", "nobody answered: " + task.text,
                 "Look where the card is; then resume the line.");
}

json::object LineDesk::show() const {
  const std::lock_guard lock(mutex_);
  if (!open_ || open_->answer) return {};
  const station::LineTask& task = open_->task;
  json::object shown{{"id", open_->id},
                     {"kind", std::string(station::text_of(task.kind))},
                     {"text", task.text},
                     {"since", format_rfc3339(open_->since)}};
  const auto add = [&shown](const char* name, const std::string& value) {
    if (!value.empty()) shown[name] = value;
  };
  add("note", task.note);
  add("card", task.card);
  add("class", task.blank_class);
  add("from", task.from);
  add("to", task.to);
  return {{"task", std::move(shown)}};
}

Status LineDesk::answer(std::string_view text) {
  if (text.size() > kAnswerMax) return fail("line.answer", "an answer has at most 4096 bytes");
  auto object = parse_json_object(text);
  if (!object) return fail("line.answer", object.error().message, object.error().field);
  TRY(const auto id, member_text_or(object.value(), "id", ""));
  TRY(auto given, read_answer(object.value()));
  const std::lock_guard lock(mutex_);
  if (!open_ || open_->answer || open_->id != id) {
    return fail("station.task", "this question is not open", "/id",
                "Ask for the open one: imprimatur line task.");
  }
  open_->answer = std::move(given);
  changed_.notify_all();
  return ok();
}

void LineDesk::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace imprimatur::app
