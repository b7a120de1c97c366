// From the value of a field to the text on the card. Pure functions; any thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// The text that `element` shows for `data`: static, formatted, or what stands for an empty value. Empty
// when the element is optional and its value is. Errors face.missing, face.bad_date, face.bad_value.
Result<std::string> bound_text(const TextElement& element, const FaceData& data);

// "YYYY-MM-DD" by a pattern of DD, MM, MMM (JAN … DEC), YYYY. Parts written 00, XX or 0000, XXXX are unknown
// and become X's (ICAO 9303-3, 4.8). Error face.bad_date.
Result<std::string> format_date(std::string_view date, std::string_view pattern);

}  // namespace imprimatur::print
