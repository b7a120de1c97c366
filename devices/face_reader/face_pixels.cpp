#include "devices/face_reader/face_pixels.hpp"

#include "devices/face_reader/code_reader.hpp"

namespace imprimatur::devices {

Result<station::FaceTexts> read_face(const std::vector<GreyImage>& sides,
                                     const std::vector<station::FaceTarget>& targets, const MrzReader& mrz) {
  station::FaceTexts texts;
  for (const station::FaceTarget& target : targets) {
    const std::size_t side = target.side == station::FaceTarget::Side::front ? 0 : 1;
    if (side >= sides.size()) {
      return fail("face_reader.image", "there is no image of the side that has to be read", target.field);
    }
    auto text = target.kind == station::FaceTarget::Kind::mrz_line ? mrz.read_line(sides[side], target)
                                                                   : read_code(sides[side], target);
    if (!text) return text.error();
    texts[target.field] = std::move(text).value();
  }
  return texts;
}

}  // namespace imprimatur::devices
