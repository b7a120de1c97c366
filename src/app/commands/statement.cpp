// imprimatur statement list|resolve|destroy|write-off|recall: decisions of several people. A verb proposes;
// it takes effect when enough people have signed (imprimatur sign).
#include "app/client.hpp"
#include "app/commands/command.hpp"

namespace imprimatur::app {
namespace {

struct Proposed {
  std::string kind;
  std::string about;
  std::string outcome;
  std::string scanned;
  std::string blank_class;
  std::string place = "line";
  std::vector<std::string> serials;
  std::string reason;
  std::int64_t hours = 8;
  bool lost = false;
};
using Shared = std::shared_ptr<Proposed>;

int run_propose(const CommandContext& context, const Proposed& proposed) {
  json::object request{{"hours", proposed.hours}, {"reason", proposed.reason}, {"statement", proposed.kind}};
  if (!proposed.about.empty()) request["about"] = proposed.about;
  if (!proposed.outcome.empty()) request["outcome"] = proposed.outcome;
  if (!proposed.scanned.empty()) request["scanned"] = proposed.scanned;
  if (proposed.lost) request["lost"] = true;
  if (!proposed.blank_class.empty()) {
    request["class"] = proposed.blank_class;
    request["place"] = proposed.place;
  }
  if (!proposed.serials.empty()) {
    json::array serials;
    for (const std::string& serial : proposed.serials) serials.emplace_back(serial);
    request["serials"] = std::move(serials);
  }
  return call_and_print(context, "POST", "/v1/statements", canonical_json(request));
}

// A verb with what every statement needs.
CLI::App* add_kind(CLI::App& parent, CommandContext& context, const std::string& name,
                   const std::string& help, const Shared& proposed) {
  auto* verb = parent.add_subcommand(name, help);
  verb->add_option("--reason", proposed->reason, "Why: it stands in the journal for ever")->required();
  verb->add_option("--hours", proposed->hours, "How long it waits for signatures")
      ->capture_default_str()
      ->check(CLI::Range(1, 168));
  verb->callback([&context, proposed] {
    context.run = [&context, proposed] { return run_propose(context, *proposed); };
  });
  return verb;
}

Shared of_kind(const std::string& kind) {
  auto proposed = std::make_shared<Proposed>();
  proposed->kind = kind;
  return proposed;
}

void add_kinds(CLI::App& statement, CommandContext& context) {
  const auto resolve = of_kind("resolve");
  auto* verb = add_kind(statement, context, "resolve", "What became of a card in doubt", resolve);
  verb->add_option("CARD", resolve->about, "Attempt, job or blank")->required();
  verb->add_option("--outcome", resolve->outcome,
                   "good: it lies in a free reader and is read before it counts; spoiled; missing")
      ->required()
      ->check(CLI::IsMember({"good", "spoiled", "missing"}));
  verb->add_option("--scanned", resolve->scanned, "Serial of the card in hand, when it is spoiled");

  const auto destroy = of_kind("destroy");
  verb = add_kind(statement, context, "destroy", "Blanks or cards that are destroyed, by serial", destroy);
  verb->add_option("SERIAL", destroy->serials, "Serials, or FIRST..LAST")->required();

  const auto write_off = of_kind("write_off");
  verb = add_kind(statement, context, "write-off", "Blanks that a count did not find", write_off);
  verb->add_option("SERIAL", write_off->serials, "Serials, or FIRST..LAST")->required();
  verb->add_option("--class", write_off->blank_class, "Class of the blanks")->required();
  verb->add_option("--place", write_off->place, "Where they are on the books")->capture_default_str();

  const auto recall = of_kind("recall");
  verb = add_kind(statement, context, "recall", "An issued card that must come back, or is lost", recall);
  verb->add_option("JOB", recall->about, "Its job")->required();
  verb->add_flag("--lost", recall->lost, "Nobody has it any more");
}

}  // namespace

void add_statement(CLI::App& app, CommandContext& context) {
  auto* statement = app.add_subcommand("statement", "Decisions that several people sign");
  statement->require_subcommand(1);
  auto* list = statement->add_subcommand("list", "Those that wait for signatures");
  list->callback(
      [&context] { context.run = [&context] { return call_and_print(context, "GET", "/v1/statements"); }; });
  add_kinds(*statement, context);
}

}  // namespace imprimatur::app
