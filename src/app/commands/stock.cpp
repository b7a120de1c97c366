// imprimatur stock [receive FILE]: where every blank is.
#include "app/commands/command.hpp"
#include "base/files.hpp"

namespace imprimatur::app {
namespace {

int run_receive(const CommandContext& context, const std::string& path) {
  auto csv = read_text_file(path);
  if (!csv) return report_error(context, csv.error());
  return call_and_print(context, "POST", "/v1/stock/receive", csv.value());
}

}  // namespace

void add_stock(CLI::App& app, CommandContext& context) {
  auto* stock = app.add_subcommand("stock", "Show how many blanks of each class are where");
  stock->callback([&context, stock] {
    if (stock->get_subcommands().empty()) {
      context.run = [&context] { return call_and_print(context, "GET", "/v1/stock"); };
    }
  });
  auto* receive =
      stock->add_subcommand("receive", "Take in blanks from a receipt (CSV: serial,class,chip_id)");
  auto path = std::make_shared<std::string>();
  receive->add_option("FILE", *path, "Receipt")->required()->check(CLI::ExistingFile);
  receive->callback(
      [&context, path] { context.run = [&context, path] { return run_receive(context, *path); }; });
}

}  // namespace imprimatur::app
