#include "crypto/cms.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::crypto {
namespace {

using test_support::run_command;
using test_support::TemporaryFolder;

constexpr std::string_view kLdsSecurityObject = "2.23.136.1.1.1";

const json::value& example() {
  static const json::value file = vectors::load("lds.json");
  return file.at("pki_example");
}

// EF.SOD without its tag 77 and three-byte length.
Bytes content_info(const json::value& holder) {
  const Bytes sod = vectors::hex_member(holder, "ef_sod");
  CHECK(sod[0] == 0x77 && sod[1] == 0x82);
  return copy_of(ByteView(sod).subspan(4));
}

// The signature of the example's only signer: the last OCTET STRING, in DER.
Bytes example_signature(const Bytes& content_info_der) {
  const Bytes algorithm = hex("300A06082A8648CE3D04030204");
  const auto place =
      std::find_end(content_info_der.begin(), content_info_der.end(), algorithm.begin(), algorithm.end());
  CHECK(place != content_info_der.end());
  return {place + static_cast<std::ptrdiff_t>(algorithm.size()) + 1, content_info_der.end()};
}

TEST(Cms, VerifiesTheExampleInBothCurveForms) {
  for (const char* variant : {"named_curve", "explicit_parameters"}) {
    const auto signed_data = verify_signed_data(content_info(example().at(variant)));
    ASSERT_TRUE(signed_data) << variant << ": " << signed_data.error().message;
    EXPECT_EQ(signed_data.value().content_type, kLdsSecurityObject);
    EXPECT_EQ(signed_data.value().content, vectors::hex_member(example(), "lds_security_object_v1"));
    EXPECT_EQ(signed_data.value().signer.der(),
              vectors::hex_member(example().at(variant), "dsc_certificate"));
  }
}

TEST(Cms, VerifiesASodOfAnotherMakerWithRsaPss) {
  const auto file = vectors::load("lds.json");
  const auto signed_data = verify_signed_data(content_info(file.at("public_sod_example")));
  ASSERT_TRUE(signed_data) << signed_data.error().message;
  EXPECT_EQ(signed_data.value().content_type, kLdsSecurityObject);
}

// With the example's signature put in, what is built is the example, byte by byte.
TEST(Cms, BuildsTheExample) {
  for (const char* variant : {"named_curve", "explicit_parameters"}) {
    const auto& set = example().at(variant);
    const Bytes wanted = content_info(set);
    const auto certificate = Certificate::from_der(vectors::hex_member(set, "dsc_certificate")).value();
    Bytes asked;
    const auto built =
        build_signed_data(kLdsSecurityObject, vectors::hex_member(example(), "lds_security_object_v1"),
                          certificate, [&](ByteView message) -> Result<Bytes> {
                            asked = copy_of(message);
                            return ecdsa_der_to_raw(example_signature(wanted), 32);
                          });
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_EQ(to_hex(built.value()), to_hex(wanted));
    EXPECT_EQ(to_hex(asked), vectors::text_member(set, "signed_attributes_der"));
  }
}

struct OwnSigner {
  PrivateKey key;
  Certificate csca;
  Certificate certificate;
};

OwnSigner make_signer(KeyType type) {
  const auto csca_key = PrivateKey::generate(type).value();
  const auto hash = type == KeyType::ec_p384 ? HashAlgorithm::sha384 : HashAlgorithm::sha256;
  auto key = PrivateKey::generate(type).value();
  const Signer sign = [&csca_key, hash](ByteView message) -> Result<Bytes> {
    return csca_key.sign(hash, SignatureForm::raw, message);
  };
  CertificateRequest request{.role = CertificateRole::csca,
                             .country = "UT",
                             .icao_code = "UTO",
                             .organization = "Test",
                             .common_name = "CSCA",
                             .contact_mail = "csca@utopia.example",
                             .crl_uri = "http://crl.example/UTO.crl",
                             .document_types = {},
                             .serial = {1},
                             .not_before = parse_rfc3339("2026-01-01T00:00:00Z").value(),
                             .not_after = parse_rfc3339("2040-01-01T00:00:00Z").value(),
                             .usage_to = parse_rfc3339("2030-01-01T00:00:00Z").value()};
  auto csca = issue_certificate(request, csca_key.public_key(), nullptr, csca_key.public_key(), sign).value();
  request.role = CertificateRole::document_signer;
  request.common_name = "DS";
  request.document_types = {"I"};
  request.serial = {2};
  auto certificate = issue_certificate(request, key.public_key(), &csca, csca_key.public_key(), sign).value();
  return {std::move(key), std::move(csca), std::move(certificate)};
}

TEST(Cms, IsVerifiedByTheOpensslToolToItsRoot) {
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_brainpool_p256r1}) {
    const auto own = make_signer(type);
    const auto hash = type == KeyType::ec_p384 ? HashAlgorithm::sha384 : HashAlgorithm::sha256;
    const auto built = build_signed_data(
        kLdsSecurityObject, bytes_of("content"), own.certificate,
        [&](ByteView message) -> Result<Bytes> { return own.key.sign(hash, SignatureForm::raw, message); });
    ASSERT_TRUE(built) << built.error().message;
    const TemporaryFolder folder;
    ASSERT_TRUE(write_file(folder / "sod.der", built.value()));
    ASSERT_TRUE(write_file(folder / "csca.pem", bytes_of(own.csca.pem())));
    const std::string in_folder = "cd " + folder.path().string() + " && ";
    const auto result =
        run_command(in_folder + "openssl cms -verify -inform DER -in sod.der -binary -CAfile csca.pem" +
                    " -purpose any -attime 1790000000 -out content 2>/dev/null && cat content");
    EXPECT_EQ(result.output, "content");
    const auto shown = run_command(in_folder + "openssl cms -cmsout -print -inform DER -in sod.der");
    EXPECT_NE(shown.output.find("version: 3"), std::string::npos);
    EXPECT_NE(shown.output.find("d.issuerAndSerialNumber"), std::string::npos);
  }
}

