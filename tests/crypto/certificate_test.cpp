#include "crypto/certificate.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::crypto {
namespace {

using test_support::run_command;
using test_support::TemporaryFolder;

WallTime at(std::string_view text) {
  return parse_rfc3339(text).value();
}

Signer signer_of(const PrivateKey& key) {
  return [&key](ByteView message) -> Result<Bytes> {
    const auto hash =
        key.public_key().type() == KeyType::ec_p384 ? HashAlgorithm::sha384 : HashAlgorithm::sha256;
    return key.sign(hash, SignatureForm::raw, message);
  };
}

CertificateRequest csca_request() {
  return {.role = CertificateRole::csca,
          .country = "UT",
          .icao_code = "UTO",
          .organization = "Utopia Test Authority",
          .common_name = "CSCA Utopia Test 01",
          .contact_mail = "csca@utopia.example",
          .crl_uri = "http://crl.example/UTO.crl",
          .document_types = {},
          .serial = {0x01},
          .not_before = at("2026-01-01T00:00:00Z"),
          .not_after = at("2051-04-01T00:00:00Z"),
          .usage_to = at("2031-01-01T00:00:00Z")};
}

CertificateRequest signer_request() {
  auto request = csca_request();
  request.role = CertificateRole::document_signer;
  request.common_name = "DS Utopia Test 0001";
  request.contact_mail = "ds@utopia.example";
  request.document_types = {"ID", "I"};
  request.serial = hex("0102030405");
  request.not_before = at("2026-06-01T00:00:00Z");
  request.not_after = at("2036-09-01T00:00:00Z");
  request.usage_to = at("2026-09-01T00:00:00Z");
  return request;
}

struct TestPki {
  PrivateKey csca_key;
  PrivateKey signer_key;
  Certificate csca;
  Certificate signer;
};

TestPki make_pki(KeyType csca_type, CurveParameters parameters) {
  auto csca_key = PrivateKey::generate(csca_type).value();
  auto signer_key = PrivateKey::generate(KeyType::ec_p256).value();
  auto request = csca_request();
  request.parameters = parameters;
  auto csca =
      issue_certificate(request, csca_key.public_key(), nullptr, csca_key.public_key(), signer_of(csca_key));
  auto below = signer_request();
  below.parameters = parameters;
  auto signer = issue_certificate(below, signer_key.public_key(), &csca.value(), csca_key.public_key(),
                                  signer_of(csca_key));
  return {std::move(csca_key), std::move(signer_key), csca.value(), signer.value()};
}

Certificate vector_certificate(const char* variant, const char* name) {
  const auto file = vectors::load("lds.json");
  return Certificate::from_der(vectors::hex_member(file.at("pki_example").at(variant), name)).value();
}

TEST(Certificate, TellsWhatTheExampleSays) {
  const auto signer = vector_certificate("named_curve", "dsc_certificate");
  EXPECT_EQ(signer.country(), "UT");
  EXPECT_EQ(signer.locality_code(), "UTO");
  EXPECT_EQ(signer.subject(), "CN=DS Utopia Test 0001,OU=Personalization,O=Utopia Test Authority,C=UT");
  EXPECT_EQ(signer.document_types(), (std::vector<std::string>{"I", "ID"}));
  EXPECT_EQ(format_rfc3339(signer.not_before()), "2026-06-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(signer.not_after()), "2036-09-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(signer.usage_from()), "2026-06-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(signer.usage_to()), "2026-09-01T00:00:00.000Z");
  EXPECT_TRUE(vector_certificate("named_curve", "csca_certificate").document_types().empty());
}

TEST(Certificate, ChainsOfTheExampleAreGoodInBothCurveForms) {
  for (const char* variant : {"named_curve", "explicit_parameters"}) {
    const auto csca = vector_certificate(variant, "csca_certificate");
    const auto signer = vector_certificate(variant, "dsc_certificate");
    EXPECT_EQ(signer.public_key().type(), KeyType::ec_p256);
    const auto status = verify_chain(signer, {csca}, at("2026-09-21T13:33:20Z"));
    EXPECT_TRUE(status) << variant << ": " << status.error().message;
  }
}

TEST(Certificate, ChainsAreRefusedForEachReason) {
  const auto pki = make_pki(KeyType::ec_p256, CurveParameters::named);
  const auto other = make_pki(KeyType::ec_p256, CurveParameters::named);
  const auto now = at("2026-07-01T00:00:00Z");
  const auto code = [](const Status& status) { return status ? std::string("good") : status.error().code; };
  EXPECT_EQ(code(verify_chain(pki.signer, {other.csca, pki.csca}, now)), "good");
  EXPECT_EQ(find_anchor(pki.signer, {other.csca, pki.csca}, now).value().der(), pki.csca.der());
  EXPECT_EQ(code(verify_chain(pki.signer, {}, now)), "crypto.chain_unknown_issuer");
  // The same names and another key: told apart by the key identifiers.
  EXPECT_EQ(code(verify_chain(pki.signer, {other.csca}, now)), "crypto.chain_unknown_issuer");
  EXPECT_EQ(code(verify_chain(pki.signer, {pki.csca}, at("2026-05-31T23:59:59Z"))), "crypto.chain_expired");
  EXPECT_EQ(code(verify_chain(pki.signer, {pki.csca}, at("2036-09-01T00:00:01Z"))), "crypto.chain_expired");
  EXPECT_EQ(code(verify_chain(pki.csca, {pki.csca}, now)), "crypto.chain_usage");
  // A document signer that plays the authority.
  auto request = signer_request();
  const auto below = issue_certificate(request, other.signer_key.public_key(), &pki.signer,
                                       pki.signer_key.public_key(), signer_of(pki.signer_key));
  EXPECT_EQ(code(verify_chain(below.value(), {pki.signer}, now)), "crypto.chain_usage");
  Bytes der = pki.signer.der();
  der.back() ^= 1;
  EXPECT_EQ(code(verify_chain(Certificate::from_der(der).value(), {pki.csca}, now)),
            "crypto.chain_signature");
}

// Explicit parameters of no known curve: P-256 whose generator is another point of the curve.
TEST(Certificate, WithParametersOfAnUnknownCurveIsRefused) {
  const auto good = vector_certificate("explicit_parameters", "dsc_certificate").der();
  const Bytes generator_x = hex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296");
  const auto place = std::search(good.begin(), good.end(), generator_x.begin(), generator_x.end());
  ASSERT_NE(place, good.end());
  Bytes bad = good;
  // Minus the generator is on the curve too: y becomes p - y.
  const Bytes minus_y = hex("B01CBD1C01E58065711814B583F061E9D431CCA994CEA1313449BF97C840AE0A");
  std::copy(minus_y.begin(), minus_y.end(), bad.begin() + (place - good.begin()) + 32);
  EXPECT_FALSE(Certificate::from_der(bad));
}

TEST(Certificate, IssuedToTheProfileIsAcceptedByTheOpensslTool) {
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_brainpool_p256r1}) {
    const auto pki = make_pki(type, CurveParameters::named);
    const TemporaryFolder folder;
    ASSERT_TRUE(write_file(folder / "csca.pem", bytes_of(pki.csca.pem())));
    ASSERT_TRUE(write_file(folder / "ds.pem", bytes_of(pki.signer.pem())));
    const auto result =
        run_command("cd " + folder.path().string() +
                    " && openssl verify -x509_strict -attime 1790000000 -CAfile csca.pem ds.pem");
    EXPECT_EQ(result.output, "ds.pem: OK\n");
    EXPECT_TRUE(verify_chain(pki.signer, {pki.csca}, at("2026-07-01T00:00:00Z")));
  }
}

