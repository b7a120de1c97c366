// The whole way of a document signer: key in a SoftHSM token, request, an openssl CA as CSCA, import.
#include "keys/document_signers.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "crypto/cms.hpp"
#include "devices/pkcs11/pkcs11_vault.hpp"
#include "devices/pkcs11/token_admin.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::keys {
namespace {

namespace fs = std::filesystem;
using test_support::run_command;

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* kPin = "123456";

constexpr const char* kAuthority =
    "[req]\ndistinguished_name=dn\nx509_extensions=v3\nprompt=no\n"
    "[dn]\nC=UT\nO=Utopia Test Authority\nCN=SPECIMEN CSCA Utopia\n"
    "[v3]\nbasicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
    "subjectKeyIdentifier=hash\nsubjectAltName=@alt\n"
    "[alt]\nemail=csca@utopia.example\ndirName=place\n[place]\nL=UTO\n"
    // What the authority adds to a signer's certificate.
    "[signer]\nauthorityKeyIdentifier=keyid\nissuerAltName=issuer:copy\n"
    "crlDistributionPoints=URI:http://crl.utopia.example/UTO.crl\n"
    "[careless]\nbasicConstraints=CA:FALSE\n";

// One token and one authority serve all tests; each test has a key folder of its own.
class DocumentSigners : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = std::make_unique<test_support::TemporaryFolder>();
    ASSERT_TRUE(make_folders(*place_ / "token"));
    ASSERT_TRUE(write_file(*place_ / "softhsm2.conf",
                           bytes_of("directories.tokendir = " + (*place_ / "token").string() +
                                    "\nobjectstore.backend = file\nlog.level = ERROR\n")));
    ::setenv("SOFTHSM2_CONF", (*place_ / "softhsm2.conf").c_str(), 1);
    const auto token = devices::TokenAdmin::create({kModule, "station", Secret::copy_of(bytes_of(kPin)),
                                                    Secret::copy_of(bytes_of(std::string("654321")))});
    ASSERT_TRUE(token) << token.error().message;
    ASSERT_TRUE(write_file(*place_ / "ca.conf", bytes_of(std::string(kAuthority))));
    for (const char* name : {"csca", "other"}) make_authority(name);
  }
  static void TearDownTestSuite() { place_.reset(); }

  // The openssl tool's own key and certificate.
  static void make_authority(const std::string& name) {
    const auto made = shell("openssl ecparam -name secp384r1 -genkey -noout -out " + name +
                            ".key && openssl req -x509 -new -sha384 -days 5000 -config ca.conf -key " + name +
                            ".key -out " + name + ".pem");
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }

  void SetUp() override {
    keys_ = *place_ / make_uuid(random_);
    ASSERT_TRUE(make_folders(keys_ / "trust"));
    fs::copy_file(*place_ / "csca.pem", keys_ / "trust" / "csca.pem");
    // A code of each test's own, so that labels in the common token never meet.
    static int number = 0;
    ++number;
    code_ = std::string("U") + static_cast<char>('A' + number / 26) + static_cast<char>('A' + number % 26);
  }

  static test_support::CommandResult shell(const std::string& command) {
    return run_command("cd " + place_->path().string() + " && " + command);
  }
  static TokenAccess token() { return {kModule, "station", Secret::copy_of(bytes_of(kPin))}; }

  NewSigner wanted() const {
    NewSigner signer;
    signer.request.country = "UT";
    signer.request.icao_code = code_;
    signer.request.organization = "Utopia Test Authority";
    signer.request.common_name = "SPECIMEN DS " + code_;
    signer.request.contact_mail = "ds@utopia.example";
    signer.request.document_types = {"I", "ID"};
    signer.request.usage_from = now_ + std::chrono::hours(24);
    signer.request.usage_to = now_ + std::chrono::days(90);
    return signer;
  }

  // What the authority answers.
  std::string sign(const std::string& request, const std::string& authority = "csca",
                   const std::string& section = "signer", int days = 3800) {
    EXPECT_TRUE(write_file(*place_ / "request.pem", bytes_of(request)));
    const auto made =
        shell("openssl x509 -req -in request.pem -CA " + authority + ".pem -CAkey " + authority +
              ".key -copy_extensions copy -extfile ca.conf -extensions " + section + " -days " +
              std::to_string(days) + " -set_serial 0x0123456789 -sha384 -out answer.pem");
    EXPECT_EQ(made.exit_code, 0) << made.output;
    return read_text_file(*place_ / "answer.pem").value();
  }

  std::string import_code(const std::string& pem, const std::string& label = {}) {
    const auto imported = import_signer(keys_, token(), label, pem, now_);
    return imported ? "imported" : imported.error().code;
  }

  static inline std::unique_ptr<test_support::TemporaryFolder> place_;
  SystemRandom random_;
  WallTime now_ = SystemClock().now();
  fs::path keys_;
  std::string code_;
};

