#include "app/loading_revocation.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::app {
namespace {

// PEM as RFC 7468 section 6 has it around 3003020101: MAMCAQE= by base64(1).
TEST(RevocationListFile, TakesDerAndPem) {
  const Bytes der = hex("3003020101");
  EXPECT_EQ(revocation_list_of(text_of(der), "UTO.crl").value(), der);
  EXPECT_EQ(revocation_list_of("Issuer: CSCA\n-----BEGIN X509 CRL-----\nMAMC\nAQE=\n-----END X509 CRL-----\n",
                               "UTO.crl")
                .value(),
            der);
}

TEST(RevocationListFile, NamesTheFileThatIsNone) {
  const auto cut = revocation_list_of("-----BEGIN X509 CRL-----\nMAMCAQE=\n", "UTO.crl");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, "crypto.crl_syntax");
  EXPECT_EQ(cut.error().field, "UTO.crl");
  EXPECT_FALSE(revocation_list_of("-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n", "UTO.crl"));
  const std::string large(kRevocationListBytesMax + 1, 'x');
  EXPECT_EQ(revocation_list_of(large, "UTO.crl").error().code, "crypto.crl_syntax");
}

}  // namespace
}  // namespace imprimatur::app
