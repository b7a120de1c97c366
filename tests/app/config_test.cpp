#include "app/config.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::app {
namespace {

constexpr const char* kGood = R"(
station = "s-1"
log_origin = "example/log"
test_keys = true
work = "work"
templates = "/t"
fonts = "fonts"
keys = "keys"
socket = "s.sock"
evidence_dir = "out"
products = ["vn-citizen"]
[vault]
module = "/m.so"
token_label = "imprimatur-test"
pin_file = "pin"
[line]
readers = ["R 1", "R 2"]
printers = ["ipp://127.0.0.1:1/a"]
[line.transport]
driver = "virtual"
socket = "control.sock"
)";

class Configuration : public testing::Test {
 protected:
  Result<Config> load(const std::string& text) {
    EXPECT_TRUE(write_file(folder_ / "c.toml", bytes_of(text)));
    return load_config(folder_ / "c.toml");
  }
  std::string code_of(const std::string& text) {
    const auto config = load(text);
    return config ? "" : config.error().code;
  }
  static std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, from.size(), to);
  }
  test_support::TemporaryFolder folder_;
};

TEST_F(Configuration, TakesRelativePathsFromItsOwnFolder) {
  const auto config = load(kGood);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config.value().work, folder_.path() / "work");
  EXPECT_EQ(config.value().templates, "/t");
  EXPECT_EQ(config.value().line.readers.size(), 2U);
  EXPECT_EQ(config.value().line.name, "line-1");
}

