// imprimatur stock [receive|move|count|destroy]: where every blank is, and what people do with it.
#include <sstream>

#include "app/commands/command.hpp"
#include "base/files.hpp"

namespace imprimatur::app {
namespace {

struct StockOptions {
  std::string file;
  std::vector<std::string> serials;
  std::string blank_class;
  std::string place = "line";
  std::string to = "line";
  std::string reason;
  std::int64_t number = -1;
};
using Shared = std::shared_ptr<StockOptions>;

json::array serials_json(const StockOptions& options) {
  json::array serials;
  for (const std::string& serial : options.serials) serials.emplace_back(serial);
  return serials;
}

int run_receive(const CommandContext& context, const StockOptions& options) {
  auto csv = read_text_file(options.file);
  if (!csv) return report_error(context, csv.error());
  return call_and_print(context, "POST", "/v1/stock/receive?to=" + options.to, csv.value());
}

int run_move(const CommandContext& context, const StockOptions& options) {
  const json::object request{
      {"reason", options.reason}, {"serials", serials_json(options)}, {"to", options.to}};
  return call_and_print(context, "POST", "/v1/stock/move", canonical_json(request));
}

int run_count(const CommandContext& context, const StockOptions& options) {
  json::object request{{"class", options.blank_class}, {"place", options.place}};
  if (options.number >= 0) {
    request["number"] = options.number;
    return call_and_print(context, "POST", "/v1/stock/count", canonical_json(request));
  }
  json::array serials = serials_json(options);
  if (!options.file.empty()) {  // as a scanner writes them: one a line
    auto text = read_text_file(options.file);
    if (!text) return report_error(context, text.error());
    std::istringstream lines(text.value());
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
      if (!line.empty()) serials.emplace_back(line);
    }
  }
  request["serials"] = std::move(serials);
  return call_and_print(context, "POST", "/v1/stock/count", canonical_json(request));
}

// Proposes; it takes effect when enough people have signed (imprimatur sign).
int run_destroy(const CommandContext& context, const StockOptions& options) {
  const json::object request{
      {"reason", options.reason}, {"serials", serials_json(options)}, {"statement", "destroy"}};
  return call_and_print(context, "POST", "/v1/statements", canonical_json(request));
}

void run_by(CLI::App* verb, CommandContext& context, const Shared& options,
            int (*run)(const CommandContext&, const StockOptions&)) {
  verb->callback([&context, options, run] {
    context.run = [&context, options, run] { return run(context, *options); };
  });
}

void add_receive(CLI::App& stock, CommandContext& context) {
  auto options = std::make_shared<StockOptions>();
  auto* verb = stock.add_subcommand("receive", "Take in blanks from a receipt (CSV: serial,class,chip_id)");
  verb->add_option("FILE", options->file, "Receipt")->required()->check(CLI::ExistingFile);
  verb->add_option("--to", options->to, "vault or line")
      ->capture_default_str()
      ->check(CLI::IsMember({"vault", "line"}));
  run_by(verb, context, options, run_receive);
}

void add_move(CLI::App& stock, CommandContext& context) {
  auto options = std::make_shared<StockOptions>();
  auto* verb =
      stock.add_subcommand("move", "Move blanks between vault and line, to samples, or back to the maker");
  verb->add_option("SERIAL", options->serials, "Serials, or FIRST..LAST")->required();
  verb->add_option("--to", options->to, "vault, line, sample or returned")->required();
  verb->add_option("--reason", options->reason, "For the journal");
  run_by(verb, context, options, run_move);
}

void add_count(CLI::App& stock, CommandContext& context) {
  auto options = std::make_shared<StockOptions>();
  auto* verb = stock.add_subcommand("count", "Compare what was found in a place with the books");
  verb->add_option("SERIAL", options->serials, "Serials that were found, or FIRST..LAST");
  verb->add_option("--file", options->file, "The same, one a line")->check(CLI::ExistingFile);
  verb->add_option("--number", options->number, "Only how many were found");
  verb->add_option("--class", options->blank_class, "Class of the blanks")->required();
  verb->add_option("--place", options->place, "Where they were counted")->capture_default_str();
  run_by(verb, context, options, run_count);
}

void add_destroy(CLI::App& stock, CommandContext& context) {
  auto options = std::make_shared<StockOptions>();
  auto* verb =
      stock.add_subcommand("destroy", "Propose that blanks or spoiled cards are destroyed; two people sign");
  verb->add_option("SERIAL", options->serials, "Serials, or FIRST..LAST")->required();
  verb->add_option("--reason", options->reason, "Why")->required();
  run_by(verb, context, options, run_destroy);
}

}  // namespace

void add_stock(CLI::App& app, CommandContext& context) {
  auto* stock = app.add_subcommand("stock", "Show how many blanks of each class are where");
  stock->callback([&context, stock] {
    if (stock->get_subcommands().empty()) {
      context.run = [&context] { return call_and_print(context, "GET", "/v1/stock"); };
    }
  });
  add_receive(*stock, context);
  add_move(*stock, context);
  add_count(*stock, context);
  add_destroy(*stock, context);
}

}  // namespace imprimatur::app
