// A job's face as files for people: PDF of both sides, and a PNG of each as a printer would print it.
#pragma once

#include <filesystem>
#include <vector>

#include "app/commands/command.hpp"
#include "base/result.hpp"
#include "print/face_template.hpp"

namespace imprimatur::app {

// Writes face.pdf, front.png and back.png (300 dpi, 1016 x 648) into `folder`, which is made when it is not
// there; and for a template with layers front-resin.png and so on. The same job gives the same bytes. Answers
// the files. Rasterised by poppler's pdftoppm in a process of its own: error preview.rasteriser when it fails
// or takes more than 30 s.
Result<std::vector<std::filesystem::path>> preview_face(const CommandContext& context,
                                                        const print::FaceTemplate& face,
                                                        const std::filesystem::path& job,
                                                        const std::filesystem::path& folder);

}  // namespace imprimatur::app