TEST(Certificate, IssuedHasTheExtensionsOfTheProfile) {
  const auto pki = make_pki(KeyType::ec_p256, CurveParameters::named);
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "csca.pem", bytes_of(pki.csca.pem())));
  ASSERT_TRUE(write_file(folder / "ds.pem", bytes_of(pki.signer.pem())));
  const auto show = [&](const std::string& name) {
    return run_command("openssl x509 -noout -text -in " + (folder / name).string()).output;
  };
  const std::string csca = show("csca.pem");
  for (const char* wanted : {"Serial Number: 1 (0x1)", "Certificate Sign, CRL Sign", "CA:TRUE, pathlen:0",
                             "X509v3 Basic Constraints: critical", "X509v3 Key Usage: critical",
                             "email:csca@utopia.example, DirName:", "L=UTO", "URI:http://crl.example/UTO.crl",
                             "Not Before: Jan  1 00:00:00 2026 GMT, Not After: Jan  1 00:00:00 2031 GMT",
                             "X509v3 Issuer Alternative Name", "X509v3 Subject Key Identifier",
                             "Not After : Apr  1 00:00:00 2051 GMT"}) {
    EXPECT_NE(csca.find(wanted), std::string::npos) << wanted << "\n" << csca;
  }
  EXPECT_EQ(csca.find("2.23.136.1.1.6.2"), std::string::npos);
  const std::string signer = show("ds.pem");
  for (const char* wanted : {"Digital Signature", "email:ds@utopia.example", "email:csca@utopia.example",
                             "2.23.136.1.1.6.2", "X509v3 Authority Key Identifier",
                             "Not Before: Jun  1 00:00:00 2026 GMT, Not After: Sep  1 00:00:00 2026 GMT"}) {
    EXPECT_NE(signer.find(wanted), std::string::npos) << wanted << "\n" << signer;
  }
  EXPECT_EQ(signer.find("Basic Constraints"), std::string::npos);
  // documentTypeList as the example of 9303-12 has it.
  const Bytes der = pki.signer.der();
  const Bytes list = hex("300C020100310713014913024944");
  EXPECT_NE(std::search(der.begin(), der.end(), list.begin(), list.end()), der.end());
}

