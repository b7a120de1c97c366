#include "keys/ceremony.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "audit/note.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/cms.hpp"
#include "devices/pkcs11/pkcs11_vault.hpp"
#include "job/policy.hpp"
#include "job/statement.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::keys {
namespace {

namespace fs = std::filesystem;
using test_support::run_command;

// One ceremony serves all tests: it makes a token, which takes a second.
class Ceremony : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    parent_ = std::make_unique<test_support::TemporaryFolder>();
    options_.templates = *parent_ / "templates";
    for (const char* room : {"products", "chips", "faces", "fonts"}) {
      ASSERT_TRUE(make_folders(options_.templates / room));
      ASSERT_TRUE(
          write_file(options_.templates / room / "sample.json",
                     bytes_of(std::string(R"({"chip_profile":"sample","face_template":"sample","of":")") +
                              room + "\"}")));
      ASSERT_TRUE(write_file(options_.templates / room / "room.schema.json", bytes_of(std::string("{}"))));
    }
    const auto made = init_test_keys(*parent_ / "keys", options_);
    ASSERT_TRUE(made) << made.error().code << ": " << made.error().message;
  }
  static void TearDownTestSuite() { parent_.reset(); }

  static fs::path file(const std::string& name) { return *parent_ / "keys" / name; }
  static std::string text(const std::string& name) { return read_text_file(file(name)).value(); }
  static job::Policy policy() { return job::parse_policy(text("policy.json")).value(); }
  static unsigned mode(const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777U;
  }
  static std::unique_ptr<devices::Pkcs11Vault> open_vault() {
    std::string pin = text("pin");
    pin.erase(pin.find_last_not_of('\n') + 1);
    auto vault = devices::Pkcs11Vault::open(
        {.module = options_.module, .token_label = kTestTokenLabel, .pin = Secret::copy_of(bytes_of(pin))});
    EXPECT_TRUE(vault) << vault.error().message;
    return std::move(vault.value());
  }

  static inline std::unique_ptr<test_support::TemporaryFolder> parent_;
  static inline TestKeyOptions options_;
};

TEST_F(Ceremony, MarksItsKeysAsTestKeys) {
  EXPECT_TRUE(fs::exists(file(kTestKeysMarker)));
  EXPECT_STREQ(kTestKeysMarker, "TEST-KEYS-NEVER-FOR-REAL-CARDS");
  const auto anchors = crypto::Certificate::from_pem_bundle(text("trust/csca.pem")).value();
  for (const auto& anchor : anchors) EXPECT_NE(anchor.subject().find("SPECIMEN"), std::string::npos);
}

TEST_F(Ceremony, MakesSignersThatTheOpensslToolVerifies) {
  const auto anchors = crypto::Certificate::from_pem_bundle(text("trust/csca.pem")).value();
  ASSERT_EQ(anchors.size(), 2U);
  for (const char* name : {"ds-VNM.pem", "ds-UTO.pem"}) {
    const auto result = run_command("cd " + file("").string() +
                                    " && openssl verify -x509_strict -CAfile trust/csca.pem " + name);
    EXPECT_EQ(result.output, std::string(name) + ": OK\n");
    const auto signer = crypto::Certificate::from_pem(text(name)).value();
    EXPECT_TRUE(crypto::verify_chain(signer, anchors, SystemClock().now()));
  }
}

