// imprimatur keys init --test DIR: throw-away keys for a bench.
// imprimatur keys request, imprimatur keys import: document signers of a real CSCA.
#include <cstdio>
#include <cstdlib>

#include "app/commands/command.hpp"
#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "keys/ceremony.hpp"
#include "keys/document_signers.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kPinBytesMax = 256;
constexpr std::size_t kCertificateBytesMax = 65'536;
constexpr int kUsageDaysMax = 366;

Result<crypto::KeyType> curve_of(const std::string& name) {
  if (const auto curve = keys::signer_curve_named(name)) return *curve;
  return fail("keys.curve", "the curve is not P-256, P-384 or brainpoolP256r1", name);
}

crypto::CurveParameters parameters_of(const std::string& name) {
  return name == "explicit" ? crypto::CurveParameters::explicit_ : crypto::CurveParameters::named;
}

// Where keys and token are: the daemon's configuration, or the same things one by one.
struct Place {
  std::filesystem::path config;
  std::filesystem::path folder;
  VaultConfig vault;
};

void add_place_options(CLI::App& verb, Place& place) {
  auto* config =
      verb.add_option("--config", place.config, "The daemon's configuration, for its keys and [vault]");
  auto* folder = verb.add_option("--keys", place.folder, "Key folder, when there is no configuration yet");
  config->excludes(folder);
  verb.add_option("--module", place.vault.module, "PKCS#11 library")->excludes(config);
  verb.add_option("--token-label", place.vault.token_label, "The token's label")->excludes(config);
  verb.add_option("--pin-file", place.vault.pin_file, "File with the user's PIN")->excludes(config);
  verb.add_option("--softhsm-conf", place.vault.softhsm_conf, "SOFTHSM2_CONF of a bench")->excludes(config);
}

// Sets SOFTHSM2_CONF for this process; no thread runs yet.
Result<keys::TokenAccess> open_place(Place& place) {
  if (!place.config.empty()) {
    TRY(const Config config, load_config(place.config));
    place.folder = config.keys;
    place.vault = config.vault;
  }
  if (place.folder.empty() || place.vault.module.empty() || place.vault.token_label.empty() ||
      place.vault.pin_file.empty()) {
    return fail("keys.place", "it is not said where keys and token are", {},
                "give --config, or --keys, --module, --token-label and --pin-file");
  }
  if (!place.vault.softhsm_conf.empty()) ::setenv("SOFTHSM2_CONF", place.vault.softhsm_conf.c_str(), 1);
  TRY(auto pin, read_file(place.vault.pin_file, kPinBytesMax));
  while (!pin.empty() && (pin.back() == '\n' || pin.back() == '\r')) pin.pop_back();
  return keys::TokenAccess{place.vault.module, place.vault.token_label, Secret(std::move(pin))};
}

struct RequestOptions {
  Place place;
  keys::NewSigner signer;
  std::string curve = "P-256";
  std::string parameters = "named";
  std::string usage_from;
  int usage_days = 90;
  bool existing_key = false;
  std::filesystem::path out;
};

Status fill_request(RequestOptions& options) {
  keys::NewSigner& signer = options.signer;
  TRY(signer.curve, curve_of(options.curve));
  signer.origin = options.existing_key ? keys::KeyOrigin::existing : keys::KeyOrigin::make;
  crypto::SigningRequest& request = signer.request;
  request.parameters = parameters_of(options.parameters);
  if (request.document_types.empty()) request.document_types = {"I", "ID"};
  if (request.common_name.empty()) request.common_name = "Document signer " + request.icao_code;
  // The authority signs later than today, and its certificate begins no earlier.
  const WallTime tomorrow = std::chrono::ceil<std::chrono::days>(SystemClock().now());
  request.usage_from = tomorrow;
  if (!options.usage_from.empty()) {
    TRY_STATUS(parse_date(options.usage_from));
    TRY(request.usage_from, parse_rfc3339(options.usage_from + "T00:00:00Z"));
  }
  request.usage_to = request.usage_from + std::chrono::days(options.usage_days) - std::chrono::seconds(1);
  return ok();
}

Status request_into_file(RequestOptions& options, keys::SignerRequest& made) {
  TRY_STATUS(fill_request(options));
  TRY(const auto token, open_place(options.place));
  TRY(made, keys::request_signer(options.place.folder, token, options.signer));
  if (options.out.empty()) options.out = options.place.folder / (made.label + ".csr.pem");
  return write_file(options.out, bytes_of(made.pem));
}

int run_request(const CommandContext& context, RequestOptions& options) {
  keys::SignerRequest made;
  if (const auto written = request_into_file(options, made); !written) {
    return report_error(context, written.error());
  }
  if (context.json) {
    std::printf(
        "%s\n",
        canonical_json(json::object{{"label", made.label}, {"request", options.out.string()}}).c_str());
  } else {
    std::printf(
        "%s: key in the token, request in %s\n"
        "next: have the CSCA sign it, then: imprimatur keys import CERTIFICATE\n",
        made.label.c_str(), options.out.c_str());
  }
  return kExitYes;
}

struct ImportOptions {
  Place place;
  std::string label;
  std::filesystem::path certificate;
};

Result<keys::ImportedSigner> import_from_file(ImportOptions& options) {
  TRY(const auto token, open_place(options.place));
  TRY(const Bytes pem, read_file(options.certificate, kCertificateBytesMax));
  return keys::import_signer(options.place.folder, token, options.label, text_of(pem), SystemClock().now());
}

