// A card and a reader driver that are not ours: the dialect iso7816-files writes Debian's vicc through stock
// vpcd, and opensc-tool reads it back.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <regex>

#include "base/files.hpp"
#include "chip/personalise.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "support/command.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"
#include "tests/chip/card_bench.hpp"

namespace imprimatur {
namespace {

using chip::testing::CardKeyVault;
using lds::FileId;
using test_support::run_command;
using test_support::TemporaryFolder;

constexpr std::string_view kReader = "Virtual PCD 00 00";
constexpr std::size_t kReadSize = 256;

// vicc knows CREATE FILE as pySim and others write it; no access control, no activation, no keys.
constexpr std::string_view kProfile = R"json({
  "format": 2,
  "profile": "vicc",
  "version": 1,
  "dialect": "iso7816-files",
  "application": "A000000247100100",
  "identity": {"select": "none", "command": "00840000", "bytes": 8},
  "access": [],
  "secure_channel": {"protocol": "none"},
  "transfer": {"extended_if_offered": false, "command_bytes_max": 255},
  "commands": {
    "before": [{"step": "CREATE FILE of the application", "command": "00E00000",
                "data": "62( 820138 83025000 84({application}) )"}],
    "create": [{"step": "CREATE FILE", "command": "00E00000",
                "data": "62( 8002{file_size} 820101 8302{file_id} 8801{short_id} )"}],
    "activate": [{"step": "SELECT of the master file", "command": "00A4000C", "data": "3F00"}]
  },
  "files": [
    {"file": "DG1", "read": "always", "required": true},
    {"file": "DG2", "read": "always", "required": true},
    {"file": "DG11", "read": "always", "required": true},
    {"file": "EF.COM", "read": "always", "required": true},
    {"file": "EF.SOD", "read": "always", "required": true}
  ],
  "closing": ["activate"]
})json";

bool bind_to(int descriptor, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

// A port of which the next one is free too: vpcd has two slots. Zero when there is none.
int free_port() {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const int first = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int second = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    bool free = bind_to(first, 0) && ::getsockname(first, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    const int port = ntohs(address.sin_port);
    free = free && port < 65535 && bind_to(second, port + 1);
    ::close(first);
    ::close(second);
    if (free) return port;
  }
  return 0;
}

class Vicc : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
    ASSERT_TRUE(std::filesystem::exists(driver)) << "apt-get install vsmartcard-vpcd";
    ASSERT_TRUE(std::filesystem::exists("/usr/bin/vicc")) << "apt-get install vsmartcard-vpicc";
    ASSERT_TRUE(std::filesystem::exists("/usr/bin/opensc-tool")) << "apt-get install opensc";
    const std::string port = std::to_string(free_port());
    ASSERT_NE(port, "0");
    ASSERT_TRUE(make_folders(folder / "conf"));
    const std::string stanza = "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:" + port + "\nLIBPATH " +
                               driver.string() + "\nCHANNELID " + port + "\n";
    ASSERT_TRUE(write_file(folder / "conf" / "vpcd", bytes_of(stanza)));
    socket = (folder / "run").string() + "/pcscd.comm";
    ::setenv("PCSCLITE_CSOCK_NAME", socket.c_str(), 1);
    pcscd = start({SOURCE_DIR "/tools/pcscd-private", folder.path().string()}, folder / "pcscd.log");
    vicc = start({"/usr/bin/python3", SOURCE_DIR "/tests/vicc/vicc.py", port}, "/dev/null");
    // What answers is waited for by asking, at most ten seconds in all.
    const auto up =
        run_command("for i in $(seq 100); do test -S " + socket + " && exit 0; sleep 0.1; done; exit 1");
    ASSERT_EQ(up.exit_code, 0) << read_text_file(folder / "pcscd.log").value();
    const auto card = reader.wait_for_card(true, 10'000);
    ASSERT_TRUE(card && card.value()) << read_text_file(folder / "pcscd.log").value();
  }

  static testing::ChildProcess start(const std::vector<std::string>& command,
                                     const std::filesystem::path& log) {
    auto child = testing::ChildProcess::start(command, log);
    EXPECT_TRUE(child);
    return std::move(child).value();
  }

  // The bytes of a file as opensc-tool prints them, 16 a line.
  Bytes read_with_opensc(FileId file, std::size_t size) const {
    std::string apdus = " -s 00A4040C08A000000247100100 -s 00A4020C02" + id_text(file);
    for (std::size_t offset = 0; offset < size; offset += kReadSize) {
      Bytes place;
      append_be(place, offset, 2);
      place.push_back(static_cast<std::uint8_t>(std::min(kReadSize, size - offset)));  // 256 becomes 00
      apdus += " -s 00B0" + to_hex(place);
    }
    const auto result = run_command("opensc-tool -c default -r \"" + std::string(kReader) + "\"" + apdus);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    Bytes bytes;
    static const std::regex kLine("^((?:[0-9A-F]{2} ){1,16})");
    std::istringstream lines(result.output);
    for (std::string line; std::getline(lines, line);) {
      std::smatch found;
      if (!std::regex_search(line, found, kLine)) continue;
      std::string digits = found[1].str();
      std::erase(digits, ' ');
      append(bytes, hex(digits));
    }
    return bytes;
  }

  static std::string id_text(FileId file) {
    Bytes id;
    append_be(id, lds::fid(file), 2);
    return to_hex(id);
  }

  TemporaryFolder folder;
  std::string socket;
  testing::ChildProcess pcscd;
  testing::ChildProcess vicc;
  devices::PcscReader reader{std::string(kReader)};
};

TEST_F(Vicc, IsWrittenByIso7816FilesAndReadByOpensc) {
  const auto profile = chip::parse_profile(kProfile, "vicc", chip::TestKeys::allowed);
  ASSERT_TRUE(profile) << profile.error().message;
  chip::ChipContent content;
  content.mrz = chip::testing::specimen_mrz();
  for (auto& [file, bytes] : chip::testing::specimen_groups(3000)) {
    if (profile.value().find(file) != nullptr) content.files[file] = bytes;
  }
  content.files[FileId::com] = lds::encode_com({FileId::dg1, FileId::dg2, FileId::dg11});
  content.files[FileId::sod] = lds::encode_tlv(0x77, SeededRandom(3).bytes(1200));
  {
    auto channel = reader.connect();
    ASSERT_TRUE(channel) << channel.error().message;
    const auto before = chip::read_chip_state(*channel.value(), profile.value());
    ASSERT_TRUE(before) << before.error().message;
    CardKeyVault vault;
    SeededRandom random(1);
    const auto written = chip::write_chip(*channel.value(), profile.value(), content, vault, random);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written.value().read_back, content.files);
  }
  for (const auto& [file, bytes] : content.files) {
    EXPECT_EQ(read_with_opensc(file, bytes.size()), bytes) << lds::name_of(file);
  }
}

}  // namespace
}  // namespace imprimatur