// lds.md section 6, the columns of both certificates.
TEST_F(Ceremony, GivesCertificatesTheExtensionsOfTheProfile) {
  const auto shown = [](const fs::path& path) {
    return run_command("openssl x509 -noout -text -in " + path.string()).output;
  };
  const std::string csca = shown(file("trust/csca.pem"));  // the first of the bundle
  for (const char* wanted : {"Version: 3", "C = VN", "Key Usage: critical", "Certificate Sign, CRL Sign",
                             "Basic Constraints: critical", "CA:TRUE, pathlen:0", "Subject Key Identifier",
                             "Private Key Usage Period", "DirName:", "VNM", "Issuer Alternative Name",
                             "CRL Distribution Points"}) {
    EXPECT_NE(csca.find(wanted), std::string::npos) << wanted << "\n" << csca;
  }
  EXPECT_EQ(csca.find("2.23.136.1.1.6.2"), std::string::npos);
  for (const char* forbidden : {"Extended Key Usage", "Name Constraints", "Policy"}) {
    EXPECT_EQ(csca.find(forbidden), std::string::npos) << forbidden;
  }
  for (const auto& [name, country, code] :
       {std::tuple{"ds-VNM.pem", "VN", "VNM"}, std::tuple{"ds-UTO.pem", "UT", "UTO"}}) {
    const std::string text_form = shown(file(name));
    for (const char* wanted : {"Digital Signature", "Authority Key Identifier", "Private Key Usage Period",
                               "Subject Alternative Name", "Issuer Alternative Name",
                               "CRL Distribution Points", "2.23.136.1.1.6.2"}) {
      EXPECT_NE(text_form.find(wanted), std::string::npos) << wanted << "\n" << text_form;
    }
    EXPECT_EQ(text_form.find("Basic Constraints"), std::string::npos);
    const auto signer = crypto::Certificate::from_pem(text(name)).value();
    EXPECT_EQ(signer.country(), country);
    EXPECT_EQ(signer.locality_code(), code);
    EXPECT_EQ(signer.document_types(), (std::vector<std::string>{"I", "ID"}));
    EXPECT_LE(signer.usage_to() - signer.usage_from(), std::chrono::days(93));   // up to three months
    EXPECT_GE(signer.not_after() - signer.usage_to(), std::chrono::days(3653));  // ten years, leap days too
  }
}

TEST_F(Ceremony, PutsEveryStationKeyIntoTheToken) {
  const auto vault = open_vault();
  for (const char* label : {"card-master", "transport-master", "ds-VNM", "ds-UTO", "holder-hmac", "log"}) {
    EXPECT_TRUE(vault->has_key(label).value()) << label;
  }
  for (const char* code : {"VNM", "UTO"}) {
    const std::string label = std::string("ds-") + code;
    const auto certificate = crypto::Certificate::from_pem(text(label + ".pem")).value();
    EXPECT_EQ(vault->public_key(label).value().spki_der(), certificate.public_key().spki_der());
    const auto sod = crypto::build_signed_data("2.23.136.1.1.1", bytes_of("content"), certificate,
                                               [&](ByteView message) -> Result<Bytes> {
                                                 return vault->sign_digest(label, crypto::sha256(message));
                                               });
    EXPECT_TRUE(sod) << sod.error().message;
  }
  EXPECT_EQ(vault->derive_card_keys("card-master", Bytes(10)).value().enc.size(), 16U);
}

// The scheme kdf3 (virtual-card.md) by the openssl tool from the bench's copy.
TEST_F(Ceremony, GivesTheBenchTheTokensTransportMaster) {
  std::string master = text("bench/transport-master.hex");
  master.erase(master.find_last_not_of('\n') + 1);
  ASSERT_EQ(from_hex(master).value().size(), 16U);
  const auto keys = open_vault()->derive_card_keys("transport-master", hex("00010203040506070809")).value();
  ASSERT_TRUE(write_file(*parent_ / "block", hex("01000000010000010203040506070809")));
  const auto mac = run_command("openssl mac -cipher AES-128-CBC -macopt hexkey:" + master + " -in " +
                               (*parent_ / "block").string() + " CMAC");
  EXPECT_EQ(mac.output, to_hex(keys.enc.reveal()) + "\n");
}