TEST(Cms, WithASignatureOfAnotherKeyIsNotHandedOut) {
  const auto own = make_signer(KeyType::ec_p256);
  const auto stranger = PrivateKey::generate(KeyType::ec_p256).value();
  const auto built = build_signed_data(
      kLdsSecurityObject, bytes_of("content"), own.certificate, [&](ByteView message) -> Result<Bytes> {
        return stranger.sign(HashAlgorithm::sha256, SignatureForm::raw, message);
      });
  EXPECT_EQ(built.error().code, "crypto.cms_own_signature");
  const auto nonsense = build_signed_data(kLdsSecurityObject, bytes_of("content"), own.certificate,
                                          [](ByteView) -> Result<Bytes> { return Bytes(3); });
  EXPECT_EQ(nonsense.error().code, "crypto.cms_own_signature");
  const auto removed =
      build_signed_data(kLdsSecurityObject, bytes_of("content"), own.certificate,
                        [](ByteView) -> Result<Bytes> { return fail("vault.token", "removed"); });
  EXPECT_EQ(removed.error().code, "vault.token");
}

TEST(Cms, AlteredInAnyByteIsRefusedOrStillTheSame) {
  const Bytes good = content_info(example().at("named_curve"));
  const Bytes content = vectors::hex_member(example(), "lds_security_object_v1");
  int refused = 0;
  for (std::size_t i = 0; i < good.size(); i += 3) {
    Bytes bad = good;
    bad[i] ^= 0x01;
    const auto result = verify_signed_data(bad);
    if (!result) {
      ++refused;
      continue;
    }
    // The certificate's own signature and dates are verify_chain's matter.
    EXPECT_EQ(result.value().content, content) << "byte " << i;
  }
  EXPECT_GT(refused, 200);
}

