#include "tests/sim/face_reader.hpp"

namespace imprimatur::sim {

using namespace std::chrono_literals;

Result<station::FaceTexts> SimulatedFaceReader::read(const station::FaceRequest& request) {
  clock_.spend(300ms);
  ++looks;
  FaceFault fault = FaceFault::none;
  if (!faults.empty()) {
    fault = faults.front();
    faults.pop_front();
  }
  const Body* body = transport_.at(request.place);
  if (fault == FaceFault::no_image || body == nullptr || body->faces.empty()) {
    return fail("face_reader.image", "there is no image of a printed card");
  }
  if (fault == FaceFault::unreadable) return fail("face.unreadable", "the character at position 7", "mrz1");
  const station::FaceTexts fields = fields_of_(body->faces.back());
  station::FaceTexts read;
  if (fault == FaceFault::nothing) return read;
  for (const station::FaceTarget& target : request.targets) read[target.field] = fields.at(target.field);
  if (fault == FaceFault::wrong_letter) read.at("mrz2").at(29) = read.at("mrz2").at(29) == '1' ? '7' : '1';
  if (fault == FaceFault::wrong_qr) read.at("qr") += "0";
  return read;
}

}  // namespace imprimatur::sim
