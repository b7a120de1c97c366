// One element of a face template from its JSON. Used by the template loader only.
#pragma once

#include "print/face_template.hpp"
#include "print/template_members.hpp"

namespace imprimatur::print {

// What the elements of a template refer to by name.
struct TemplateNames {
  Palette colours;
  std::map<std::string, TextStyle> styles;
  std::map<std::string, std::map<std::string, std::string>> words;
  std::vector<std::string> fonts;
  std::map<std::string, ArtFile> art;
};

// A style: the members given, over `base`.
TextStyle read_style(Members& members, TextStyle base);

// Errors as of load_face_template. `side` is "front" or "back".
Result<Element> read_element(const json::object& object, const std::string& side, const TemplateNames& names);

}  // namespace imprimatur::print