TEST_F(DocumentSigners, RequestsAreWhatOpensslReadsAndVerifies) {
  const auto made = request_signer(keys_, token(), wanted());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made.value().label, "ds-" + code_);
  ASSERT_TRUE(write_file(*place_ / "request.pem", bytes_of(made.value().pem)));
  const auto shown = shell("openssl req -in request.pem -noout -verify -text");
  EXPECT_EQ(shown.exit_code, 0) << shown.output;
  for (const std::string& part :
       {std::string("verify OK"),
        std::string("Subject: C = UT, O = Utopia Test Authority, CN = SPECIMEN DS ") + code_,
        std::string("NIST CURVE: P-256"), std::string("X509v3 Key Usage: critical"),
        std::string("Digital Signature"), std::string("email:ds@utopia.example"), "DirName:/L=" + code_,
        std::string("Private Key Usage Period"), std::string("2.23.136.1.1.6.2")}) {
    EXPECT_NE(shown.output.find(part), std::string::npos) << part << "\n" << shown.output;
  }
}

TEST_F(DocumentSigners, SignDocumentsAfterTheAuthoritysAnswer) {
  for (const auto& [curve, parameters] :
       {std::pair{crypto::KeyType::ec_p256, crypto::CurveParameters::named},
        std::pair{crypto::KeyType::ec_p384, crypto::CurveParameters::named},
        std::pair{crypto::KeyType::ec_brainpool_p256r1, crypto::CurveParameters::named},
        std::pair{crypto::KeyType::ec_p384, crypto::CurveParameters::explicit_}}) {
    NewSigner signer = wanted();
    signer.curve = curve;
    signer.request.parameters = parameters;
    const auto made = request_signer(keys_, token(), signer);
    ASSERT_TRUE(made) << made.error().message;
    const auto imported = import_signer(keys_, token(), "", sign(made.value().pem), now_);
    ASSERT_TRUE(imported) << imported.error().code << ": " << imported.error().message;
    const std::string label = made.value().label;
    EXPECT_EQ(imported.value().label, label);
    EXPECT_EQ(imported.value().file, label + ".pem");
    const std::string text = read_text_file(keys_ / (label + ".pem")).value();
    EXPECT_EQ(imported.value().sha256, to_hex_lower(crypto::sha256(bytes_of(text))));

    auto vault = devices::Pkcs11Vault::open({kModule, "station", Secret::copy_of(bytes_of(kPin))});
    ASSERT_TRUE(vault);
    const auto certificate = crypto::Certificate::from_pem(text).value();
    const auto hash = crypto::signature_hash(certificate.public_key().type());
    const auto sod = crypto::build_signed_data(
        "2.23.136.1.1.1", bytes_of("content"), certificate, [&](ByteView message) -> Result<Bytes> {
          return vault.value()->sign_digest(label, crypto::digest(hash, message));
        });
    ASSERT_TRUE(sod) << sod.error().message;
    ASSERT_TRUE(write_file(*place_ / "sod.der", sod.value()));
    const bool named = parameters == crypto::CurveParameters::named;
    const auto verified = shell("openssl cms -verify -binary -inform DER -in sod.der " +
                                std::string(named ? "-purpose any -CAfile csca.pem" : "-noverify"));
    EXPECT_EQ(verified.exit_code, 0) << verified.output;
  }
  // Four requests of one issuer: the first and three successors.
  for (const char* end : {"", "-2", "-3", "-4"})
    EXPECT_TRUE(fs::exists(keys_ / ("ds-" + code_ + end + ".pem")));
}

TEST_F(DocumentSigners, NeverMakesAKeyOverAnother) {
  NewSigner signer = wanted();
  signer.label = "ds-" + code_;
  const auto first = request_signer(keys_, token(), signer);
  ASSERT_TRUE(first);
  EXPECT_EQ(request_signer(keys_, token(), signer).error().code, "keys.exist");
  // The request was lost: once more, for the same key.
  signer.origin = KeyOrigin::existing;
  const auto again = request_signer(keys_, token(), signer);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(import_code(sign(again.value().pem)), "imported");
  EXPECT_EQ(import_code(sign(first.value().pem)), "keys.exist");  // another certificate of the same key
  signer.label = "";
  EXPECT_EQ(request_signer(keys_, token(), signer).error().code, "keys.label");
}

