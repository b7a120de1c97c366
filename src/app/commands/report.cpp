// imprimatur report shift: the shift report from a ledger, which is opened for reading only.
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/loading.hpp"
#include "base/files.hpp"
#include "report/shift_report.hpp"

namespace imprimatur::app {
namespace {

struct ShiftFiles {
  std::filesystem::path pdf, csv;
  ledger::Sequence log_size = 0;
};

// The CSV comes first: figures are there even when a name cannot be printed.
Result<ShiftFiles> write_shift(const CommandContext& context, const std::filesystem::path& ledger,
                               const std::filesystem::path& out) {
  TRY(auto reader, ledger::LedgerReader::open(ledger));
  TRY(auto report, report::collect_shift(*reader));
  TRY_STATUS(make_folders(out));
  const ShiftFiles files{out / "shift.pdf", out / "shift.csv", report.log_size};
  TRY_STATUS(write_file(files.csv, bytes_of(report::shift_csv(report))));
  TRY(auto fonts, print::load_fonts(context.templates, context.fonts, sha256_hex));
  TRY(auto pdf, report::shift_pdf(report, fonts));
  TRY_STATUS(write_file(files.pdf, pdf));
  return files;
}

int run_shift(const CommandContext& context, const std::filesystem::path& ledger,
              const std::filesystem::path& out) {
  const auto files = write_shift(context, ledger, out);
  if (!files) return report_error(context, files.error());
  const auto& [pdf, csv, log_size] = files.value();
  if (context.json) {
    const json::object answer{{"csv", csv.string()}, {"log_size", log_size}, {"pdf", pdf.string()}};
    std::printf("%s\n", canonical_json(answer).c_str());
  } else {
    std::printf("%s\n%s\n", pdf.c_str(), csv.c_str());
  }
  return kExitYes;
}

}  // namespace

void add_report(CLI::App& app, CommandContext& context) {
  auto* report = app.add_subcommand("report", "What people read and sign");
  report->require_subcommand(1);
  auto* shift = report->add_subcommand("shift", "The shift report as PDF and CSV");
  auto ledger = std::make_shared<std::filesystem::path>();
  auto out = std::make_shared<std::filesystem::path>();
  shift->add_option("--ledger", *ledger, "ledger.sqlite of the station")
      ->required()
      ->check(CLI::ExistingFile);
  shift->add_option("--out", *out, "Folder for shift.pdf and shift.csv")->required();
  shift->callback([&context, ledger, out] {
    context.run = [&context, ledger, out] { return run_shift(context, *ledger, *out); };
  });
}

}  // namespace imprimatur::app
