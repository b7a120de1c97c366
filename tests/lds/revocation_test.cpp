// Passive authentication with revocation lists, which the openssl tool makes: it plays the authority.
#include "authority.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::lds {
namespace {

using test_support::run_command;
using test_support::TemporaryFolder;

struct ListRequest {
  std::string serials = {};  // revoked, one line of index.txt each
  std::string last_update = "20261101000000Z";
  std::string next_update = "20270101000000Z";
  std::string more = {};  // configuration of the list's extensions
};

std::string revoked(std::string_view serial) {
  return "R\t360401000000Z\t261001000000Z\t" + std::string(serial) + "\tunknown\t/C=UT/CN=DS Utopia Test\n";
}

Bytes list_of(const Authority& authority, const ListRequest& request) {
  const TemporaryFolder folder;
  const std::string in = (folder / "").string();
  EXPECT_TRUE(write_file(folder / "csca.pem", bytes_of(authority.csca.pem())));
  EXPECT_TRUE(write_file(folder / "csca.key", authority.csca_key.to_pkcs8_pem().reveal()));
  EXPECT_TRUE(write_file(folder / "index.txt", bytes_of(request.serials)));
  EXPECT_TRUE(write_file(folder / "number", bytes_of(std::string_view("01\n"))));
  EXPECT_TRUE(write_file(folder / "ca.conf",
                         bytes_of("[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\ncrlnumber=number\n"
                                  "default_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n" +
                                  request.more)));
  const auto made =
      run_command("cd " + in + " && openssl ca -config ca.conf -gencrl -keyfile csca.key -cert csca.pem" +
                  " -crl_lastupdate " + request.last_update + " -crl_nextupdate " + request.next_update +
                  " -out crl.pem 2>&1 && openssl crl -in crl.pem -outform DER -out crl.der");
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return read_file(folder / "crl.der").value();
}

std::string codes_with(const Authority& authority, const std::vector<Bytes>& lists, WallTime at = kToday) {
  return codes_of(authenticate_passively(authority.sod(), example_files(), {authority.csca}, at, lists));
}

TEST(Revocation, AcceptsASignerThatIsNotListed) {
  const Authority authority;
  EXPECT_EQ(codes_with(authority, {list_of(authority, {})}), "");
  EXPECT_EQ(codes_with(authority, {list_of(authority, {.serials = revoked("4712")})}), "");
}

TEST(Revocation, RefusesASignerThatIsListed) {
  const Authority authority;
  const Bytes list = list_of(authority, {.serials = revoked("0815") + revoked("4711")});
  EXPECT_EQ(codes_with(authority, {list}), "pa.revoked");
  // Who was revoked stays so, even by a list that is out of date, or beside one that does not say so.
  EXPECT_EQ(codes_with(authority, {list}, day("2027-06-01")), "pa.revoked");
  EXPECT_EQ(codes_with(authority, {list_of(authority, {}), list}), "pa.revoked");
}

TEST(Revocation, WorksWithEveryCurveAndForm) {
  for (const KeyType type : {KeyType::ec_p384, KeyType::ec_brainpool_p256r1}) {
    CertificateRequest request = Authority::request(CertificateRole::document_signer);
    request.parameters = crypto::CurveParameters::explicit_;
    const Authority authority(request, KeyType::ec_p256, type);
    EXPECT_EQ(codes_with(authority, {list_of(authority, {.serials = revoked("4711")})}), "pa.revoked");
    EXPECT_EQ(codes_with(authority, {list_of(authority, {})}), "");
  }
}

TEST(Revocation, RefusesAListThatIsOutOfDate) {
  const Authority authority;
  const Bytes list = list_of(authority, {});
  EXPECT_EQ(codes_with(authority, {list}, day("2027-01-02")), "pa.crl");
  EXPECT_EQ(codes_with(authority, {list}, day("2026-10-01")), "pa.crl");
  const Bytes newer =
      list_of(authority, {.last_update = "20261220000000Z", .next_update = "20270301000000Z"});
  EXPECT_EQ(codes_with(authority, {list, newer}, day("2027-01-02")), "");
}

TEST(Revocation, RefusesAListOfAnImpostor) {
  const Authority authority;
  const Authority impostor;  // the same name, another key
  EXPECT_EQ(codes_with(authority, {list_of(impostor, {})}), "pa.crl");
  EXPECT_EQ(codes_with(authority, {list_of(impostor, {.serials = revoked("4711")})}), "pa.crl");
}

TEST(Revocation, RefusesWhatIsNoWholeList) {
  const Authority authority;
  EXPECT_EQ(codes_with(authority, {hex("3003020101")}), "pa.crl");
  EXPECT_EQ(codes_with(authority, {Bytes()}), "pa.crl");
  Bytes longer = list_of(authority, {});
  longer.push_back(0);
  EXPECT_EQ(codes_with(authority, {longer}), "pa.crl");
  EXPECT_EQ(codes_with(
                authority,
                {list_of(authority, {.more = "issuingDistributionPoint=critical,@p\n[p]\nonlyuser=TRUE\n"})}),
            "pa.crl");
}

TEST(Revocation, ListsOfOtherAuthoritiesSayNothing) {
  const Authority authority;
  const std::vector<Certificate> anchors{
      Certificate::from_der(hex_at(vectors("lds.json"), "/pki_example/named_curve/csca_certificate"))
          .value()};
  const Bytes sod = hex_at(vectors("lds.json"), "/pki_example/named_curve/ef_sod");
  const Bytes list = list_of(authority, {.serials = revoked("01")});
  EXPECT_EQ(codes_of(authenticate_passively(sod, example_files(), anchors, kToday, {list})), "");
}

}  // namespace
}  // namespace imprimatur::lds