TEST(Cms, WithTheSignerExpectedSaysTheSame) {
  for (const char* variant : {"named_curve", "explicit_parameters"}) {
    const auto& set = example().at(variant);
    const auto signer = Certificate::from_der(vectors::hex_member(set, "dsc_certificate")).value();
    const auto signed_data = verify_signed_data(content_info(set), &signer);
    ASSERT_TRUE(signed_data) << variant << ": " << signed_data.error().message;
    EXPECT_EQ(signed_data.value().content_type, kLdsSecurityObject);
    EXPECT_EQ(signed_data.value().content, vectors::hex_member(example(), "lds_security_object_v1"));
    EXPECT_EQ(signed_data.value().signer.der(), signer.der());
  }
  const auto stranger =
      Certificate::from_der(vectors::hex_member(example().at("explicit_parameters"), "dsc_certificate"))
          .value();
  const auto& named = example().at("named_curve");
  const auto by_another = verify_signed_data(content_info(named), &stranger);
  ASSERT_TRUE(by_another) << by_another.error().message;
  EXPECT_EQ(by_another.value().signer.der(), vectors::hex_member(named, "dsc_certificate"));
}

TEST(Cms, AlteredInAnyByteIsJudgedTheSameWithTheSignerExpected) {
  const auto& set = example().at("named_curve");
  const Bytes good = content_info(set);
  const auto signer = Certificate::from_der(vectors::hex_member(set, "dsc_certificate")).value();
  for (std::size_t i = 0; i < good.size(); i += 5) {
    Bytes bad = good;
    bad[i] ^= 0x01;
    const auto plain = verify_signed_data(bad);
    const auto expected = verify_signed_data(bad, &signer);
    ASSERT_EQ(expected.has_value(), plain.has_value()) << "byte " << i;
    if (!plain) {
      EXPECT_EQ(expected.error().code, plain.error().code) << "byte " << i;
      continue;
    }
    EXPECT_EQ(expected.value().content, plain.value().content) << "byte " << i;
    EXPECT_EQ(expected.value().signer.der(), plain.value().signer.der()) << "byte " << i;
  }
  const Bytes cut = copy_of(ByteView(good).first(good.size() - 1));
  EXPECT_EQ(verify_signed_data(cut, &signer).error().code, "crypto.cms_syntax");
  EXPECT_EQ(verify_signed_data(concat({good, Bytes{0}}), &signer).error().code, "crypto.cms_syntax");
}

TEST(Cms, RefusesTheBadSodOfTheVectorsAndBrokenSyntax) {
  const auto file = vectors::load("lds.json");
  int count = 0;
  for (const auto& vector : file.at("negative").as_array()) {
    if (!vector.as_object().contains("ef_sod")) continue;
    EXPECT_EQ(verify_signed_data(content_info(vector)).error().code, "crypto.cms_signature");
    ++count;
  }
  EXPECT_EQ(count, 1);
  const Bytes good = content_info(example().at("named_curve"));
  for (std::size_t size = 0; size < good.size(); size += 5) {
    EXPECT_EQ(verify_signed_data(ByteView(good).first(size)).error().code, "crypto.cms_syntax") << size;
  }
  EXPECT_EQ(verify_signed_data(concat({good, Bytes{0}})).error().code, "crypto.cms_syntax");
  EXPECT_EQ(verify_signed_data(Bytes(300U << 10)).error().code, "crypto.cms_syntax");
}

TEST(Cms, WithoutSignedAttributesIsRefused) {
  const auto own = make_signer(KeyType::ec_p256);
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "ds.pem", bytes_of(own.certificate.pem())));
  ASSERT_TRUE(write_file(folder / "key.pem", own.key.to_pkcs8_pem().reveal(), {.mode = 0600}));
  ASSERT_TRUE(write_file(folder / "content", bytes_of("content")));
  const auto made = run_command("cd " + folder.path().string() +
                                " && openssl cms -sign -nodetach -binary -noattr -md sha256 -signer ds.pem"
                                " -inkey key.pem -in content -outform DER -out sod.der");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_EQ(verify_signed_data(read_file(folder / "sod.der").value()).error().code, "crypto.cms_syntax");
}

}  // namespace
}  // namespace imprimatur::crypto