TEST_F(DocumentSigners, ImportingTheSameAnswerTwiceChangesNothing) {
  const auto made = request_signer(keys_, token(), wanted()).value();
  const std::string answer = sign(made.pem);
  EXPECT_EQ(import_code(answer), "imported");
  EXPECT_EQ(import_code(answer), "imported");
}

TEST_F(DocumentSigners, RefusesLabelsOfAnotherForm) {
  NewSigner signer = wanted();
  for (const std::string& label :
       {"ds-" + code_ + "-1", "ds-" + code_ + "-100", "ds-XXX" + code_, std::string("log")}) {
    signer.label = label;
    EXPECT_EQ(request_signer(keys_, token(), signer).error().code, "keys.label") << label;
  }
}

TEST_F(DocumentSigners, ChecksTheRequestBeforeTheKeyIsMade) {
  NewSigner signer = wanted();
  signer.label = "ds-" + code_;
  signer.request.contact_mail = "";
  const auto refused = request_signer(keys_, token(), signer);
  EXPECT_EQ(refused.error().code, "crypto.certificate_request");
  EXPECT_EQ(refused.error().field, "contact_mail");
  signer = wanted();
  signer.label = "ds-" + code_;
  signer.request.common_name = std::string(65, 'N');  // RFC 5280: at most 64
  EXPECT_EQ(request_signer(keys_, token(), signer).error().field, "common_name");
  signer = wanted();
  signer.label = "ds-" + code_;
  EXPECT_TRUE(request_signer(keys_, token(), signer)) << "no key may have been left";
}

TEST_F(DocumentSigners, RefusesAnAnswerForAnotherKey) {
  const auto made = request_signer(keys_, token(), wanted()).value();
  NewSigner next = wanted();
  const auto other = request_signer(keys_, token(), next).value();
  EXPECT_EQ(other.label, "ds-" + code_ + "-2");
  EXPECT_EQ(import_code(sign(other.pem), made.label), "keys.mismatch");
  EXPECT_EQ(import_code(sign(other.pem)), "keys.gap");  // the first has no certificate yet
  EXPECT_EQ(import_code(sign(made.pem), "ds-XXX"), "keys.label");
  EXPECT_FALSE(fs::exists(keys_ / (made.label + ".pem")));
  // A key that never was in this token.
  ASSERT_EQ(shell("openssl ecparam -name prime256v1 -genkey -noout -out soft.key").exit_code, 0);
  ASSERT_TRUE(
      write_file(*place_ / "soft.conf",
                 bytes_of("[req]\ndistinguished_name=dn\nprompt=no\nreq_extensions=e\n[dn]\nC=UT\nCN=DS\n"
                          "[e]\nsubjectAltName=dirName:p\n[p]\nL=" +
                          code_ + "\n")));
  ASSERT_EQ(shell("openssl req -new -key soft.key -config soft.conf -out soft.pem").exit_code, 0);
  EXPECT_EQ(import_code(sign(read_text_file(*place_ / "soft.pem").value())), "keys.mismatch");
}

TEST_F(DocumentSigners, RefusesAnAnswerOfAnotherAuthority) {
  const auto made = request_signer(keys_, token(), wanted()).value();
  const std::string code = import_code(sign(made.pem, "other"));
  EXPECT_TRUE(code == "crypto.chain_signature" || code == "crypto.chain_unknown_issuer") << code;
}

TEST_F(DocumentSigners, RefusesACarelessCertificate) {
  const auto made = request_signer(keys_, token(), wanted()).value();
  const auto refused = import_signer(keys_, token(), "", sign(made.pem, "csca", "careless"), now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "keys.profile");
  for (const char* missing : {"issuer's alternative name", "distribution points", "basic constraints"}) {
    EXPECT_NE(refused.error().message.find(missing), std::string::npos) << refused.error().message;
  }
}

TEST_F(DocumentSigners, RefusesDatesThatMakeNoSense) {
  const auto made = request_signer(keys_, token(), wanted()).value();
  EXPECT_EQ(import_code(sign(made.pem, "csca", "signer", 30)), "keys.dates");  // ends before its key
  NewSigner early = wanted();
  early.label = made.label;
  early.origin = KeyOrigin::existing;
  early.request.usage_from = now_ - std::chrono::days(2);  // the certificate begins today
  EXPECT_EQ(import_code(sign(request_signer(keys_, token(), early).value().pem)), "keys.dates");
  const std::string answer = sign(made.pem);
  const auto spent = import_signer(keys_, token(), "", answer, now_ + std::chrono::days(91));
  EXPECT_EQ(spent.error().code, "keys.dates");
  EXPECT_EQ(import_code("no certificate"), "crypto.certificate");
  EXPECT_EQ(import_code(answer), "imported");
}

}  // namespace
}  // namespace imprimatur::keys
