// A simulated face reader: sees what is really printed on the body that stands where the station says,
// whatever the station believes to be there.
#pragma once

#include <deque>
#include <functional>

#include "station/face_reader.hpp"
#include "tests/sim/machine.hpp"

namespace imprimatur::sim {

// What the next look sees.
enum class FaceFault {
  none,
  no_image,      // the camera gives none
  unreadable,    // a smudge
  wrong_letter,  // in the second line of the MRZ
  wrong_qr,
  nothing,  // it answers without having read anything
};

class SimulatedFaceReader final : public station::FaceReader {
 public:
  // The face's fields of a print job, by its name.
  using FieldsOf = std::function<station::FaceTexts(const std::string& attempt)>;
  SimulatedFaceReader(SimulatedTransport& transport, SimulatedClock& clock, FieldsOf fields_of)
      : transport_(transport), clock_(clock), fields_of_(std::move(fields_of)) {}

  Result<station::FaceTexts> read(const station::FaceRequest& request) override;

  std::deque<FaceFault> faults;  // of the next looks
  int looks = 0;

 private:
  SimulatedTransport& transport_;
  SimulatedClock& clock_;
  FieldsOf fields_of_;
};

}  // namespace imprimatur::sim
