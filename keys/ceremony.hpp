// The key ceremony of a bench: throw-away keys, certificates, people and a policy, all fresh at every run.
// What a real authority does with people, safes and witnesses, this does for fictional holders only: the
// token's label and a marker file say so, and the daemon refuses such keys unless its configuration allows
// test keys. keys/FORMAT.md describes the folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/certificate.hpp"

namespace imprimatur::keys {

// One issuing country: its CSCA and its document signers.
struct TestCountry {
  std::string country;    // two letters, as in certificates
  std::string icao_code;  // as in the MRZ
};

struct TestKeyOptions {
  std::filesystem::path templates;  // whose files the manifest covers
  std::string module = "/usr/lib/softhsm/libsofthsm2.so";
  std::string log_origin = "imprimatur.example/test-log";
  std::vector<TestCountry> countries = {{"VN", "VNM"}, {"UT", "UTO"}};
  // Of the document signers and their CSCAs: P-256, P-384 or brainpoolP256r1.
  crypto::KeyType signer_curve = crypto::KeyType::ec_p256;
  crypto::CurveParameters curve_parameters = crypto::CurveParameters::named;
  // Document signers of each country, 1 to kTestSignersMax: ds-XXX, ds-XXX-2, … The usage period of each
  // begins when that of the one before ends.
  int signers = 1;
};

inline constexpr int kTestSignersMax = 12;  // their usage periods fit into three years of the CSCA's

inline constexpr const char* kTestTokenLabel = "imprimatur-test";
inline constexpr const char* kTestKeysMarker = "TEST-KEYS-NEVER-FOR-REAL-CARDS";

// Makes everything below `folder`, which must not have keys yet. Sets SOFTHSM2_CONF for this process: call it
// before any thread starts. Errors keys.exist, keys.signers, keys.manifest, vault.*, file.*, crypto.*. On an
// error the folder is left for a look and has no manifest, so that no daemon starts with it.
Status init_test_keys(const std::filesystem::path& folder, const TestKeyOptions& options);

}  // namespace imprimatur::keys
