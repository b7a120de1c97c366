#include "station/face_check.hpp"

#include "base/encoding.hpp"
#include "crypto/digest.hpp"
#include "job/chip_fields.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::station {
namespace {

constexpr const char* kPortrait = "face";  // the job's name of the image

const char* code_of(FaceTarget::Kind kind) {
  switch (kind) {
    case FaceTarget::Kind::mrz_line:
      return "face.mrz";
    case FaceTarget::Kind::qr:
      return "face.qr";
    case FaceTarget::Kind::code128:
      return "face.code";
  }
  return "face.code";
}

// The same text under the same name, or the position at which they part: no character of either.
Status compare_text(const FaceTarget& target, const std::string& read,
                    const std::map<std::string, std::string>& expected, const std::string& whose) {
  const auto found = expected.find(target.field);
  if (found == expected.end() || found->second.empty()) {
    return fail(code_of(target.kind), "the face shows something that the " + whose + " does not have",
                target.field);
  }
  if (found->second == read) return ok();
  std::size_t at = 0;
  while (at < read.size() && at < found->second.size() && read[at] == found->second[at]) ++at;
  return fail(code_of(target.kind),
              "the face differs from the " + whose + " at position " + std::to_string(at + 1), target.field);
}

// The portrait was drawn from the job's image: the chip must have the same one.
Status compare_portrait(const CardWork& work, const lds::FileMap& chip) {
  const auto differs = [](const char* sentence) { return fail("face.portrait", sentence, kPortrait); };
  const auto printed = work.images.find(kPortrait);
  const auto approved = work.document.images.find(kPortrait);
  const auto dg2 = chip.find(lds::FileId::dg2);
  if (printed == work.images.end() && approved == work.document.images.end() && dg2 == chip.end()) {
    return ok();  // a card without a portrait
  }
  if (printed == work.images.end() || approved == work.document.images.end() || dg2 == chip.end()) {
    return differs("the portrait is not in all of job, face and chip");
  }
  TRY(auto on_chip, lds::decode_dg2_image(dg2->second));
  if (to_base64url(crypto::sha256(printed->second)) != approved->second.sha256) {
    return differs("the face was printed from another picture than the approved one");
  }
  if (to_base64url(crypto::sha256(on_chip)) != approved->second.sha256) {
    return differs("the chip has another picture than the approved one");
  }
  return ok();
}

}  // namespace

Status compare_face(const CardWork& work, const lds::FileMap& chip, const std::vector<FaceTarget>& targets,
                    const FaceTexts& read) {
  TRY(auto of_job, job::compose_face_fields(work.document, work.line->product));
  TRY(auto of_chip, job::with_chip_fields(of_job, chip, work.line->product));
  for (const FaceTarget& target : targets) {
    const auto text = read.find(target.field);
    if (text == read.end()) return fail("face.missing", "nothing was read at this place", target.field);
    TRY_STATUS(compare_text(target, text->second, of_job, "job"));
    TRY_STATUS(compare_text(target, text->second, of_chip, "chip"));
  }
  return compare_portrait(work, chip);
}

}  // namespace imprimatur::station
