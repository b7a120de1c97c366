#include "print/face_check.hpp"

#include <algorithm>

namespace imprimatur::print {
namespace {

std::string sentence_of(const FaceFinding& finding) {
  return "On the face, " + finding.field + ": " + finding.sentence + ".";
}

class FaceCheck final : public job::Check {
 public:
  FaceCheck(job::Product product, FaceTemplate face, std::unique_ptr<FaceRenderer> renderer)
      : product_(std::move(product)), face_(std::move(face)), renderer_(std::move(renderer)) {}

  std::string_view name() const override { return "face"; }

  std::vector<job::Finding> examine(const job::CheckInput& input) const override {
    auto fields = job::compose_face_fields(input.document, product_);
    if (!fields) return {{fields.error().code, fields.error().field, fields.error().message + "."}};
    const FaceData data{std::move(fields.value()), input.images};
    std::vector<job::Finding> findings;
    for (const FaceFinding& finding : renderer_->check(face_, data)) {
      findings.push_back({finding.code, pointer_of(finding.field), sentence_of(finding)});
    }
    return findings;
  }

 private:
  std::string pointer_of(const std::string& field) const {
    const auto& own = product_.face_data;
    const bool is_own = std::find(own.begin(), own.end(), field) != own.end();
    return is_own ? "/product_data/" + field : document_pointer(field);
  }

  const job::Product product_;
  const FaceTemplate face_;
  const std::unique_ptr<FaceRenderer> renderer_;
};

}  // namespace

std::shared_ptr<const job::Check> make_face_check(job::Product product, FaceTemplate face,
                                                  std::unique_ptr<FaceRenderer> renderer) {
  return std::make_shared<FaceCheck>(std::move(product), std::move(face), std::move(renderer));
}

std::string document_pointer(const std::string& field) {
  static const std::map<std::string, std::string> kPointers = {
      {"name_capitals", "/holder/name_printed"},
      {"sex_printed", "/holder/sex"},
      {"nationality_printed", "/holder/nationality"},
      {"expiry_printed", "/document/expiry_date"},
      {"document_number", "/document/number"},
      {"issue_date", "/document/issue_date"},
      {"expiry_date", "/document/expiry_date"},
      {"issuer", "/document/issuer"},
      {"mrz1", "/mrz/0"},
      {"mrz2", "/mrz/1"},
      {"mrz3", "/mrz/2"},
      {"face", "/images/face"},
      {"qr", "/holder"},
  };
  const auto known = kPointers.find(field);
  return known != kPointers.end() ? known->second : "/holder/" + field;
}

}  // namespace imprimatur::print
