#include "crypto/certificate_profile.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "tests/crypto/vectors.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::crypto {
namespace {

using test_support::run_command;

Certificate example(const char* variant, const char* name) {
  const auto file = vectors::load("lds.json");
  return Certificate::from_der(vectors::hex_member(file.at("pki_example").at(variant), name)).value();
}

std::string sentences(const std::vector<ProfileFinding>& findings) {
  std::string all;
  for (const auto& finding : findings) all += (finding.essential ? "! " : "") + finding.sentence + "\n";
  return all;
}

TEST(CertificateProfile, TheSharedExamplesKeepToIt) {
  for (const char* variant : {"named_curve", "explicit_parameters"}) {
    EXPECT_EQ(sentences(check_profile(example(variant, "csca_certificate"), CertificateRole::csca)), "");
    EXPECT_EQ(sentences(check_profile(example(variant, "dsc_certificate"), CertificateRole::document_signer)),
              "");
  }
}

TEST(CertificateProfile, TellsTheRolesApart) {
  const std::string as_signer =
      sentences(check_profile(example("named_curve", "csca_certificate"), CertificateRole::document_signer));
  EXPECT_NE(as_signer.find("! key usage is not digital signature alone"), std::string::npos) << as_signer;
  EXPECT_NE(as_signer.find("! a document signer's certificate says that it is an authority"),
            std::string::npos);
  const std::string as_authority =
      sentences(check_profile(example("named_curve", "dsc_certificate"), CertificateRole::csca));
  EXPECT_NE(as_authority.find("! key usage is not certificates and lists alone"), std::string::npos)
      << as_authority;
  EXPECT_NE(as_authority.find("! basic constraints do not say"), std::string::npos);
  EXPECT_NE(as_authority.find("! an authority's certificate has a document type list"), std::string::npos);
}

// A certificate as the openssl tool makes it from these extensions, self-signed.
std::string findings_of(const std::string& subject, const std::string& extensions) {
  const test_support::TemporaryFolder folder;
  EXPECT_TRUE(write_file(folder / "conf",
                         bytes_of("[req]\ndistinguished_name=dn\nx509_extensions=v3\nprompt=no\n[dn]\n" +
                                  subject + "\n[v3]\n" + extensions + "\n")));
  const auto made =
      run_command("cd " + folder.path().string() +
                  " && openssl ecparam -name prime256v1 -genkey -noout -out key && openssl req -x509 -new"
                  " -config conf -key key -out pem");
  EXPECT_EQ(made.exit_code, 0) << made.output;
  const auto certificate = Certificate::from_pem(read_text_file(folder / "pem").value());
  EXPECT_TRUE(certificate);
  return sentences(check_profile(certificate.value(), CertificateRole::document_signer));
}

const std::string kGood =
    "keyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid:always\nsubjectKeyIdentifier=hash\n";

TEST(CertificateProfile, WhatCameWithLaterEditionsIsNotEssential) {
  const std::string found = findings_of("C=UT\nCN=DS", kGood);
  EXPECT_EQ(found.find('!'), std::string::npos) << found;
  for (const char* missing : {"usage period", "subject's alternative name", "issuer's alternative name",
                              "distribution points", "document type list"}) {
    EXPECT_NE(found.find(missing), std::string::npos) << missing << "\n" << found;
  }
}

TEST(CertificateProfile, SeesEachEssentialRuleBroken) {
  const auto breaks = [](const std::string& found, const std::string& sentence) {
    EXPECT_NE(found.find("! " + sentence), std::string::npos) << sentence << "\n" << found;
  };
  breaks(findings_of("CN=DS", kGood), "subject or issuer lack a country");
  breaks(findings_of("C=UT\nO=DS", kGood),
         "subject or issuer lack a country of two letters or a common name");
  breaks(findings_of("C=UT\nCN=DS", "keyUsage=digitalSignature"), "key usage is absent or not critical");
  breaks(findings_of("C=UT\nCN=DS", "keyUsage=critical,digitalSignature,keyCertSign"),
         "key usage is not digital signature alone");
  breaks(findings_of("C=UT\nCN=DS", kGood + "basicConstraints=CA:TRUE"),
         "a document signer's certificate says");
  breaks(findings_of("C=UT\nCN=DS", kGood + "extendedKeyUsage=clientAuth"), "an extension is there");
  breaks(findings_of("C=UT\nCN=DS", kGood + "policyConstraints=requireExplicitPolicy:1"),
         "an extension is there");
  breaks(findings_of("C=UT\nCN=DS", "keyUsage=critical,digitalSignature\nauthorityKeyIdentifier=none"),
         "the authority key identifier is missing");
}

}  // namespace
}  // namespace imprimatur::crypto
