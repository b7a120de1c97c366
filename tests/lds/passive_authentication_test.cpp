#include <algorithm>

#include "authority.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

const json::object& data() {
  static const json::object object = vectors("lds.json");
  return object;
}

// pki_example: "valid_at".
constexpr WallTime kAt{std::chrono::seconds(1'790'000'000)};

std::vector<Certificate> example_anchors(std::string_view variant) {
  const Bytes der = hex_at(data(), "/pki_example/" + std::string(variant) + "/csca_certificate");
  return {Certificate::from_der(der).value()};
}

Bytes example_sod(std::string_view variant) {
  return hex_at(data(), "/pki_example/" + std::string(variant) + "/ef_sod");
}

class SodExample : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(BothVariants, SodExample, ::testing::Values("named_curve", "explicit_parameters"));

TEST_P(SodExample, IsAuthentic) {
  const PassiveReport report =
      authenticate_passively(example_sod(GetParam()), example_files(), example_anchors(GetParam()), kAt);
  EXPECT_TRUE(report.authentic()) << codes_of(report) << report.failures.front().sentence;
  ASSERT_TRUE(report.signer);
  EXPECT_EQ(report.signer->country(), "UT");
  EXPECT_EQ(report.object.hashes.size(), 7U);
}

TEST_P(SodExample, NeedsATrustedAuthority) {
  EXPECT_EQ(codes_of(authenticate_passively(example_sod(GetParam()), example_files(), {}, kAt)), "pa.chain");
}

TEST(PassiveAuthentication, SeesAChangedDataGroup) {
  FileMap files = example_files();
  files[FileId::dg1] = hex_at(data(), "/negative/0/dg1");
  const auto report =
      authenticate_passively(example_sod("named_curve"), files, example_anchors("named_curve"), kAt);
  EXPECT_EQ(codes_of(report), "pa.hash");
  EXPECT_EQ(report.failures[0].sentence, "DG1 differs from what was signed");
}

TEST(PassiveAuthentication, SeesAChangedSignature) {
  const Bytes sod = hex_at(data(), "/negative/1/ef_sod");
  EXPECT_EQ(codes_of(authenticate_passively(sod, example_files(), example_anchors("named_curve"), kAt)),
            "pa.signature");
}

TEST(PassiveAuthentication, SeesAGroupThatIsNotListed) {
  FileMap files = example_files();
  files[FileId::dg16] = example("dg16");
  EXPECT_EQ(codes_of(authenticate_passively(example_sod("named_curve"), files, example_anchors("named_curve"),
                                            kAt)),
            "pa.not_listed");
}

TEST(PassiveAuthentication, DoesNotMissGroupsThatWereNotRead) {
  const FileMap files{{FileId::dg1, example("dg1")}, {FileId::com, example("ef_com")}};
  EXPECT_TRUE(authenticate_passively(example_sod("named_curve"), files, example_anchors("named_curve"), kAt)
                  .authentic());
}

TEST(PassiveAuthentication, CannotJudgeTheDocumentTypeWithoutDg1) {
  const FileMap files{{FileId::dg2, example("dg2")}};
  EXPECT_EQ(codes_of(authenticate_passively(example_sod("named_curve"), files, example_anchors("named_curve"),
                                            kAt)),
            "pa.document_type");
}

TEST(PassiveAuthentication, CallsMalformedFilesSyntaxErrors) {
  const auto anchors = example_anchors("named_curve");
  const Bytes sod = example_sod("named_curve");
  Bytes longer = sod;
  longer.push_back(0);
  EXPECT_EQ(codes_of(authenticate_passively(longer, example_files(), anchors, kAt)), "pa.syntax");
  EXPECT_EQ(codes_of(authenticate_passively({}, example_files(), anchors, kAt)), "pa.syntax");
  EXPECT_EQ(codes_of(authenticate_passively(hex("77023000"), example_files(), anchors, kAt)), "pa.syntax");
  EXPECT_EQ(codes_of(authenticate_passively(ByteView(sod).first(500), example_files(), anchors, kAt)),
            "pa.syntax");
  // EF.CardSecurity is CMS as well, with another content type.
  const Bytes other = encode_tlv(0x77, example("ef_card_security"));
  EXPECT_EQ(codes_of(authenticate_passively(other, example_files(), anchors, kAt)), "pa.syntax");
}

TEST(PassiveAuthentication, RefusesTheSameObjectUnderAnotherContentType) {
  const Authority authority;
  const Bytes object = hex_at(data(), "/pki_example/lds_security_object_v1");
  const Bytes signed_data =
      crypto::build_signed_data("2.23.136.1.1.2", object, authority.signer, signer_of(authority.signer_key))
          .value();
  const Bytes sod = encode_tlv(0x77, signed_data);
  EXPECT_EQ(codes_of(authenticate_passively(sod, example_files(), {authority.csca}, kToday)), "pa.syntax");
}

// A passport of 2013: RSASSA-PSS with SHA-512, object of version 0, certificate without the later extensions.
TEST(PassiveAuthentication, ReadsThePublicExample) {
  const FileMap files{{FileId::dg1, hex_at(data(), "/public_sod_example/dg1")},
                      {FileId::dg14, hex_at(data(), "/public_sod_example/dg14")}};
  const auto report = authenticate_passively(hex_at(data(), "/public_sod_example/ef_sod"), files, {}, kAt);
  EXPECT_EQ(codes_of(report), "pa.chain pa.document_type pa.country");
  // Alternative names and the document type list came later.
  EXPECT_FALSE(report.remarks.empty());
  EXPECT_FALSE(report.object.lds_version_info);
  EXPECT_EQ(report.object.hashes.size(), 5U);
}

std::string codes_with(const CertificateRequest& request, WallTime at = kToday) {
  const Authority authority(request);
  return codes_of(authenticate_passively(authority.sod(), example_files(), {authority.csca}, at));
}

TEST(PassiveAuthentication, SeesASignerForOtherDocuments) {
  auto request = Authority::request(CertificateRole::document_signer);
  request.document_types = {"P"};
  EXPECT_EQ(codes_with(request), "pa.document_type");
}

TEST(PassiveAuthentication, SeesASignerOfAnotherIssuer) {
  auto request = Authority::request(CertificateRole::document_signer);
  request.icao_code = "XPO";
  EXPECT_EQ(codes_with(request), "pa.country");
}

// Our own tool refuses to issue certificates against the profile: the last `before` in the signer's is made
// `after` (of the same size), and the authority signs what was changed.
Certificate changed_signer(const Authority& authority, const Bytes& before, const Bytes& after) {
  const Bytes der = authority.signer.der();
  ByteReader parts(only_tlv(der, 0x30, "certificate").value(), "certificate");
  Bytes to_be_signed = encode_tlv(0x30, expect_tlv(parts, 0x30).value());
  const Bytes algorithm = encode_tlv(0x30, expect_tlv(parts, 0x30).value());
  const auto place = std::find_end(to_be_signed.begin(), to_be_signed.end(), before.begin(), before.end());
  EXPECT_TRUE(place != to_be_signed.end() && before.size() == after.size());
  std::copy(after.begin(), after.end(), place);
  const Bytes signature =
      authority.csca_key.sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::der, to_be_signed);
  const Bytes bits = encode_tlv(0x03, concat({Bytes{0}, signature}));
  return Certificate::from_der(encode_tlv(0x30, concat({to_be_signed, algorithm, bits}))).value();
}

std::string codes_with_signer(const Authority& authority, const Certificate& signer, WallTime at) {
  const Bytes sod = build_sod(example_files(), signer, signer_of(authority.signer_key)).value();
  return codes_of(authenticate_passively(sod, example_files(), {authority.csca}, at));
}

TEST(PassiveAuthentication, SeesAnAuthorityOfAnotherCountry) {
  const Authority authority;
  // countryName as PrintableString; the issuer's stands in front of the subject's.
  const Certificate foreign = changed_signer(authority, hex("060355040613025554"), hex("060355040613025858"));
  ASSERT_EQ(foreign.country(), "XX");
  EXPECT_EQ(codes_with_signer(authority, foreign, kToday), "pa.country pa.profile");
}

TEST(PassiveAuthentication, SeesAKeyThatOutlivesItsCertificate) {
  const Authority authority;
  const Certificate short_lived =
      changed_signer(authority, copy_of(bytes_of("360401000000Z")), copy_of(bytes_of("260601000000Z")));
  ASSERT_EQ(short_lived.not_after(), day("2026-06-01"));
  EXPECT_EQ(codes_with_signer(authority, short_lived, day("2026-03-01")), "pa.usage_period");
}

TEST(PassiveAuthentication, SeesAKeyWhoseTimeHasNotCome) {
  auto request = Authority::request(CertificateRole::document_signer);
  request.not_before = day("2026-12-01");
  EXPECT_EQ(codes_with(request), "pa.chain pa.usage_period");
}

TEST(PassiveAuthentication, AcceptsADocumentWhoseSigningKeyHasRetired) {
  const auto request = Authority::request(CertificateRole::document_signer);
  EXPECT_EQ(codes_with(request, day("2030-06-01")), "");
  EXPECT_EQ(codes_with(request, day("2036-06-01")), "pa.chain");
}

TEST(PassiveAuthentication, SeesTheSameNameWithAnotherKey) {
  const Authority authority;
  const Authority impostor;
  EXPECT_EQ(codes_of(authenticate_passively(impostor.sod(), example_files(), {authority.csca}, kToday)),
            "pa.chain");
}

// A certificate's extension is made another one by one arc of its object identifier (2.5.29.x).
TEST(PassiveAuthentication, SeesACertificateAgainstTheProfile) {
  const Authority authority;
  // issuerAltName (18) becomes an extended key usage (37), which the profile prohibits.
  const Certificate prohibited = changed_signer(authority, hex("0603551D12"), hex("0603551D25"));
  EXPECT_EQ(codes_with_signer(authority, prohibited, kToday).substr(0, 19), "pa.chain pa.profile");
  // authorityKeyIdentifier (35) becomes something unknown.
  const Certificate without_id = changed_signer(authority, hex("0603551D23"), hex("0603551D7F"));
  EXPECT_EQ(codes_with_signer(authority, without_id, kToday), "pa.profile");
  // The usage period (16) missing is only worth a remark.
  const Certificate without_period = changed_signer(authority, hex("0603551D10"), hex("0603551D7F"));
  const Bytes sod = build_sod(example_files(), without_period, signer_of(authority.signer_key)).value();
  const auto report = authenticate_passively(sod, example_files(), {authority.csca}, kToday);
  EXPECT_TRUE(report.authentic()) << codes_of(report);
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0].code, "pa.profile");
}

// One byte of the explicit generator changed: the certificate is signed well, but nobody knows the curve.
TEST(PassiveAuthentication, TakesNoForeignCurveParameters) {
  CertificateRequest request = Authority::request(CertificateRole::document_signer);
  request.parameters = crypto::CurveParameters::explicit_;
  const Authority authority(request, KeyType::ec_brainpool_p256r1);
  Bytes sod = authority.sod();
  const Bytes generator = hex("048BD2AEB9CB7E57CB");
  const auto place = std::search(sod.begin(), sod.end(), generator.begin(), generator.end());
  ASSERT_NE(place, sod.end());
  *(place + 1) ^= 1;
  const auto report = authenticate_passively(sod, example_files(), {authority.csca}, kToday);
  EXPECT_FALSE(report.authentic());
}

}  // namespace
}  // namespace imprimatur::lds
