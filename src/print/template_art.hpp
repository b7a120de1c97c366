// The image files that a template brings itself: templates/faces/art/FILE, pinned by their hash in the
// template, whose own hash is in each card's record.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// By name. A file that is missing, too large (2 MiB) or not the pinned one is a finding face.art and left
// out: no decoder sees it. Reads files.
std::map<std::string, Bytes> load_art(const FaceTemplate& face, const std::filesystem::path& templates,
                                      const Sha256Hex& sha256_hex, std::vector<FaceFinding>& findings);

}  // namespace imprimatur::print
