// Everything that the station reads once at start: policy, manifest, trust anchors, products with their chip
// profiles and faces, certificates. What two people have not signed is not loaded (design section 4,
// `reload`).
#pragma once

#include <map>
#include <memory>

#include "app/config.hpp"
#include "job/intake.hpp"
#include "job/policy.hpp"
#include "print/render.hpp"
#include "station/station.hpp"

namespace imprimatur::app {

struct Loaded {
  job::Policy policy;
  json::object manifest_files;  // name → SHA-256 hex, as signed
  std::string manifest_hash;    // SHA-256 hex of the signed payload
  std::vector<crypto::Certificate> anchors;
  std::vector<Bytes> revocation_lists;  // DER
  station::ProductLines products;
  std::map<std::string, job::Product> product_rules;  // for intake
};

// Errors of the files' own loaders; manifest.signature, manifest.file (hash differs, or a file that is used
// is not in the manifest), keys.test_keys (test keys and the configuration does not allow them).
Result<Loaded> load_all(const Config& config, WallTime now);

// Data checks of every product: those of job, and the face's (glyphs, fit, photo).
Result<std::map<std::string, job::Checks>> checks_of(const Loaded& loaded, const print::RendererFiles& files);

std::string sha256_hex(ByteView bytes);  // lower case

}  // namespace imprimatur::app
