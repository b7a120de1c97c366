// imprimatur card readers|read: what readers there are; inspect any ICAO document in one.
#include <cstdio>
#include <sstream>

#include "app/commands/command.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "chip/inspect.hpp"
#include "devices/pcsc/pcsc_reader.hpp"

namespace imprimatur::app {
namespace {

struct ReadOptions {
  std::string reader;
  std::filesystem::path mrz;
  std::filesystem::path trust;
  std::filesystem::path out;
};

int run_readers(const CommandContext& context) {
  auto readers = devices::list_readers();
  if (!readers) return report_error(context, readers.error());
  for (const auto& reader : readers.value()) std::printf("%s\n", reader.c_str());
  return kExitYes;
}

Result<lds::Mrz> read_mrz(const std::filesystem::path& path) {
  TRY(auto text, read_text_file(path, 4096));
  std::istringstream lines(text);
  lds::Mrz mrz;
  for (auto& line : mrz.lines) lines >> line;
  TRY_STATUS(lds::parse_td1(mrz));
  return mrz;
}

Result<chip::InspectionReport> inspect(const ReadOptions& options) {
  chip::InspectionRequest request;
  TRY(request.mrz, read_mrz(options.mrz));
  TRY(auto pem, read_text_file(options.trust));
  TRY(request.anchors, crypto::Certificate::from_pem_bundle(pem));
  request.at = SystemClock().now();
  devices::PcscReader reader(options.reader);
  TRY(auto channel, reader.connect());
  SystemRandom random;
  TRY(auto report, chip::inspect(*channel, request, random));
  if (options.out.empty()) return report;
  TRY_STATUS(make_folders(options.out));
  for (const auto& [file, content] : report.files) {
    TRY_STATUS(write_file(options.out / std::string(lds::name_of(file)), content, {.mode = 0600}));
  }
  return report;
}

int run_read(const CommandContext& context, const ReadOptions& options) {
  auto inspected = inspect(options);
  if (!inspected) return report_error(context, inspected.error());
  const auto& report = inspected.value();
  if (context.json) {
    json::array findings;
    for (const auto& finding : report.findings) {
      findings.push_back(
          json::object{{"code", finding.code}, {"file", finding.file}, {"sentence", finding.sentence}});
    }
    json::array files;
    for (const auto& [file, content] : report.files) files.emplace_back(lds::name_of(file));
    std::printf("%s\n", canonical_json(json::object{{"authentic", report.passed()},
                                                    {"files", std::move(files)},
                                                    {"findings", std::move(findings)}})
                            .c_str());
  } else {
    for (const auto& [file, content] : report.files) {
      std::printf("  %-14s %6zu bytes\n", std::string(lds::name_of(file)).c_str(), content.size());
    }
    for (const auto& finding : report.findings) {
      std::printf("  %s %s: %s\n", finding.code.c_str(), finding.file.c_str(), finding.sentence.c_str());
    }
    std::printf("%s\n", report.passed() ? "The document is authentic." : "The document is NOT in order.");
  }
  return report.passed() ? kExitYes : kExitNo;
}

}  // namespace

void add_card(CLI::App& app, CommandContext& context) {
  auto* card = app.add_subcommand("card", "Inspect a card in a reader");
  card->require_subcommand(1);
  card->add_subcommand("readers", "List the readers")->callback([&context] {
    context.run = [&context] { return run_readers(context); };
  });
  auto options = std::make_shared<ReadOptions>();
  auto* read = card->add_subcommand("read", "Read and verify a document as a border gate would");
  read->add_option("--reader", options->reader, "Reader's name")->required();
  read->add_option("--mrz", options->mrz, "File with the three printed lines")
      ->required()
      ->check(CLI::ExistingFile);
  read->add_option("--trust", options->trust, "Trusted CSCA certificates (PEM)")
      ->required()
      ->check(CLI::ExistingFile);
  read->add_option("--out", options->out, "Folder for the files as read (personal data)");
  read->callback(
      [&context, options] { context.run = [&context, options] { return run_read(context, *options); }; });
}

}  // namespace imprimatur::app
