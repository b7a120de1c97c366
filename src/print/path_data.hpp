// Path data as SVG writes them, the absolute part: M L H V C Z. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// Scaled, then moved by `origin`. Error template.value with the offset. At most 2000 steps.
Result<std::vector<PathStep>> parse_path(std::string_view text, Point origin, double scale);

// The box of all points, control points too.
Box bounds_of(const std::vector<PathStep>& steps);

}  // namespace imprimatur::print