TEST(Certificate, IssuedWithExplicitParametersKeepsThemAndItsChainIsGood) {
  const auto pki = make_pki(KeyType::ec_brainpool_p256r1, CurveParameters::explicit_);
  EXPECT_GT(pki.csca.der().size(),
            make_pki(KeyType::ec_brainpool_p256r1, CurveParameters::named).csca.der().size());
  EXPECT_EQ(pki.csca.public_key().type(), KeyType::ec_brainpool_p256r1);
  EXPECT_TRUE(verify_chain(pki.signer, {pki.csca}, at("2026-07-01T00:00:00Z")));
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "csca.der", pki.csca.der()));
  const auto shown =
      run_command("openssl x509 -inform DER -noout -text -in " + (folder / "csca.der").string());
  EXPECT_NE(shown.output.find("Field Type: prime-field"), std::string::npos);
  EXPECT_NE(shown.output.find("Cofactor:  1 (0x1)"), std::string::npos);
}

TEST(Certificate, IsNotIssuedAgainstTheProfile) {
  const auto pki = make_pki(KeyType::ec_p256, CurveParameters::named);
  const auto issue = [&](const CertificateRequest& request) {
    const auto made = issue_certificate(request, pki.signer_key.public_key(), &pki.csca,
                                        pki.csca_key.public_key(), signer_of(pki.csca_key));
    return made ? std::string("issued") : made.error().code + " " + made.error().field;
  };
  EXPECT_EQ(issue(signer_request()), "issued");
  const auto broken = [&](auto&& change) {
    auto request = signer_request();
    change(request);
    return issue(request);
  };
  using Request = CertificateRequest;
  EXPECT_EQ(broken([](Request& r) { r.country = "ut"; }), "crypto.certificate_request country");
  EXPECT_EQ(broken([](Request& r) { r.country = "VN"; }), "crypto.certificate_request country");
  EXPECT_EQ(broken([](Request& r) { r.serial = Bytes(21, 1); }), "crypto.certificate_request serial");
  EXPECT_EQ(broken([](Request& r) { r.serial = {0x80}; }), "crypto.certificate_request serial");
  EXPECT_EQ(broken([](Request& r) { r.document_types = {}; }), "crypto.certificate_request document_types");
  EXPECT_EQ(broken([](Request& r) { r.usage_to = r.not_after + std::chrono::hours(1); }),
            "crypto.certificate_request not_after");
  EXPECT_EQ(broken([](Request& r) { r.crl_uri = ""; }), "crypto.certificate_request crl_uri");
}

TEST(Certificate, SignedByAStrangersTokenIsNotHandedOut) {
  const auto pki = make_pki(KeyType::ec_p256, CurveParameters::named);
  const auto made = issue_certificate(signer_request(), pki.signer_key.public_key(), &pki.csca,
                                      pki.csca_key.public_key(), signer_of(pki.signer_key));
  EXPECT_EQ(made.error().code, "crypto.certificate_own_signature");
  const auto failed =
      issue_certificate(signer_request(), pki.signer_key.public_key(), &pki.csca, pki.csca_key.public_key(),
                        [](ByteView) -> Result<Bytes> { return fail("vault.token", "removed"); });
  EXPECT_EQ(failed.error().code, "vault.token");
}

TEST(Certificate, BundlesAreReadWholeOrNotAtAll) {
  const auto pki = make_pki(KeyType::ec_p256, CurveParameters::named);
  const std::string bundle = pki.csca.pem() + pki.signer.pem();
  const auto both = Certificate::from_pem_bundle(bundle).value();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1].fingerprint(), pki.signer.fingerprint());
  EXPECT_FALSE(Certificate::from_pem(bundle));
  EXPECT_FALSE(Certificate::from_pem_bundle(""));
  EXPECT_FALSE(Certificate::from_pem_bundle(bundle.substr(0, bundle.size() - 40)));
}

TEST(Certificate, IsRefusedWhenCutOrFollowedByBytes) {
  const Bytes der = vector_certificate("named_curve", "dsc_certificate").der();
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_FALSE(Certificate::from_der(ByteView(der).first(size)));
  EXPECT_EQ(Certificate::from_der(concat({der, Bytes{0}})).error().code, "crypto.certificate");
}

}  // namespace
}  // namespace imprimatur::crypto