int run_import(const CommandContext& context, ImportOptions& options) {
  const auto imported = import_from_file(options);
  if (!imported) return report_error(context, imported.error());
  const keys::ImportedSigner& signer = imported.value();
  const std::string until = format_rfc3339(signer.certificate.usage_to());
  if (context.json) {
    std::printf("%s\n",
                canonical_json(json::object{{"file", signer.file},
                                            {"label", signer.label},
                                            {"needs", "reload"},
                                            {"sha256", signer.sha256},
                                            {"usage_from", format_rfc3339(signer.certificate.usage_from())},
                                            {"usage_to", until}})
                    .c_str());
  } else {
    std::printf(
        "%s: certificate in %s, the key may sign from %s to %s\n"
        "next: two people must sign a reload whose manifest names\n  \"%s\": \"%s\"\n"
        "until then the daemon does not use it\n",
        signer.label.c_str(), (options.place.folder / signer.file).c_str(),
        format_rfc3339(signer.certificate.usage_from()).c_str(), until.c_str(), signer.file.c_str(),
        signer.sha256.c_str());
  }
  return kExitYes;
}

struct InitOptions {
  std::filesystem::path folder;
  std::string curve = "P-256";
  std::string parameters = "named";
  int signers = 1;
};

Status init(const CommandContext& context, const InitOptions& options) {
  keys::TestKeyOptions wanted;
  wanted.templates = context.templates;
  TRY(wanted.signer_curve, curve_of(options.curve));
  wanted.curve_parameters = parameters_of(options.parameters);
  wanted.signers = options.signers;
  return keys::init_test_keys(options.folder, wanted);
}

int run_init(const CommandContext& context, const InitOptions& options) {
  if (const auto made = init(context, options); !made) return report_error(context, made.error());
  if (!context.json) std::printf("test keys in %s: never for real cards\n", options.folder.c_str());
  return kExitYes;
}

void add_init(CLI::App& keys, CommandContext& context) {
  auto* verb = keys.add_subcommand("init", "Make the keys of a bench");
  auto options = std::make_shared<InitOptions>();
  verb->add_option("--test", options->folder, "Folder for throw-away keys; must not have any yet")
      ->required();
  verb->add_option("--signer-curve", options->curve, "P-256, P-384 or brainpoolP256r1")
      ->capture_default_str();
  verb->add_option("--curve-parameters", options->parameters, "How certificates write the curve")
      ->check(CLI::IsMember({"named", "explicit"}))
      ->capture_default_str();
  verb->add_option("--signers", options->signers, "Successive document signers of a country")
      ->check(CLI::Range(1, keys::kTestSignersMax))
      ->capture_default_str();
  verb->callback(
      [&context, options] { context.run = [&context, options] { return run_init(context, *options); }; });
}

void add_request(CLI::App& keys, CommandContext& context) {
  auto* verb =
      keys.add_subcommand("request", "Make a document signer's key in the token, and a request for the CSCA");
  auto options = std::make_shared<RequestOptions>();
  crypto::SigningRequest& request = options->signer.request;
  add_place_options(*verb, options->place);
  verb->add_option("--country", request.country, "Two letters, as in certificates")->required();
  verb->add_option("--icao-code", request.icao_code, "As in the MRZ")->required();
  verb->add_option("--mail", request.contact_mail, "Contact in the certificate")->required();
  verb->add_option("--organization", request.organization, "Organization in the subject");
  verb->add_option("--common-name", request.common_name, "Name in the subject");
  verb->add_option("--document-type", request.document_types, "As in the MRZ; I and ID when none is given");
  verb->add_option("--label", options->signer.label, "ds-XXX or ds-XXX-N; the next free one when not given");
  verb->add_option("--curve", options->curve, "P-256, P-384 or brainpoolP256r1")->capture_default_str();
  verb->add_option("--curve-parameters", options->parameters, "How the request writes the curve")
      ->check(CLI::IsMember({"named", "explicit"}))
      ->capture_default_str();
  verb->add_option("--usage-from", options->usage_from,
                   "First day of the key, YYYY-MM-DD; tomorrow when not given");
  verb->add_option("--usage-days", options->usage_days, "Days that the key signs")
      ->check(CLI::Range(1, kUsageDaysMax))
      ->capture_default_str();
  verb->add_flag("--existing-key", options->existing_key,
                 "Write the request of a key that is there once more");
  verb->add_option("--out", options->out,
                   "File for the request; LABEL.csr.pem in the key folder when not given");
  verb->callback(
      [&context, options] { context.run = [&context, options] { return run_request(context, *options); }; });
}

void add_import(CLI::App& keys, CommandContext& context) {
  auto* verb = keys.add_subcommand("import", "Take the CSCA's certificate of a document signer");
  auto options = std::make_shared<ImportOptions>();
  add_place_options(*verb, options->place);
  verb->add_option("CERTIFICATE", options->certificate, "PEM file of the authority's answer")->required();
  verb->add_option("--label", options->label, "Of the key; found by the key itself when not given");
  verb->callback(
      [&context, options] { context.run = [&context, options] { return run_import(context, *options); }; });
}

}  // namespace

void add_keys(CLI::App& app, CommandContext& context) {
  auto* keys = app.add_subcommand("keys", "Key ceremonies");
  keys->require_subcommand(1);
  add_init(*keys, context);
  add_request(*keys, context);
  add_import(*keys, context);
}

}  // namespace imprimatur::app
