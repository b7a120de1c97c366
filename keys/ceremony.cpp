#include "keys/ceremony.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "audit/note.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "crypto/certificate.hpp"
#include "crypto/jws.hpp"
#include "devices/pkcs11/token_admin.hpp"

namespace imprimatur::keys {
namespace {

namespace fs = std::filesystem;

// ICAO 9303-12 section 7: private key usage and certificate life.
constexpr std::chrono::days kCscaUse{3 * 365};
constexpr std::chrono::days kSignerUse{90};
// The longest that a card of the products lives: a citizen card is valid to the age of 25, 40 or 60.
constexpr std::chrono::days kDocumentLife{22 * 365 + 6};  // leap days too
constexpr std::chrono::days kSignerLife = kSignerUse + kDocumentLife;
constexpr std::chrono::days kCscaLife = kCscaUse + kSignerLife;
constexpr std::chrono::days kPeopleValid{365};
constexpr std::chrono::hours kBackdated{1};       // so that clocks a little apart agree
constexpr std::size_t kStatementBytesMax = 2048;  // of a statement's payload (FORMAT.md)
constexpr std::size_t kSerialBytes = 16;
constexpr std::size_t kPinBytes = 16;
constexpr std::size_t kTransportMasterBytes = 16;

constexpr WriteOptions kSecretFile{.mode = 0600};

struct Person {
  std::string name;  // pseudonym
  std::vector<std::string> roles;
  std::vector<crypto::KeyType> keys;
};

// Fictional. The first has two keys, so that counting people and counting keys differ.
const std::vector<Person>& people() {
  static const std::vector<Person> all{
      {"person-1", {"approver", "supervisor"}, {crypto::KeyType::ec_p256, crypto::KeyType::ed25519}},
      {"person-2", {"approver", "supervisor"}, {crypto::KeyType::ec_p256}},
      {"person-3", {"approver", "auditor"}, {crypto::KeyType::ed25519}},
  };
  return all;
}

struct PersonKey {
  std::string kid;
  std::string person;
  crypto::PrivateKey key;
};

std::string sha256_hex(std::string_view text) {
  return to_hex_lower(crypto::sha256(bytes_of(text)));
}

class Ceremony {
 public:
  Ceremony(fs::path folder, const TestKeyOptions& options)
      : folder_(std::move(folder)), options_(options), begin_(clock_.now() - kBackdated) {}

  Status run() {
    TRY_STATUS(prepare());
    TRY_STATUS(make_token());
    TRY_STATUS(make_station_keys());
    TRY_STATUS(make_certificates());
    TRY_STATUS(make_people());
    return make_manifest();
  }

 private:
  Status prepare();
  Status make_token();
  Status make_station_keys();
  Status make_certificates();
  Status make_country(const TestCountry& country, std::string& anchors);
  struct Authority {
    const crypto::Certificate& certificate;
    const crypto::PrivateKey& key;
    const crypto::Signer& signer;
  };
  Status make_signer(const TestCountry& country, int number, const Authority& csca);
  Status make_people();
  Status make_manifest();
  Result<std::set<std::string>> template_names() const;
  Result<json::object> manifest_files() const;
  crypto::CertificateRequest request(const TestCountry& country, crypto::CertificateRole role,
                                     int number = 1);

