// Certificate revocation lists, which the openssl tool makes: it plays the authority.
#pragma once

#include "base/files.hpp"
#include "tests/chip/test_trust.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::chip::testing {

// Of the test's authority, good from 2026-11-01 to 2027-01-01. `serial`: of the certificate that is revoked;
// the document signer's is 02.
inline Bytes revocation_list(const TestTrust& trust, std::string_view serial) {
  const test_support::TemporaryFolder folder;
  EXPECT_TRUE(write_file(folder / "csca.pem", bytes_of(trust.csca().pem())));
  EXPECT_TRUE(write_file(folder / "csca.key", trust.csca_key().to_pkcs8_pem().reveal()));
  EXPECT_TRUE(write_file(folder / "index.txt", bytes_of("R\t360401000000Z\t261001000000Z\t" +
                                                        std::string(serial) + "\tunknown\t/C=UT/CN=DS\n")));
  EXPECT_TRUE(write_file(folder / "number", bytes_of(std::string_view("01\n"))));
  EXPECT_TRUE(
      write_file(folder / "ca.conf",
                 bytes_of("[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\ncrlnumber=number\n"
                          "default_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n")));
  const auto made = test_support::run_command(
      "cd " + folder.path().string() +
      " && openssl ca -config ca.conf -gencrl -keyfile csca.key -cert csca.pem -crl_lastupdate "
      "20261101000000Z -crl_nextupdate 20270101000000Z -out crl.pem && openssl crl -in crl.pem -outform DER "
      "-out crl.der");
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return read_file(folder / "crl.der").value();
}

}  // namespace imprimatur::chip::testing
