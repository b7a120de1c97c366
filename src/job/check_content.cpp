// Everything that goes on the card can be said: chip files and face fields are composed once on trial. Its
// findings have the codes content.* of what failed.
#include "job/check_table.hpp"

namespace imprimatur::job {
namespace {

void add(const Error& error, std::vector<Finding>& findings) {
  // The MRZ has its own check, and a name or expiry that cannot be told shows there too.
  if (error.code == "content.mrz" || error.code == "content.name") return;
  for (const Finding& known : findings) {
    if (known.code == error.code && known.field == error.field) return;
  }
  findings.push_back({error.code, error.field, "The card cannot be composed: " + error.message + "."});
}

}  // namespace

CheckResult make_content_check(const Product& product) {
  return function_check("content", [product](const CheckInput& input, std::vector<Finding>& findings) {
    const auto files = compose_files(input.document, input.images, product);
    if (!files) add(files.error(), findings);
    const auto fields = compose_face_fields(input.document, product);
    if (!fields) add(fields.error(), findings);
  });
}

}  // namespace imprimatur::job
