#include "print/face_template.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "print/font_set.hpp"
#include "print/template_elements.hpp"
#include "print/template_rules.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kTemplateBytesMax = 1U << 20;
constexpr std::size_t kElementsMax = 400;  // a side
constexpr int kTemplateVersion = 1;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<Palette> read_palette(const json::object& colours) {
  static const Palette kNone;
  Members members(colours, "colours", kNone);
  Palette palette;
  for (const auto& colour : colours)
    palette[std::string(colour.key())] = members.colour(std::string(colour.key()));
  TRY_STATUS(members.status());
  return palette;
}

Status read_styles(const json::object& styles, TemplateNames& names) {
  for (const auto& entry : styles) {
    const std::string name(entry.key());
    if (!entry.value().is_object())
      return fail("template.value", "styles: " + name + " is not an object", name);
    Members members(entry.value().as_object(), "styles/" + name, names.colours);
    names.styles[name] = read_style(members, TextStyle{});
    TRY_STATUS(members.status());
  }
  return ok();
}

Status read_words(const json::object& lists, TemplateNames& names) {
  for (const auto& entry : lists) {
    const std::string name(entry.key());
    if (!entry.value().is_object())
      return fail("template.value", "words: " + name + " is not an object", name);
    Members members(entry.value().as_object(), "words/" + name, names.colours);
    for (const auto& word : entry.value().as_object()) {
      names.words[name][std::string(word.key())] = members.text(std::string(word.key()));
    }
    TRY_STATUS(members.status());
  }
  return ok();
}

Result<Side> read_side(const json::object& object, const std::string& name, const TemplateNames& names) {
  Members members(object, name, names.colours);
  Side side;
  static const json::array kNone;
  const json::array& areas = members.has("keep_out") ? members.array("keep_out") : kNone;
  const json::array& elements = members.array("elements");
  TRY_STATUS(members.status());
  if (elements.size() > kElementsMax) return fail("template.value", name + ": more than 400 elements", name);
  for (const json::value& area : areas) {
    if (!area.is_object()) return fail("template.value", name + ": a keep_out is not an object", name);
    Members area_members(area.as_object(), name + "/keep_out", names.colours);
    side.keep_out.push_back(
        {area_members.text("name"), area_members.box("box"), area_members.number_or("radius", {0, 10}, 0)});
    TRY_STATUS(area_members.status());
  }
  for (const json::value& element : elements) {
    if (!element.is_object()) return fail("template.value", name + ": an element is not an object", name);
    TRY(auto read, read_element(element.as_object(), name, names));
    side.elements.push_back(std::move(read));
  }
  return side;
}

}  // namespace

Result<FaceTemplate> parse_face_template(const std::string& text, const std::vector<std::string>& fonts) {
  auto object = parse_json_object(text, {.size_max = kTemplateBytesMax, .depth_max = 8});
  if (!object) return fail("template.syntax", "the template is not JSON: " + object.error().message);
  TemplateNames names;
  names.fonts = fonts;
  Members members(object.value(), "template", names.colours);
  FaceTemplate face;
  face.source_text = text;
  members.number("version", {kTemplateVersion, kTemplateVersion});
  face.name = members.text("name");
  face.title = members.text("title");
  if (members.text("card") != "ID-1") members.wrong("card", "is not ID-1");
  face.resolution_dpi = members.whole_or("resolution_dpi", {200, 1200}, 300);
  const json::object& colours = members.object("colours");
  const json::object& styles = members.object("styles");
  const json::object& words = members.object("words");
  const json::object& front = members.object("front");
  const json::object& back = members.object("back");
  TRY_STATUS(members.status());
  if (!is_plain_name(face.name)) return fail("template.name", "the template's name is not of a-z, 0-9 and -");
  TRY(auto palette, read_palette(colours));
  names.colours = std::move(palette);
  TRY_STATUS(read_styles(styles, names));
  TRY_STATUS(read_words(words, names));
  TRY(auto front_side, read_side(front, "front", names));
  TRY(auto back_side, read_side(back, "back", names));
  face.front = std::move(front_side);
  face.back = std::move(back_side);
  TRY_STATUS(check_template_rules(face));
  return face;
}

Result<FaceTemplate> load_face_template(const std::filesystem::path& templates, const std::string& name) {
  if (!is_plain_name(name)) return fail("template.name", "a face template's name is of a-z, 0-9 and -", name);
  TRY(auto fonts, listed_fonts(templates));
  TRY(auto text, read_text_file(templates / "faces" / (name + ".json"), kTemplateBytesMax));
  auto face = parse_face_template(text, fonts);
  if (!face) return while_doing("face template " + name, face.error());
  if (face.value().name != name) {
    return fail("template.name", "the template " + name + " calls itself otherwise", name);
  }
  return face;
}

}  // namespace imprimatur::print
