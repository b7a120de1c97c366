// Patterns that put a text together of several fields: "{primary_identifier}[, {secondary_identifier}]". Read
// when a template is loaded. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// {field}, {field:DATE PATTERN} and {field|word list} in literal text; what stands in [ ] is left out when
// one of its fields is empty, and groups do not nest. Error template.value with the offset.
Result<std::vector<TextPart>> parse_text_pattern(
    const std::string& text, const std::map<std::string, std::map<std::string, std::string>>& words);

}  // namespace imprimatur::print
