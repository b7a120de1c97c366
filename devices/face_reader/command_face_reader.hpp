// A real face reader: a command that takes a picture of one side of the card (a camera, a flatbed scanner)
// and writes it to its standard output as PNG, JPEG or PGM. FORMAT.md beside this file says what the picture
// must be. Nothing is written to disk: a picture of a card is personal data.
//
// One thread. A call runs the command once for each side that has something to read.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "station/face_reader.hpp"

namespace imprimatur::devices {

struct CommandFaceReaderSettings {
  // Program and arguments; in an argument "{side}" becomes front or back, "{place}" where the body stands
  // ("reader-1"), "{body}" the transport's name for it. No shell reads them.
  std::vector<std::string> command;
  std::filesystem::path font;  // of the MRZ
  std::chrono::milliseconds time_max{10'000};
  std::size_t image_bytes_max = 32U << 20;
};

// Errors of MrzReader::create; face_reader.command when there is no command. The clock must outlive it.
Result<std::unique_ptr<station::FaceReader>> open_command_face_reader(
    const CommandFaceReaderSettings& settings, const Clock& clock);

}  // namespace imprimatur::devices
