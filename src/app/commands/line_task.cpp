// imprimatur line task: the question of a line whose cards a person moves, and its answer.
#include <cstdio>

#include "app/client.hpp"
#include "app/commands/command.hpp"
#include "app/commands/line_task.hpp"

namespace imprimatur::app {
namespace {

struct Answer {
  std::string line = "line-1";
  std::string id, serial, place;
};

std::string target(const std::string& line) {
  return "/v1/lines/" + line + "/task";
}

// As a person reads it; 1 when nothing is asked.
int show(const CommandContext& context, const std::string& line) {
  if (context.json) return call_and_print(context, "GET", target(line));
  auto client = Client::connect(context.socket);
  if (!client) return report_error(context, client.error());
  auto answer = client.value()->call("GET", target(line));
  if (!answer) return report_error(context, answer.error());
  const json::value* task =
      answer.value().is_object() ? answer.value().get_object().if_contains("task") : nullptr;
  if (task == nullptr || !task->is_object()) {
    std::printf("%s asks nothing now\n", line.c_str());
    return kExitNo;
  }
  const auto text = [task](std::string_view name) {
    auto member = member_text_or(task->get_object(), name, "");
    return member ? std::move(member).value() : std::string();
  };
  std::printf("%s: %s\n", text("id").c_str(), text("text").c_str());
  if (const std::string note = text("note"); !note.empty()) std::printf("  asked again: %s\n", note.c_str());
  std::printf("  answer: imprimatur line task done %s%s, or imprimatur line task none %s\n",
              text("id").c_str(), text("kind") == "find" ? " --place PLACE" : " [--serial NUMBER]",
              text("id").c_str());
  return kExitYes;
}

void add_answer(CLI::App& task, CommandContext& context, const std::shared_ptr<Answer>& given,
                const std::string& name, const std::string& word, const std::string& help) {
  auto* verb = task.add_subcommand(name, help);
  verb->add_option("ID", given->id, "Of the question")->required();
  if (word == "done") {
    verb->add_option("--serial", given->serial, "The number on the card");
    verb->add_option("--place", given->place, "Where it is: reader-1, printer-1, output, reject");
  }
  verb->callback([&context, given, word] {
    context.run = [&context, given, word] {
      json::object body{{"id", given->id}, {"answer", word}};
      if (!given->serial.empty()) body["serial"] = given->serial;
      if (!given->place.empty()) body["place"] = given->place;
      return call_and_print(context, "POST", target(given->line), canonical_json(body));
    };
  });
}

}  // namespace

void add_line_task(CLI::App& line, CommandContext& context) {
  auto given = std::make_shared<Answer>();
  auto* task = line.add_subcommand("task", "What the line asks the person who moves its cards");
  task->add_option("--line", given->line, "Name of the line")->capture_default_str();
  task->require_subcommand(0, 1);
  task->callback([&context, given, task] {
    if (!task->get_subcommands().empty()) return;
    context.run = [&context, given] { return show(context, given->line); };
  });
  add_answer(*task, context, given, "done", "done", "It is done as asked");
  add_answer(*task, context, given, "none", "nothing", "There is none: no such blank, no such card");
}

}  // namespace imprimatur::app