TEST_F(Configuration, TakesAPrinterAsAUriOrWithTheEdgeAboutWhichItTurnsCards) {
  const auto config = load(with(
      kGood, R"(["ipp://127.0.0.1:1/a"])",
      R"(["ipp://127.0.0.1:1/a", {uri = "ipp://127.0.0.1:1/b", duplex_turn = "long-edge"}, {uri = "ipp://c:1/"}])"));
  ASSERT_TRUE(config) << config.error().message;
  const auto& printers = config.value().line.printers;
  ASSERT_EQ(printers.size(), 3U);
  EXPECT_EQ(printers[0].uri, "ipp://127.0.0.1:1/a");
  EXPECT_FALSE(printers[0].turns_about_long_edge);
  EXPECT_EQ(printers[1].uri, "ipp://127.0.0.1:1/b");
  EXPECT_TRUE(printers[1].turns_about_long_edge);
  EXPECT_FALSE(printers[2].turns_about_long_edge);
  for (const char* wrong :
       {R"([{uri = "ipp://c:1/", duplex_turn = "sideways"}])", R"([{duplex_turn = "long-edge"}])",
        R"([{uri = "ipp://c:1/", duplex = "long-edge"}])", "[1]", "[]", "\"ipp://c:1/\""}) {
    EXPECT_EQ(code_of(with(kGood, R"(["ipp://127.0.0.1:1/a"])", wrong)), "config.key") << wrong;
  }
}

TEST_F(Configuration, KnowsThreeTransports) {
  const std::string transport = "driver = \"virtual\"\nsocket = \"control.sock\"\n";
  EXPECT_EQ(load(kGood).value().line.transport_driver, "virtual");
  EXPECT_EQ(load(with(kGood, transport, "driver = \"manual\"\n")).value().line.transport_driver, "manual");
  const std::string one_reader = with(kGood, R"(["R 1", "R 2"])", R"(["R 1"])");
  const auto evolis = load(with(
      one_reader, transport, "driver = \"evolis\"\ndevice = \"Primacy\"\nchip_station = \"contactless\"\n"));
  ASSERT_TRUE(evolis) << evolis.error().message;
  EXPECT_EQ(evolis.value().line.evolis.port, 18000);
  EXPECT_EQ(evolis.value().line.evolis.device, "Primacy");
  EXPECT_TRUE(evolis.value().line.evolis.contactless);
  EXPECT_EQ(code_of(with(kGood, transport, "driver = \"evolis\"\ndevice = \"Primacy\"\n")), "config.key");
  EXPECT_EQ(code_of(with(one_reader, transport, "driver = \"evolis\"\n")), "config.key");
  EXPECT_EQ(code_of(with(kGood, transport, "driver = \"belt\"\n")), "config.key");
  EXPECT_EQ(code_of(with(kGood, transport, "driver = \"virtual\"\n")), "config.key");
  EXPECT_EQ(code_of(with(kGood, transport, "driver = \"manual\"\nsocket = \"s\"\n")), "config.key");
}

TEST_F(Configuration, RefusesWhatItDoesNotKnowWithTheLine) {
  const auto config = load(with(kGood, "station =", "statoin = 1\nstation ="));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, "config.key");
  EXPECT_EQ(config.error().field, "/statoin");
  EXPECT_NE(config.error().message.find("line 2"), std::string::npos);
}

constexpr const char* kPerson = R"(
[[people]]
name = "person-1"
uid = 1000
certificate = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
roles = ["operator", "auditor"]
)";

TEST_F(Configuration, SaysWhoMayUseTheStation) {
  const auto config = load(std::string(kGood) + kPerson);
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config.value().people.size(), 1U);
  const auto& person = config.value().people[0];
  EXPECT_EQ(person.person, "person-1");
  EXPECT_EQ(person.uid, 1000U);
  EXPECT_TRUE(person.roles.has(api::Role::operator_));
  EXPECT_TRUE(person.roles.has(api::Role::auditor));
  EXPECT_FALSE(person.roles.has(api::Role::supervisor));
  const auto wrong = [&](const std::string& from, const std::string& to) {
    const auto refused = load(std::string(kGood) + with(kPerson, from, to));
    return refused ? "" : refused.error().field;
  };
  EXPECT_EQ(wrong("\"auditor\"", "\"king\""), "/people/0/roles");
  EXPECT_EQ(wrong("uid = 1000", "uid = -1"), "/people/0/uid");
  EXPECT_EQ(wrong("uid = 1000", "uid = 4294967295"), "/people/0/uid");
  EXPECT_EQ(wrong("\"0123", "\"ABCD"), "/people/0/certificate");
  EXPECT_EQ(wrong("name = \"person-1\"\n", ""), "/people/0/name");
  EXPECT_EQ(wrong("certificate =", "certifikat ="), "/people/0/certifikat");
}

TEST_F(Configuration, IsNotForNobodyButOnABench) {
  const std::string real =
      with(with(kGood, "test_keys = true", "test_keys = false"), "evidence_dir = \"out\"\n", "");
  EXPECT_EQ(code_of(real), "config.people");
  EXPECT_EQ(code_of(real + kPerson), "");
  EXPECT_EQ(code_of(kGood), "");
}

TEST_F(Configuration, NamesWhatIsMissingOrOfTheWrongType) {
  EXPECT_EQ(code_of(with(kGood, "station = \"s-1\"\n", "")), "config.key");
  EXPECT_EQ(code_of(with(kGood, "test_keys = true", "test_keys = \"yes\"")), "config.key");
  EXPECT_EQ(code_of(with(kGood, "[\"vn-citizen\"]", "[]")), "config.key");
  EXPECT_EQ(code_of(with(kGood, "[vault]", "[volt]")), "config.key");
  EXPECT_EQ(code_of("station = "), "config.syntax");
}

TEST_F(Configuration, HasLimitsForReadersSignersAndDerivationsWithinReason) {
  const auto usual = load(kGood);
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual.value().line.chip_timeout_ms, 120000);
  EXPECT_EQ(usual.value().vault.derivations_max, 4);
  const auto chosen = load(with(with(kGood, "[line]\n", "[line]\nchip_timeout_ms = 5000\n"), "[vault]\n",
                                "[vault]\nsignatures_max = 5\nderivations_max = 9\n"));
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ(chosen.value().line.chip_timeout_ms, 5000);
  EXPECT_EQ(chosen.value().vault.signatures_max, 5);
  EXPECT_EQ(chosen.value().vault.derivations_max, 9);
  EXPECT_EQ(code_of(with(kGood, "[line]\n", "[line]\nchip_timeout_ms = 0\n")), "config.key");
  EXPECT_EQ(code_of(with(kGood, "[vault]\n", "[vault]\nsignatures_max = 0\n")), "config.key");
}

TEST_F(Configuration, KnowsTheDriversOfFaceReadersAndWhatEachNeeds) {
  EXPECT_EQ(load(kGood).value().line.face_reader.driver, "none");
  const auto face = [](const std::string& members) {
    return with(kGood, "[line.transport]\n", "[line.face_reader]\n" + members + "[line.transport]\n");
  };
  const auto bench = load(face("driver = \"virtual\"\nspool = \"spool\"\nheads = 2\n"));
  ASSERT_TRUE(bench) << bench.error().message;
  EXPECT_EQ(bench.value().line.face_reader.spool, folder_.path() / "spool");
  EXPECT_EQ(bench.value().line.face_reader.heads, 2);
  const auto camera =
      load(face("driver = \"command\"\ncommand = [\"/opt/look\", \"{side}\"]\ntime_max_ms = 2000\n"));
  ASSERT_TRUE(camera) << camera.error().message;
  EXPECT_EQ(camera.value().line.face_reader.command, (std::vector<std::string>{"/opt/look", "{side}"}));
  EXPECT_EQ(camera.value().line.face_reader.time_max_ms, 2000);
  for (const std::string wrong :
       {"driver = \"eyes\"\n", "driver = \"virtual\"\n", "driver = \"command\"\n", "heads = 1\n",
        "driver = \"none\"\nspool = \"spool\"\n", "driver = \"command\"\ncommand = []\n",
        "driver = \"virtual\"\nspool = \"s\"\nresolution_dpi = 72\n",
        "driver = \"virtual\"\nspool = \"s\"\nheads = 0\n"}) {
    EXPECT_EQ(code_of(face(wrong)), "config.key") << wrong;
  }
}

TEST_F(Configuration, TakesRevocationListsOfTheKeyFolderOnly) {
  EXPECT_TRUE(load(kGood).value().revocation_lists.empty());
  const auto lists = [](const std::string& value) {
    return with(kGood, "[vault]\n", "[trust]\nrevocation_lists = " + value + "\n[vault]\n");
  };
  const auto config = load(lists(R"(["trust/UTO.crl", "trust/VNM.crl"])"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config.value().revocation_lists, (std::vector<std::string>{"trust/UTO.crl", "trust/VNM.crl"}));
  for (const std::string wrong : {"[]", "\"trust/UTO.crl\"", "[1]", "[\"/etc/UTO.crl\"]", "[\"../UTO.crl\"]",
                                  "[\"trust/../../a\"]", "[\"\"]"}) {
    EXPECT_EQ(code_of(lists(wrong)), "config.key") << wrong;
  }
  EXPECT_EQ(code_of(with(kGood, "[vault]\n", "[trust]\n[vault]\n")), "config.key");
  EXPECT_EQ(code_of(with(kGood, "[vault]\n", "[trust]\nrevocation_lists = [\"a\"]\nmore = 1\n[vault]\n")),
            "config.key");
}

constexpr const char* kTcp = R"(
[tcp]
address = "::1"
port = 8443
certificate = "tls/server.pem"
key = "/etc/server.key"
client_ca = "tls/ca.pem"
client_crl = "tls/crl.pem"
certificate_look_seconds = 2
)";

TEST_F(Configuration, ListensOnTcpWithItsCertificates) {
  EXPECT_FALSE(load(kGood).value().tcp);
  const auto config = load(std::string(kGood) + kTcp);
  ASSERT_TRUE(config) << config.error().message << " " << config.error().field;
  ASSERT_TRUE(config.value().tcp);
  const api::TcpOptions& tcp = *config.value().tcp;
  EXPECT_EQ(tcp.address, "::1");
  EXPECT_EQ(tcp.port, 8443);
  EXPECT_EQ(tcp.tls.certificate, folder_.path() / "tls/server.pem");
  EXPECT_EQ(tcp.tls.key, "/etc/server.key");
  EXPECT_EQ(tcp.tls.client_ca, folder_.path() / "tls/ca.pem");
  EXPECT_EQ(tcp.tls.client_crl, folder_.path() / "tls/crl.pem");
  EXPECT_EQ(config.value().certificate_look_seconds, 2);
  const auto least = load(std::string(kGood) +
                          with(with(kTcp, "client_crl = \"tls/crl.pem\"\n", ""), "address = \"::1\"\n", ""));
  ASSERT_TRUE(least) << least.error().message;
  EXPECT_EQ(least.value().tcp->address, "127.0.0.1");
  EXPECT_TRUE(least.value().tcp->tls.client_crl.empty());
}

TEST_F(Configuration, SaysWhatIsWrongWithTheTcpPort) {
  const auto wrong = [&](const std::string& from, const std::string& to) {
    const auto refused = load(std::string(kGood) + with(kTcp, from, to));
    if (refused) return std::string();
    EXPECT_EQ(refused.error().code, "config.key");
    const std::string file = (folder_ / "c.toml").string() + ": ";
    EXPECT_TRUE(refused.error().message.starts_with(file)) << refused.error().message;
    return refused.error().field + ": " + refused.error().message.substr(file.size());
  };
  const std::string no_address = "/tcp/address: expected an IPv4 or IPv6 address";
  EXPECT_TRUE(wrong("\"::1\"", "\"localhost\"").ends_with(no_address));
  EXPECT_TRUE(wrong("\"::1\"", "\"127.0.0.1:80\"").ends_with(no_address));
  EXPECT_TRUE(wrong("\"::1\"", "\"\"").ends_with(no_address));
  const std::string no_port = "/tcp/port: expected a number from 1 to 65535";
  for (const char* port : {"port = 0", "port = 65536", "port = -1", ""}) {
    EXPECT_EQ(wrong("port = 8443", port), no_port) << port;
  }
  EXPECT_EQ(wrong("8443", "\"8443\"").find("/tcp/port: wrong type"), 0U);
  for (const char* file : {"certificate", "key", "client_ca"}) {
    const std::string key = std::string("\n") + file + " =";
    EXPECT_EQ(wrong(key, "\nmoved =").find(std::string("/tcp/") + file + ": the key is missing"), 0U) << file;
  }
  EXPECT_EQ(wrong("client_crl", "client_clr").find("/tcp/client_clr: no such key, line"), 0U);
  EXPECT_EQ(wrong("seconds = 2", "seconds = -1").find("/tcp/certificate_look_seconds: expected a number"),
            0U);
  EXPECT_EQ(code_of("tcp = 1\n" + std::string(kGood)), "config.key");
}

TEST_F(Configuration, LimitsThePersonsConnections) {
  EXPECT_EQ(load(kGood).value().connections_per_person, 64);
  EXPECT_EQ(load("connections_per_person = 3\n" + std::string(kGood)).value().connections_per_person, 3);
  EXPECT_EQ(code_of("connections_per_person = 0\n" + std::string(kGood)), "config.key");
  EXPECT_EQ(code_of("connections_per_person = 257\n" + std::string(kGood)), "config.key");
}

TEST_F(Configuration, GivesPersonalDataAwayOnlyOnABenchWithTestKeys) {
  EXPECT_EQ(code_of(with(kGood, "test_keys = true", "test_keys = false")), "config.evidence");
}

}  // namespace
}  // namespace imprimatur::app