TEST_F(Ceremony, WritesTheVerifierKeyOfTheTokensLogKey) {
  std::string vkey = text("trust/log.vkey");
  ASSERT_TRUE(vkey.ends_with('\n'));
  vkey.pop_back();
  const auto key = audit::parse_vkey(vkey).value();
  EXPECT_EQ(key.name, "imprimatur.example/test-log");
  EXPECT_EQ(key.public_key, open_vault()->public_key("log").value().ed25519_raw());
}

TEST_F(Ceremony, GivesOnePersonTwoKeysAndEveryDecisionTwoPeople) {
  const auto loaded = policy();
  std::map<std::string, int> keys_of;
  for (const auto& [kid, key] : loaded.keys) {
    EXPECT_EQ(kid, key.key.thumbprint());
    ++keys_of[key.person];
  }
  EXPECT_EQ(keys_of.size(), 3U);
  EXPECT_EQ(loaded.keys.size(), 4U);
  for (const char* kind : {"approve", "resolve", "destroy", "write_off", "recall", "reload"}) {
    ASSERT_TRUE(loaded.requirements.contains(kind)) << kind;
    const auto& requirement = loaded.requirements.at(kind);
    EXPECT_EQ(requirement.people, 2);
    std::set<std::string> able;
    for (const auto& [kid, key] : loaded.keys) {
      if (key.roles.contains(requirement.role)) able.insert(key.person);
    }
    EXPECT_GE(able.size(), 2U) << kind;
  }
}

TEST_F(Ceremony, KeepsThePrivateKeyOfEachKid) {
  std::set<std::string> kids;
  for (const auto& entry : fs::directory_iterator(file("people"))) {
    const auto pem = read_text_file(entry.path()).value();
    kids.insert(crypto::PrivateKey::from_pkcs8_pem(pem).value().public_key().thumbprint());
  }
  std::set<std::string> wanted;
  for (const auto& [kid, key] : policy().keys) wanted.insert(kid);
  EXPECT_EQ(kids, wanted);
}

TEST_F(Ceremony, SignsAManifestOfEveryLoadedFileByTwoPeople) {
  const auto jws = parse_json_object(text("manifest.jws.json")).value();
  const auto statement = job::verify_statement(jws, policy(), SystemClock().now());
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement.value().kind, "reload");
  EXPECT_EQ(statement.value().people.size(), 2U);
  const auto& files = statement.value().payload.at("files").as_object();
  EXPECT_EQ(files.size(), 8U);
  for (const auto& [name, hash] : files) {
    const std::string path(name);
    const fs::path at = path.starts_with("templates/") ? *parent_ / path : file(path);
    EXPECT_EQ(run_command("sha256sum <" + at.string()).output, std::string(hash.as_string()) + "  -\n")
        << path;
  }
}

TEST_F(Ceremony, HidesWhatIsSecret) {
  for (const auto& entry : fs::recursive_directory_iterator(file(""))) {
    const std::string name = fs::relative(entry.path(), file("")).string();
    const std::string first = name.substr(0, name.find('/'));
    const bool secret = first == "token" || first == "people" || first == "bench" || first == "pin";
    if (secret && !name.starts_with("token/")) {
      EXPECT_EQ(mode(entry.path()), entry.is_directory() ? 0700U : 0600U) << name;
    }
    if (secret || entry.is_directory() || name == "softhsm2.conf") continue;
    // No other file has a private key or the token's PIN.
    const std::string content = read_text_file(entry.path()).value();
    EXPECT_EQ(content.find("PRIVATE KEY"), std::string::npos) << name;
    EXPECT_EQ(content.find(text("pin").substr(0, 32)), std::string::npos) << name;
    EXPECT_EQ(content.find("\"d\""), std::string::npos) << name;
  }
}

TEST_F(Ceremony, RefusesAFolderThatHasKeys) {
  const std::string before = text("policy.json");
  const auto again = init_test_keys(file(""), options_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "keys.exist");
  EXPECT_FALSE(again.error().remedy.empty());
  EXPECT_EQ(text("policy.json"), before);
}

