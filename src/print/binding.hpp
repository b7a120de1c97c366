// From the value of a field to the text on the card. Pure functions; any thread.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// The text that `element` shows for `data`: static, formatted, or what stands for an empty value. Empty
// when the element is optional and its value is. Errors face.missing, face.bad_date, face.bad_value.
Result<std::string> bound_text(const TextElement& element, const FaceData& data);

// Whether an element with this condition is on the card of `data`.
bool holds(const Condition& condition, const FaceData& data);

// "YYYY-MM-DD" by a pattern of DD, D, MM, M, MMM, YYYY, YY. MMM prints JAN … DEC, or what `months` has for
// "01" to "12". Parts written 00, XX or 0000, XXXX are unknown and become X's (ICAO 9303-3, 4.8). Errors
// face.bad_date, face.bad_value (no word for the month).
Result<std::string> format_date(std::string_view date, std::string_view pattern,
                                const std::map<std::string, std::string>& months = {});

// Of the tokens above and other characters that are no ASCII letters; at least one token.
bool is_date_pattern(std::string_view pattern);

}  // namespace imprimatur::print
