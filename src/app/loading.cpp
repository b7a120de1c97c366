#include "app/loading.hpp"

#include "app/loading_revocation.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "print/face_check.hpp"

namespace imprimatur::app {
namespace {

constexpr int kSignersMax = 99;  // of one product
constexpr std::string_view kTestKeysMarker = "TEST-KEYS-NEVER-FOR-REAL-CARDS";

// Reads only files whose hash stands in the manifest that two people signed.
class ManifestFiles {
 public:
  ManifestFiles(const json::object& files, const Config& config) : files_(files), config_(config) {}

  Result<std::string> read(const std::filesystem::path& folder, const std::string& name,
                           const std::string& manifest_name) const {
    TRY(auto text, read_text_file(folder / name));
    TRY_STATUS(check(manifest_name, text));
    return text;
  }

  bool has(const std::string& manifest_name) const { return files_.contains(manifest_name); }

  // For files that their own loaders read: `text` is what they had.
  Status check(const std::string& manifest_name, std::string_view text) const {
    const json::value* hash = files_.if_contains(manifest_name);
    if (hash == nullptr || !hash->is_string()) {
      return fail("manifest.file", "the file is not in the signed manifest", manifest_name,
                  "Have two people sign a manifest with the file.");
    }
    if (std::string(hash->get_string()) != sha256_hex(bytes_of(text))) {
      return fail("manifest.file", "the file is not the one that was signed", manifest_name,
                  "Restore the signed file, or have two people sign the new one.");
    }
    return ok();
  }

 private:
  const json::object& files_;
  const Config& config_;
};

// The product's signer NAME and its successors NAME-2, NAME-3 …, as far as the manifest has certificates of
// that name without a gap: what two people signed decides who may sign cards.
Result<std::vector<station::DocumentSigner>> load_signers(const Config& config, const std::string& first,
                                                          const ManifestFiles& manifest) {
  std::vector<station::DocumentSigner> signers;
  for (int number = 1; number <= kSignersMax; ++number) {
    const std::string label = number == 1 ? first : first + "-" + std::to_string(number);
    if (number > 1 && !manifest.has(label + ".pem")) break;
    TRY(auto pem, manifest.read(config.keys, label + ".pem", label + ".pem"));
    TRY(auto certificate, crypto::Certificate::from_pem(pem));
    signers.push_back({label, std::move(certificate)});
  }
  return signers;
}

Result<std::shared_ptr<const station::ProductLine>> load_line(const Config& config, const std::string& name,
                                                              const ManifestFiles& manifest) {
  TRY(auto product, job::load_product(config.templates, name));
  TRY_STATUS(manifest.check("templates/products/" + name + ".json", product.source_text));
  TRY(auto profile, chip::load_profile(config.templates / "chips", product.chip_profile,
                                       config.test_keys ? chip::TestKeys::allowed : chip::TestKeys::refused));
  TRY(auto face, print::load_face_template(config.templates, product.face_template));
  TRY_STATUS(manifest.check("templates/faces/" + product.face_template + ".json", face.source_text));
  TRY(auto profile_text, manifest.read(config.templates / "chips", product.chip_profile + ".json",
                                       "templates/chips/" + product.chip_profile + ".json"));
  TRY(auto signers, load_signers(config, product.document_signer, manifest));
  const std::string profile_hash = sha256_hex(bytes_of(profile_text));
  const std::string face_hash = sha256_hex(bytes_of(face.source_text));
  return std::make_shared<const station::ProductLine>(station::ProductLine{
      std::move(product), std::move(profile), std::move(face), std::move(signers), profile_hash, face_hash});
}

}  // namespace

std::string sha256_hex(ByteView bytes) {
  return to_hex_lower(crypto::sha256(bytes));
}

Result<Loaded> load_all(const Config& config, WallTime now) {
  if (!config.test_keys && std::filesystem::exists(config.keys / kTestKeysMarker)) {
    return fail("keys.test_keys", "the key folder holds test keys", config.keys.string(),
                "Use real keys; on a bench set test_keys = true.");
  }
  Loaded loaded;
  TRY(auto policy_text, read_text_file(config.keys / "policy.json"));
  TRY(loaded.policy, job::parse_policy(policy_text));
  TRY(auto manifest_text, read_text_file(config.keys / "manifest.jws.json"));
  TRY(auto jws, parse_json_object(manifest_text));
  auto statement = job::verify_statement(jws, loaded.policy, now);
  if (!statement) return while_doing("the manifest", statement.error());
  if (statement.value().kind != "reload")
    return fail("manifest.signature", "the manifest is no `reload` statement");
  TRY(auto files, member_object(statement.value().payload, "files"));
  loaded.manifest_files = *files;
  loaded.manifest_hash = sha256_hex(bytes_of(canonical_json(statement.value().payload)));
  const ManifestFiles manifest(loaded.manifest_files, config);
  TRY_STATUS(manifest.check("policy.json", policy_text));
  TRY(auto anchors, manifest.read(config.keys, "trust/csca.pem", "trust/csca.pem"));
  TRY(loaded.anchors, crypto::Certificate::from_pem_bundle(anchors));
  for (const std::string& name : config.revocation_lists) {
    TRY(auto text, manifest.read(config.keys, name, name));
    TRY(auto list, revocation_list_of(text, name));
    loaded.revocation_lists.push_back(std::move(list));
  }
  for (const std::string& name : config.products) {
    TRY(auto line, load_line(config, name, manifest));
    loaded.product_rules.emplace(name, line->product);
    loaded.products.emplace(name, std::move(line));
  }
  return loaded;
}

Result<std::map<std::string, job::Checks>> checks_of(const Loaded& loaded,
                                                     const print::RendererFiles& files) {
  std::map<std::string, job::Checks> checks;
  for (const auto& [name, line] : loaded.products) {
    job::Checks all = job::checks_for(line->product);
    TRY(auto renderer, print::FaceRenderer::create(files, sha256_hex));
    if (auto faults = renderer->examine(line->face); !faults.empty()) return faults.front();
    all.push_back(print::make_face_check(line->product, line->face, std::move(renderer)));
    checks.emplace(name, std::move(all));
  }
  return checks;
}

}  // namespace imprimatur::app
