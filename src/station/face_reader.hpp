// Port FaceReader: what a camera or scanner reads from the face of a printed card. Implemented by
// devices/face_reader.
//
// A reader is told where on the card something machine-readable stands, never what it says. One lane: one
// call at a time. A call blocks, at most the device's own time limits. Looking changes nothing on the card:
// it may be done again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "station/transport.hpp"

namespace imprimatur::station {

// Something on a side that a machine can read. Lengths are millimetres from the upper left corner of the
// side.
struct FaceTarget {
  enum class Kind { mrz_line, qr, code128 } kind = Kind::qr;
  enum class Side { front, back } side = Side::front;
  std::string field;  // of the face's data: "mrz2", "qr"
  double x = 0, y = 0;
  double width = 0, height = 0;
  double pitch = 0;  // mrz_line: the cells begin at x, stand on the baseline y and are so wide
};

struct FaceRequest {
  Place place;            // where the body stands
  std::string body;       // the transport's name for it
  std::string print_job;  // job-uuid of what was printed on it
  std::vector<FaceTarget> targets;
};

// What was read, by field.
using FaceTexts = std::map<std::string, std::string>;

class FaceReader {
 public:
  virtual ~FaceReader() = default;

  // Every target, or an error: face.unreadable (the image is there; the error's field is the target's: it is
  // not one code, or a character is not clearly one), face_reader.* (no image, or none of a card's shape).
  virtual Result<FaceTexts> read(const FaceRequest& request) = 0;
};

}  // namespace imprimatur::station
