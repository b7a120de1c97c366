// The face's step as a blocking call for a face reader's lane.
#pragma once

#include "base/clock.hpp"
#include "station/card_work.hpp"
#include "station/face_reader.hpp"
#include "station/task_result.hpp"

namespace imprimatur::station {

// One face reader as its lane sees it. Used by that lane only. Borrows reader and clock.
class FaceStation {
 public:
  FaceStation(FaceReader& reader, const Clock& clock) : reader_(reader), clock_(clock) {}

  // Reads the face and compares it with the job and with work.reread, the chip in the same card. `request`
  // without targets: they come from the product's template. failed: it was read and differs; unknown: it
  // could not be read, look again.
  TaskResult read(const CardWork& work, FaceRequest request);

 private:
  FaceReader& reader_;
  const Clock& clock_;
};

// How the evidence of a step says whether the face was read.
inline constexpr const char* kFaceScanned = "scanned";
inline constexpr const char* kFaceNotScanned = "not scanned";

}  // namespace imprimatur::station
