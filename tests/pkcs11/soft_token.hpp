// A SoftHSM token of one's own in a temporary folder: made through TokenAdmin, gone at the end.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.hpp"
#include "devices/pkcs11/pkcs11_vault.hpp"
#include "devices/pkcs11/token_admin.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::devices::testing {

inline constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
inline constexpr const char* kTokenLabel = "imprimatur-test";

inline Secret secret_text(std::string_view text) {
  return Secret::copy_of(bytes_of(text));
}

// SoftHSM reads SOFTHSM2_CONF when it is initialised; each test starts with no module loaded.
class SoftToken {
 public:
  SoftToken() {
    const auto tokens = folder_ / "token";
    std::filesystem::create_directory(tokens);
    const std::string conf = "directories.tokendir = " + tokens.string() + "\nobjectstore.backend = file\n";
    EXPECT_TRUE(write_file(folder_ / "softhsm2.conf", bytes_of(conf)));
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
  }

  Result<std::unique_ptr<TokenAdmin>> create() {
    return TokenAdmin::create({.module = kModule,
                               .label = kTokenLabel,
                               .pin = secret_text("1234-user"),
                               .so_pin = secret_text("5678-officer")});
  }

  Result<std::unique_ptr<Pkcs11Vault>> open(std::string_view pin = "1234-user",
                                            std::string_view label = kTokenLabel) {
    return Pkcs11Vault::open({.module = kModule, .token_label = std::string(label), .pin = secret_text(pin)});
  }

  // What OpenSC's own tool says about the token's objects.
  std::string pkcs11_tool(const std::string& arguments) {
    return test_support::run_command("SOFTHSM2_CONF=" + (folder_ / "softhsm2.conf").string() +
                                     " pkcs11-tool --module " + kModule + " --token-label " + kTokenLabel +
                                     " --login --pin 1234-user " + arguments)
        .output;
  }

  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  test_support::TemporaryFolder folder_;
};

}  // namespace imprimatur::devices::testing
