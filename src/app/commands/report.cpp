// imprimatur report shift: the shift report from a ledger, which is opened for reading only.
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/loading.hpp"
#include "base/files.hpp"
#include "report/shift_report.hpp"

namespace imprimatur::app {
namespace {

Status write_shift(const CommandContext& context, const std::filesystem::path& ledger,
                   const std::filesystem::path& out) {
  TRY(auto reader, ledger::LedgerReader::open(ledger));
  TRY(auto report, report::collect_shift(*reader));
  TRY(auto fonts, print::load_fonts(context.templates, context.fonts, sha256_hex));
  TRY(auto pdf, report::shift_pdf(report, fonts, context.fonts));
  TRY_STATUS(make_folders(out));
  TRY_STATUS(write_file(out / "shift.csv", bytes_of(report::shift_csv(report))));
  return write_file(out / "shift.pdf", pdf);
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
    context.run = [&context, ledger, out] {
      if (auto written = write_shift(context, *ledger, *out); !written)
        return report_error(context, written.error());
      if (!context.json) std::printf("%s\n%s\n", (*out / "shift.pdf").c_str(), (*out / "shift.csv").c_str());
      return kExitYes;
    };
  });
}

}  // namespace imprimatur::app
