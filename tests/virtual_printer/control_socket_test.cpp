#include "devices/virtual_printer/control_socket.hpp"

#include <gtest/gtest.h>

#include "tests/ipp/scratch_folder.hpp"
#include "tests/virtual_printer/raw_client.hpp"

namespace imprimatur::devices {
namespace {

using tests::RawClient;

class ControlSocketTest : public testing::Test {
 protected:
  std::unique_ptr<ControlSocket> start() {
    auto control =
        ControlSocket::start(path_, [](std::string_view line) { return "heard " + std::string(line); });
    EXPECT_TRUE(control) << control.error().message;
    return std::move(control).value();
  }

  tests::ScratchFolder folder_;
  std::filesystem::path path_ = folder_.path() / "control";
};

TEST_F(ControlSocketTest, AnswersEachLine) {
  const auto control = start();
  const RawClient client(path_);
  client.send("one\ntw");
  EXPECT_EQ(client.read_until("\n"), "heard one\n");
  client.send("o\n\n");
  EXPECT_EQ(client.read_until("heard \n"), "heard two\nheard \n");
}

TEST_F(ControlSocketTest, ServesOneClientAfterTheOther) {
  const auto control = start();
  for (int i = 0; i < 3; ++i) {
    const RawClient client(path_);
    client.send("x\n");
    EXPECT_EQ(client.read_until("\n"), "heard x\n");
  }
}

TEST_F(ControlSocketTest, RefusesALineWithoutEnd) {
  const auto control = start();
  const RawClient client(path_);
  client.send(std::string(2'000, 'x'));
  EXPECT_TRUE(client.read_all().starts_with("error: "));
}

TEST_F(ControlSocketTest, ReplacesAnOldSocketAndLeavesNoneBehind) {
  auto control = start();
  const RawClient client(path_);  // an open client does not keep it from stopping
  control.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
  control = start();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(ControlSocketTest, RefusesAPathThatIsTooLongForASocket) {
  const auto control =
      ControlSocket::start(folder_.path() / std::string(120, 'x'), [](std::string_view) { return ""; });
  ASSERT_FALSE(control);
  EXPECT_EQ(control.error().code, "virtual_printer.control");
}

}  // namespace
}  // namespace imprimatur::devices
