// imprimatur card readers|read: what readers there are; inspect any ICAO document in one.
#include <cstdio>

#include "app/commands/card_verdict.hpp"
#include "app/commands/command.hpp"
#include "app/loading_revocation.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::app {
namespace {

struct ReadOptions {
  std::string reader;
  std::filesystem::path mrz;
  std::string can;
  std::filesystem::path trust;
  std::vector<std::filesystem::path> revocation;
  std::filesystem::path out;
  std::filesystem::path portrait;
};

int run_readers(const CommandContext& context) {
  auto readers = devices::list_readers();
  if (!readers) return report_error(context, readers.error());
  for (const auto& reader : readers.value()) std::printf("%s\n", reader.c_str());
  return kExitYes;
}

Result<lds::TravelMrz> read_mrz(const std::filesystem::path& path) {
  TRY(auto text, read_text_file(path, 4096));
  TRY(auto mrz, lds::travel_mrz_of_text(text));
  TRY_STATUS(lds::parse_any(mrz));
  return mrz;
}

Result<Bytes> read_revocation_list(const std::filesystem::path& path) {
  TRY(auto text, read_text_file(path, kRevocationListBytesMax));
  return revocation_list_of(text, path.filename().string());
}

Result<chip::InspectionReport> inspect(const ReadOptions& options) {
  chip::InspectionRequest request;
  if (!options.mrz.empty()) {
    TRY(request.mrz, read_mrz(options.mrz));
  }
  if (!options.can.empty()) request.can = options.can;
  TRY(auto pem, read_text_file(options.trust));
  TRY(request.anchors, crypto::Certificate::from_pem_bundle(pem));
  for (const auto& path : options.revocation) {
    TRY(auto list, read_revocation_list(path));
    request.revocation.push_back(std::move(list));
  }
  request.at = SystemClock().now();
  devices::PcscReader reader(options.reader);
  TRY(auto channel, reader.connect());
  SystemRandom random;
  return chip::inspect(*channel, request, random);
}

Status save_portrait(const chip::InspectionReport& report, const std::filesystem::path& path) {
  const auto dg2 = report.files.find(lds::FileId::dg2);
  if (dg2 == report.files.end())
    return fail("card.no_portrait", "DG2 was not read: there is no portrait", "DG2");
  TRY(auto face, lds::decode_dg2(dg2->second));
  if (!face.format) return fail("card.no_portrait", "the image in DG2 is neither JPEG nor JPEG 2000", "DG2");
  return write_file(path, face.image, {.mode = 0600});
}

Status save(const chip::InspectionReport& report, const ReadOptions& options) {
  if (!options.out.empty()) {
    TRY_STATUS(make_folders(options.out));
    for (const auto& [file, content] : report.files) {
      TRY_STATUS(write_file(options.out / std::string(lds::name_of(file)), content, {.mode = 0600}));
    }
  }
  if (options.portrait.empty()) return ok();
  return save_portrait(report, options.portrait);
}

int run_read(const CommandContext& context, const ReadOptions& options) {
  if (options.mrz.empty() && options.can.empty()) {
    std::fprintf(stderr, "imprimatur: give --mrz or --can\n");
    return kExitUsage;
  }
  auto inspected = inspect(options);
  if (!inspected) return report_error(context, inspected.error());
  const auto& report = inspected.value();
  if (context.json) {
    std::printf("%s\n", canonical_json(verdict_json(report)).c_str());
  } else {
    std::printf("%s", verdict_text(report).c_str());
  }
  if (auto saved = save(report, options); !saved) return report_error(context, saved.error());
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
  read->add_option("--mrz", options->mrz, "File with the printed lines: three of a card, two of a passport")
      ->check(CLI::ExistingFile);
  read->add_option("--can", options->can,
                   "Card access number: six digits, opens PACE only; beside --mrz, both are tried");
  read->add_option("--trust", options->trust, "Trusted CSCA certificates (PEM)")
      ->required()
      ->check(CLI::ExistingFile);
  read->add_option("--crl", options->revocation, "Certificate revocation lists (DER or PEM)")
      ->check(CLI::ExistingFile);
  read->add_option("--out", options->out, "Folder for the files as read (personal data)");
  read->add_option("--portrait", options->portrait,
                   "File for the portrait, JPEG or JPEG 2000 (personal data)");
  read->callback(
      [&context, options] { context.run = [&context, options] { return run_read(context, *options); }; });
}

}  // namespace imprimatur::app
