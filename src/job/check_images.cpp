// The images are those that the document names: all there, none besides, with the hash and type it tells.
#include "base/encoding.hpp"
#include "crypto/digest.hpp"
#include "job/check_table.hpp"
#include "job/image_size.hpp"

namespace imprimatur::job {

CheckResult make_images_check(const Product&) {
  return function_check("images", [](const CheckInput& input, std::vector<Finding>& findings) {
    for (const auto& [name, reference] : input.document.images) {
      const std::string field = "/images/" + name;
      const auto image = input.images.find(name);
      if (image == input.images.end()) {
        findings.push_back(
            {"check.image_missing", field, "The document names an image that was not submitted."});
        continue;
      }
      if (to_base64url(crypto::sha256(image->second)) != reference.sha256) {
        findings.push_back(
            {"check.image_hash", field + "/sha256", "The image is not the one that was approved."});
      }
      if (!has_signature_of(reference.type, image->second)) {
        findings.push_back(
            {"check.image_type", field + "/type", "The image is not of the type that is told."});
      }
    }
    for (const auto& [name, bytes] : input.images) {
      if (input.document.images.contains(name)) continue;
      findings.push_back(
          {"check.image_surplus", "/images", "An image was submitted that the document does not name."});
    }
  });
}

}  // namespace imprimatur::job
