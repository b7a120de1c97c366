#include "lds/sod.hpp"

#include <cstdlib>
#include <filesystem>

#include "authority.hpp"
#include "base/random.hpp"
#include "lds/tlv.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::lds {
namespace {

const json::object& data() {
  static const json::object object = vectors("lds.json");
  return object;
}

TEST(SecurityObject, WritesTheExampleOfVersion1) {
  SecurityObject object;
  for (const auto& [file, content] : example_files()) {
    object.hashes[*data_group_number(file)] = crypto::digest(crypto::HashAlgorithm::sha256, content);
  }
  EXPECT_EQ(to_hex(encode_security_object(object)), text_at(data(), "/pki_example/lds_security_object_v1"));
}

// The example of version 0 writes NULL as parameters of the hash algorithm; RFC 5754 section 2 asks writers
// to leave them out, so the same object is two bytes shorter here.
TEST(SecurityObject, WritesTheExampleOfVersion0WithoutParameters) {
  std::string expected = text_at(data(), "/pki_example/lds_security_object_v0");
  const std::string with_null = "30820127020100300D06096086480165030402010500";
  ASSERT_TRUE(expected.starts_with(with_null));
  expected.replace(0, with_null.size(), "30820125020100300B0609608648016503040201");
  auto object = decode_security_object(hex_at(data(), "/pki_example/lds_security_object_v1")).value();
  object.lds_version_info = false;
  EXPECT_EQ(to_hex(encode_security_object(object)), expected);
}

TEST(SecurityObject, ReadsBothVersions) {
  const auto v0 = decode_security_object(hex_at(data(), "/pki_example/lds_security_object_v0")).value();
  const auto v1 = decode_security_object(hex_at(data(), "/pki_example/lds_security_object_v1")).value();
  EXPECT_FALSE(v0.lds_version_info);
  EXPECT_TRUE(v1.lds_version_info);
  EXPECT_EQ(v0.hashes, v1.hashes);
  EXPECT_EQ(v1.hashes.size(), 7U);
  EXPECT_EQ(to_hex(v1.hashes.at(15)), text_at(data(), "/examples/dg15/sha256"));
  EXPECT_EQ(v1.hash, crypto::HashAlgorithm::sha256);
}

TEST(SecurityObject, VouchesForTheListedFilesAsTheyAreOnly) {
  const auto object = decode_security_object(hex_at(data(), "/pki_example/lds_security_object_v1")).value();
  for (const auto& [file, content] : example_files()) {
    EXPECT_TRUE(vouches_for(object, file, content));
    Bytes changed = content;
    changed.back() ^= 1;
    EXPECT_FALSE(vouches_for(object, file, changed));
    EXPECT_FALSE(vouches_for(object, FileId::dg16, content)) << "it is not listed";
    EXPECT_FALSE(vouches_for(object, FileId::com, content)) << "it is no data group";
  }
}

TEST(SecurityObject, KnowsTheOtherHashes) {
  using enum crypto::HashAlgorithm;
  for (const auto hash : {sha224, sha384, sha512}) {
    SecurityObject object{.hash = hash, .hashes = {}, .lds_version_info = true};
    object.hashes[1] = Bytes(crypto::digest_size(hash), 1);
    object.hashes[2] = Bytes(crypto::digest_size(hash), 2);
    const auto again = decode_security_object(encode_security_object(object));
    ASSERT_TRUE(again);
    EXPECT_EQ(again.value().hash, hash);
    EXPECT_EQ(again.value().hashes, object.hashes);
  }
}

// Builds an object by hand: version, algorithm OID, entries and what follows.
std::string code_of_object(std::string_view version, std::string_view algorithm,
                           const std::vector<Bytes>& entries, std::string_view tail) {
  Bytes list;
  for (const Bytes& entry : entries) append(list, encode_tlv(0x30, entry));
  const Bytes content =
      concat({hex(version), encode_tlv(0x30, hex(algorithm)), encode_tlv(0x30, list), hex(tail)});
  return code_of(decode_security_object(encode_tlv(0x30, content)));
}

Bytes entry(std::uint8_t number, std::size_t size = 32) {
  return concat({encode_tlv(0x02, Bytes{number}), encode_tlv(0x04, Bytes(size, 0x55))});
}

TEST(SecurityObject, RefusesWhatTheStandardDoesNotAllow) {
  const std::string sha256 = "0609608648016503040201";
  const std::string info = "300E1304303130381306303430303030";
  const std::vector<Bytes> two{entry(1), entry(2)};
  EXPECT_EQ(code_of_object("020101", sha256, two, info), "no error");
  EXPECT_EQ(code_of_object("020101", sha256 + "0500", two, info), "no error");
  EXPECT_EQ(code_of_object("020100", sha256, two, ""), "no error");
  EXPECT_EQ(code_of_object("020102", sha256, two, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020102", sha256, two, ""), "lds.security_object");
  EXPECT_EQ(code_of_object("02020001", sha256, two, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, two, ""), "bytes.short");
  EXPECT_EQ(code_of_object("020100", sha256, two, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, two, info + "0500"), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, two, "300E1304303130581306303430303030"), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256 + "0400", two, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", "06052B0E03021A", {entry(1, 20), entry(2, 20)}, info),
            "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, {entry(1)}, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, {entry(1), entry(1)}, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, {entry(0), entry(1)}, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, {entry(1), entry(17)}, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, {entry(1), entry(2, 20)}, info), "lds.security_object");
  EXPECT_EQ(code_of_object("020101", sha256, std::vector<Bytes>(17, entry(1)), info), "lds.security_object");
}

TEST(BuildSod, MakesWhatABorderAccepts) {
  const Authority authority;
  const auto report = authenticate_passively(authority.sod(), example_files(), {authority.csca}, kToday);
  EXPECT_TRUE(report.authentic()) << codes_of(report);
  EXPECT_TRUE(report.object.lds_version_info);
  EXPECT_EQ(report.object.hashes.size(), 7U);
}

// Every signer: its curve, the way in which the certificates write it, and the authority's curve.
struct SignerKind {
  KeyType signer;
  crypto::CurveParameters parameters;
  KeyType csca;
  crypto::HashAlgorithm hash;
};
class EverySigner : public ::testing::TestWithParam<SignerKind> {
 protected:
  static Authority authority() {
    CertificateRequest request = Authority::request(CertificateRole::document_signer);
    request.parameters = GetParam().parameters;
    return Authority(request, GetParam().signer, GetParam().csca);
  }
};
using crypto::CurveParameters;
using crypto::HashAlgorithm;
INSTANTIATE_TEST_SUITE_P(
    Curves, EverySigner,
    ::testing::Values(
        SignerKind{KeyType::ec_p256, CurveParameters::named, KeyType::ec_p256, HashAlgorithm::sha256},
        SignerKind{KeyType::ec_p384, CurveParameters::named, KeyType::ec_p384, HashAlgorithm::sha384},
        SignerKind{KeyType::ec_brainpool_p256r1, CurveParameters::named, KeyType::ec_p384,
                   HashAlgorithm::sha256},
        SignerKind{KeyType::ec_p256, CurveParameters::explicit_, KeyType::ec_p384, HashAlgorithm::sha256},
        SignerKind{KeyType::ec_p384, CurveParameters::explicit_, KeyType::ec_p256, HashAlgorithm::sha384},
        SignerKind{KeyType::ec_brainpool_p256r1, CurveParameters::explicit_, KeyType::ec_brainpool_p256r1,
                   HashAlgorithm::sha256}));

TEST_P(EverySigner, MakesWhatABorderAccepts) {
  const Authority authority = this->authority();
  const auto report = authenticate_passively(authority.sod(), example_files(), {authority.csca}, kToday);
  EXPECT_TRUE(report.authentic()) << codes_of(report) << report.failures.front().sentence;
  EXPECT_TRUE(report.remarks.empty()) << report.remarks.front().sentence;
  EXPECT_EQ(report.object.hash, GetParam().hash);
  EXPECT_EQ(report.signer->public_key().type(), GetParam().signer);
}

// The judge is another program: `openssl cms` on the content behind the tag 77 and its length. It refuses
// certificates with explicit parameters (error 94), so that of those it judges the signature only.
TEST_P(EverySigner, MakesWhatOpensslVerifies) {
  const Authority authority = this->authority();
  const Bytes sod = authority.sod();
  const Bytes cms = copy_of(only_tlv(sod, 0x77, "EF.SOD").value());
  const test_support::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "sod.der", cms));
  ASSERT_TRUE(write_file(folder / "csca.pem", bytes_of(authority.csca.pem())));
  ASSERT_TRUE(write_file(folder / "signer.pem", bytes_of(authority.signer.pem())));
  const bool named = GetParam().parameters == CurveParameters::named;
  const std::string when = " -attime " + std::to_string(kToday.time_since_epoch().count() / 1000);
  const auto verify = [&](const std::string& file) {
    return test_support::run_command(
        "cd " + (folder / "").string() + " && openssl cms -verify -binary -inform DER -in " + file +
        (named ? " -purpose any -CAfile csca.pem" + when : " -noverify") + " -out content 2>&1");
  };
  const auto good = verify("sod.der");
  EXPECT_EQ(good.exit_code, 0) << good.output;
  const auto content = read_file(folder / "content");
  ASSERT_TRUE(content);
  EXPECT_TRUE(decode_security_object(content.value()));

  const auto chain = test_support::run_command(
      "cd " + (folder / "").string() + " && openssl verify -CAfile csca.pem" + when + " signer.pem 2>&1");
  EXPECT_EQ(chain.exit_code == 0, named) << chain.output;
  EXPECT_EQ(chain.output.find("error 94") == std::string::npos, named) << chain.output;

  Bytes changed = cms;
  changed.back() ^= 1;
  ASSERT_TRUE(write_file(folder / "changed.der", changed));
  EXPECT_NE(verify("changed.der").exit_code, 0);
}

TEST(BuildSod, HashesDataGroupsOnly) {
  const Authority authority;
  FileMap files = example_files();
  files[FileId::com] = example("ef_com");
  files[FileId::card_access] = example("ef_card_access");
  const Bytes sod = build_sod(files, authority.signer, signer_of(authority.signer_key)).value();
  const auto report = authenticate_passively(sod, files, {authority.csca}, kToday);
  EXPECT_TRUE(report.authentic()) << codes_of(report);
  EXPECT_EQ(report.object.hashes.size(), 7U);
}

TEST(BuildSod, ReportsASignerThatFails) {
  const Authority authority;
  const auto broken = build_sod(example_files(), authority.signer, [](ByteView) -> Result<Bytes> {
    return fail("pkcs11.session", "the token is gone");
  });
  EXPECT_EQ(code_of(broken), "pkcs11.session");
}

TEST(BuildSod, RefusesTheSignatureOfAnotherKey) {
  const Authority authority;
  EXPECT_FALSE(build_sod(example_files(), authority.signer, signer_of(authority.csca_key)));
}

}  // namespace
}  // namespace imprimatur::lds