TEST_F(Ceremony, LeavesNoManifestWhenTheTemplatesAreMissing) {
  auto options = options_;
  options.templates = *parent_ / "nowhere";
  const auto made = init_test_keys(*parent_ / "other", options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "file.open");
  EXPECT_FALSE(fs::exists(*parent_ / "other" / "manifest.jws.json"));
  ::setenv("SOFTHSM2_CONF", file("softhsm2.conf").c_str(), 1);
}

TEST_F(Ceremony, MakesOtherKeysEachTime) {
  ASSERT_TRUE(init_test_keys(*parent_ / "second", options_));
  ::setenv("SOFTHSM2_CONF", file("softhsm2.conf").c_str(), 1);
  for (const char* name : {"pin", "policy.json", "trust/csca.pem", "trust/log.vkey", "ds-VNM.pem",
                           "bench/transport-master.hex"}) {
    EXPECT_NE(read_text_file(*parent_ / "second" / name).value(), text(name)) << name;
  }
}

// Other curves, explicit parameters, successors: a folder of its own for each kind.
struct OtherKind {
  const char* name;
  crypto::KeyType curve;
  crypto::CurveParameters parameters;
  const char* shown;  // by openssl x509 -text
};
class CeremonyOf : public ::testing::TestWithParam<OtherKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, CeremonyOf,
                         ::testing::Values(OtherKind{"p384", crypto::KeyType::ec_p384,
                                                     crypto::CurveParameters::named, "secp384r1"},
                                           OtherKind{"brainpool", crypto::KeyType::ec_brainpool_p256r1,
                                                     crypto::CurveParameters::explicit_,
                                                     "Field Type: prime-field"}),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(CeremonyOf, MakesSuccessiveSigners) {
  const test_support::TemporaryFolder parent;
  TestKeyOptions options;
  options.templates = parent / "templates";
  for (const char* room : {"products", "chips", "faces", "fonts"}) {
    ASSERT_TRUE(make_folders(options.templates / room));
  }
  options.countries = {{"UT", "UTO"}};
  options.signer_curve = GetParam().curve;
  options.curve_parameters = GetParam().parameters;
  options.signers = 3;
  const fs::path folder = parent / "keys";
  ASSERT_TRUE(init_test_keys(folder, options));
  const auto anchors =
      crypto::Certificate::from_pem_bundle(read_text_file(folder / "trust/csca.pem").value()).value();
  const std::string manifest = read_text_file(folder / "manifest.jws.json").value();
  const auto payload =
      from_base64url(std::string(parse_json_object(manifest).value().at("payload").as_string())).value();
  WallTime before{};
  for (const char* name : {"ds-UTO.pem", "ds-UTO-2.pem", "ds-UTO-3.pem"}) {
    const auto signer = crypto::Certificate::from_pem(read_text_file(folder / name).value()).value();
    EXPECT_EQ(signer.public_key().type(), GetParam().curve);
    EXPECT_TRUE(crypto::verify_chain(signer, anchors, signer.usage_to())) << name;
    EXPECT_TRUE(before == WallTime{} || signer.usage_from() == before)
        << "a time without a signer, or with two";
    before = signer.usage_to();
    const auto shown = run_command("openssl x509 -noout -text -in " + (folder / name).string()).output;
    EXPECT_NE(shown.find(GetParam().shown), std::string::npos) << shown;
    EXPECT_NE(text_of(payload).find("\"" + std::string(name) + "\""), std::string::npos) << "in the manifest";
  }
}

TEST(CeremonyLimits, RefusesMoreSignersThanTheAuthorityLives) {
  const test_support::TemporaryFolder parent;
  TestKeyOptions options;
  for (const int signers : {0, kTestSignersMax + 1}) {
    options.signers = signers;
    EXPECT_EQ(init_test_keys(parent / "keys", options).error().code, "keys.signers");
  }
  EXPECT_FALSE(fs::exists(parent / "keys"));
}

}  // namespace
}  // namespace imprimatur::keys
