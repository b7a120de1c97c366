// The bench's face reader: rasterises what the virtual printer printed and reads from the pixels. It has no
// eyes for bodies: it finds the face by the print job.
//
// Poppler's pdftoppm does it in a process of its own. One thread; a call takes about 0.1 s at 300 dpi.
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "station/face_reader.hpp"

namespace imprimatur::devices {

struct VirtualFaceReaderSettings {
  std::filesystem::path spool;  // of the virtual printers: a folder for each, and in it JOB-UUID.pdf
  std::filesystem::path font;   // of the MRZ
  int resolution_dpi = 300;     // 200 to 600
};

// Errors of MrzReader::create. The clock must outlive the reader.
Result<std::unique_ptr<station::FaceReader>> open_virtual_face_reader(
    const VirtualFaceReaderSettings& settings, const Clock& clock);

}  // namespace imprimatur::devices