  fs::path folder_;
  const TestKeyOptions& options_;
  SystemClock clock_;
  SystemRandom random_;
  WallTime begin_;
  std::unique_ptr<devices::TokenAdmin> token_;
  std::vector<PersonKey> person_keys_;
};

Status Ceremony::prepare() {
  if (options_.signers < 1 || options_.signers > kTestSignersMax) {
    return fail("keys.signers",
                "a country has 1 to " + std::to_string(kTestSignersMax) + " document signers");
  }
  if (fs::exists(folder_ / "token") || fs::exists(folder_ / "policy.json")) {
    return fail("keys.exist", "the folder has keys already", folder_.string(),
                "Choose another folder; keys are never made over others.");
  }
  for (const char* part : {"token", "trust", "people", "bench"}) {
    TRY_STATUS(make_folders(folder_ / part));
  }
  for (const char* part : {"token", "people", "bench"}) {
    if (::chmod((folder_ / part).c_str(), 0700) != 0) {
      return fail("file.write", "cannot set the rights of the folder", (folder_ / part).string());
    }
  }
  return write_file(folder_ / kTestKeysMarker,
                    bytes_of("Throw-away keys of a bench. Nothing made with them is real.\n"));
}

Status Ceremony::make_token() {
  const fs::path configuration = folder_ / "softhsm2.conf";
  const std::string text = "directories.tokendir = " + fs::absolute(folder_ / "token").string() +
                           "\nobjectstore.backend = file\nlog.level = ERROR\n";
  TRY_STATUS(write_file(configuration, bytes_of(text)));
  ::setenv("SOFTHSM2_CONF", fs::absolute(configuration).c_str(), 1);
  const std::string pin = to_hex_lower(random_.bytes(kPinBytes));
  TRY_STATUS(write_file(folder_ / "pin", bytes_of(pin + "\n"), kSecretFile));
  const std::string so_pin = to_hex_lower(random_.bytes(kPinBytes));  // of nobody: not kept
  const devices::TokenAdmin::NewToken token{options_.module, kTestTokenLabel, Secret::copy_of(bytes_of(pin)),
                                            Secret::copy_of(bytes_of(so_pin))};
  TRY(token_, devices::TokenAdmin::create(token));
  return ok();
}

Status Ceremony::make_station_keys() {
  TRY_STATUS(token_->make_card_master("card-master"));
  // The chip maker's key: the bench plays the maker and has its copy.
  const Secret transport(random_.bytes(kTransportMasterBytes));
  TRY_STATUS(token_->import_card_master("transport-master", transport));
  TRY_STATUS(write_file(folder_ / "bench" / "transport-master.hex",
                        bytes_of(to_hex(transport.reveal()) + "\n"), kSecretFile));
  TRY_STATUS(token_->make_hmac_key("holder-hmac"));
  TRY_STATUS(token_->make_signing_pair("log", crypto::KeyType::ed25519));
  TRY(auto log_key, token_->public_key("log"));
  TRY(auto note_key, audit::make_note_key(options_.log_origin, log_key));
  return write_file(folder_ / "trust" / "log.vkey", bytes_of(note_key.vkey() + "\n"));
}

// The name of the signer's key and file, or of a successor's.
std::string signer_label(const TestCountry& country, int number) {
  return "ds-" + country.icao_code + (number > 1 ? "-" + std::to_string(number) : "");
}

crypto::CertificateRequest Ceremony::request(const TestCountry& country, crypto::CertificateRole role,
                                             int number) {
  const bool csca = role == crypto::CertificateRole::csca;
  crypto::CertificateRequest request;
  request.role = role;
  request.country = country.country;
  request.icao_code = country.icao_code;
  request.organization = "Imprimatur test bench";
  request.common_name = (csca ? "SPECIMEN CSCA " : "SPECIMEN document signer ") + country.icao_code +
                        (number > 1 ? " " + std::to_string(number) : "");
  request.contact_mail = "specimen@imprimatur.example";
  request.crl_uri = "http://imprimatur.example/specimen-" + country.icao_code + ".crl";
  if (!csca) request.document_types = {"I", "ID"};
  request.serial = random_.bytes(kSerialBytes);
  request.serial[0] =
      static_cast<std::uint8_t>((request.serial[0] & 0x3F) | 0x40);  // positive, no leading zero
  request.parameters = options_.curve_parameters;
  request.not_before = begin_ + (number - 1) * kSignerUse;
  request.usage_to = request.not_before + (csca ? kCscaUse : kSignerUse);
  request.not_after = request.not_before + (csca ? kCscaLife : kSignerLife);
  return request;
}

Status Ceremony::make_country(const TestCountry& country, std::string& anchors) {
  // The CSCA's private key lives in this function only: it signs itself and its document signers, then it is
  // gone.
  TRY(auto csca_key, crypto::PrivateKey::generate(options_.signer_curve));
  const auto hash = crypto::signature_hash(options_.signer_curve);
  const crypto::Signer csca_signs = [&csca_key, hash](ByteView message) -> Result<Bytes> {
    return csca_key.sign(hash, crypto::SignatureForm::raw, message);
  };
  TRY(auto csca,
      crypto::issue_certificate(request(country, crypto::CertificateRole::csca), csca_key.public_key(),
                                nullptr, csca_key.public_key(), csca_signs));
  anchors += csca.pem();
  for (int number = 1; number <= options_.signers; ++number) {
    TRY_STATUS(make_signer(country, number, {csca, csca_key, csca_signs}));
  }
  return ok();
}

Status Ceremony::make_signer(const TestCountry& country, int number, const Authority& csca) {
  const std::string label = signer_label(country, number);
  TRY_STATUS(token_->make_signing_pair(label, options_.signer_curve));
  TRY(auto signer_key, token_->public_key(label));
  TRY(auto signer,
      crypto::issue_certificate(request(country, crypto::CertificateRole::document_signer, number),
                                signer_key, &csca.certificate, csca.key.public_key(), csca.signer));
  return write_file(folder_ / (label + ".pem"), bytes_of(signer.pem()));
}

Status Ceremony::make_certificates() {
  std::string anchors;
  for (const TestCountry& country : options_.countries) {
    TRY_STATUS(make_country(country, anchors));
  }
  return write_file(folder_ / "trust" / "csca.pem", bytes_of(anchors));
}

Status Ceremony::make_people() {
  json::array keys;
  for (const Person& person : people()) {
    int number = 0;
    for (const crypto::KeyType type : person.keys) {
      TRY(auto key, crypto::PrivateKey::generate(type));
      const crypto::PublicKey public_key = key.public_key();
      const std::string kid = public_key.thumbprint();
      json::array roles;
      for (const auto& role : person.roles) roles.emplace_back(role);
      keys.push_back(json::object{{"alg", type == crypto::KeyType::ed25519 ? "EdDSA" : "ES256"},
                                  {"jwk", public_key.jwk()},
                                  {"kid", kid},
                                  {"person", person.name},
                                  {"revoked", false},
                                  {"roles", std::move(roles)},
                                  {"valid_from", format_rfc3339(begin_)},
                                  {"valid_to", format_rfc3339(begin_ + kPeopleValid)}});
      const std::string file = person.name + (++number > 1 ? "-" + std::to_string(number) : "") + ".pem";
      const Secret pem = key.to_pkcs8_pem();
      TRY_STATUS(write_file(folder_ / "people" / file, pem.reveal(), kSecretFile));
      person_keys_.push_back({kid, person.name, std::move(key)});
    }
  }
  json::object statements;
  statements["approve"] = json::object{{"people", 2}, {"role", "approver"}};
  for (const char* kind : {"destroy", "recall", "reload", "resolve", "write_off"}) {
    statements[kind] = json::object{{"people", 2}, {"role", "supervisor"}};
  }
  const json::object policy{{"keys", std::move(keys)}, {"statements", std::move(statements)}, {"version", 1}};
  return write_file(folder_ / "policy.json", bytes_of(pretty_json(policy)));
}

// The products, the profiles and faces that they name, and the fonts. Not every template that is there: a
// statement has little room.
Result<std::set<std::string>> Ceremony::template_names() const {
  std::set<std::string> names;
  for (const char* room : {"products", "fonts"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(options_.templates / room, error)) {
      const std::string file = entry.path().filename().string();
      if (file.ends_with(".json") && !file.ends_with(".schema.json"))
        names.insert(std::string(room) + "/" + file);
    }
    if (error) {
      return fail("file.open", "cannot read the folder: " + error.message(),
                  (options_.templates / room).string());
    }
  }
  const std::set<std::string> found = names;
  for (const std::string& name : found) {
    if (!name.starts_with("products/")) continue;
    TRY(auto text, read_text_file(options_.templates / name));
    TRY(auto product, parse_json_object(text));
    TRY(auto profile, member_text(product, "chip_profile"));
    TRY(auto face, member_text(product, "face_template"));
    names.insert("chips/" + profile + ".json");
    names.insert("faces/" + face + ".json");
  }
  return names;
}

// Name → SHA-256 of everything that the daemon loads: policy, trust anchors, signers, and the templates'
// data.
Result<json::object> Ceremony::manifest_files() const {
  json::object files;
  std::vector<std::string> names{"policy.json", "trust/csca.pem"};
  for (const TestCountry& country : options_.countries) {
    for (int number = 1; number <= options_.signers; ++number) {
      names.push_back(signer_label(country, number) + ".pem");
    }
  }
  for (const std::string& name : names) {
    TRY(auto text, read_text_file(folder_ / name));
    files[name] = sha256_hex(text);
  }
  TRY(const auto templates, template_names());
  for (const std::string& name : templates) {
    TRY(auto text, read_text_file(options_.templates / name));
    files["templates/" + name] = sha256_hex(text);
  }
  return files;
}

Status Ceremony::make_manifest() {
  TRY(auto files, manifest_files());
  const json::object payload{{"about", "configuration"},
                             {"files", std::move(files)},
                             {"id", make_uuid(random_)},
                             {"not_after", format_rfc3339(begin_ + kPeopleValid)},
                             {"reason", "first load of a test bench"},
                             {"statement", "reload"}};
  const std::string text = canonical_json(payload);
  if (text.size() > kStatementBytesMax) {
    return fail("keys.manifest", "the manifest names more files than a statement has room for", {},
                "make fewer signers, or leave fewer products in the folder of templates");
  }
  // Two different people who are supervisors.
  std::vector<crypto::JwsSigner> signers;
  for (const char* person : {"person-1", "person-2"}) {
    const auto found = std::find_if(person_keys_.begin(), person_keys_.end(),
                                    [person](const PersonKey& key) { return key.person == person; });
    signers.push_back({found->kid, &found->key});
  }
  const json::object jws = crypto::sign_jws(text, signers);
  return write_file(folder_ / "manifest.jws.json", bytes_of(pretty_json(jws)));
}

}  // namespace

Status init_test_keys(const fs::path& folder, const TestKeyOptions& options) {
  return Ceremony(folder, options).run();
}

}  // namespace imprimatur::keys
