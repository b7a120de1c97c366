#include "print/template_elements.hpp"

#include <algorithm>

#include "print/binding.hpp"
#include "print/path_data.hpp"
#include "print/text_pattern.hpp"

namespace imprimatur::print {
namespace {

constexpr double kSmallestTypePt = 5;  // legible on a card, and to the printers' 300 dpi
constexpr Range kWidthMm{0.02, 5};
constexpr Range kLengthMm{0, 100};
constexpr std::size_t kConditionValuesMax = 100;

void check_font(Members& members, const TemplateNames& names, const std::string& font) {
  if (std::find(names.fonts.begin(), names.fonts.end(), font) == names.fonts.end()) {
    members.wrong("font", "is not in the list of fonts", "template.font");
  }
}

// "style": one of the template's styles; other members of a style go over it.
TextStyle styled(Members& members, const TemplateNames& names, const std::string& member) {
  TextStyle base;
  if (members.has(member)) {
    const auto found = names.styles.find(members.text(member));
    if (found == names.styles.end()) {
      members.wrong(member, "is not a style of this template");
      return base;
    }
    base = found->second;
  }
  return base;
}

// The word list that `member` names.
std::map<std::string, std::string> word_list(Members& members, const TemplateNames& names,
                                             const std::string& member) {
  const auto found = names.words.find(members.text(member));
  if (found != names.words.end()) return found->second;
  members.wrong(member, "is not a word list of this template");
  return {};
}

Format read_format(Members& members, const TemplateNames& names) {
  Format format;
  if (members.has("date") && members.has("words")) members.wrong("words", "and date exclude each other");
  if (members.has("date")) {
    format.kind = Format::Kind::date;
    format.pattern = members.text("date");
    if (!is_date_pattern(format.pattern)) members.wrong("date", "is not of DD, D, MM, M, MMM, YYYY, YY");
    if (members.has("months")) format.words = word_list(members, names, "months");
  } else if (members.has("words")) {
    format.kind = Format::Kind::words;
    format.words = word_list(members, names, "words");
  }
  return format;
}

void read_pattern(Members& members, const TemplateNames& names, TextElement& text) {
  auto parts = parse_text_pattern(members.text("pattern"), names.words);
  if (!parts) {
    members.wrong("pattern", parts.error().message);
    return;
  }
  text.parts = std::move(parts.value());
  const auto field = std::find_if(text.parts.begin(), text.parts.end(),
                                  [](const TextPart& part) { return !part.field.empty(); });
  if (field == text.parts.end()) {
    members.wrong("pattern", "names no field: write it as text");
    return;
  }
  text.field = field->field;
}

TextElement read_text(Members& members, const TemplateNames& names) {
  TextElement text;
  text.style = read_style(members, styled(members, names, "style"));
  check_font(members, names, text.style.font);
  const int sources = int{members.has("text")} + int{members.has("field")} + int{members.has("pattern")};
  if (sources != 1) members.wrong("text", "or field or pattern is wanted, one of them");
  if (members.has("text")) {
    text.text = members.text("text");
    text.decoration = members.flag_or("decoration", false);
    return text;
  }
  if (members.has("pattern")) {
    read_pattern(members, names, text);
  } else {
    text.field = members.text("field");
    text.format = read_format(members, names);
  }
  if (members.has("when_empty")) text.when_empty = members.text("when_empty");
  text.optional = members.flag_or("optional", false);
  return text;
}

CaptionElement read_caption(Members& members, const TemplateNames& names) {
  CaptionElement caption;
  caption.first = read_style(members, styled(members, names, "style"));
  caption.second = members.has("second_style") ? styled(members, names, "second_style") : caption.first;
  check_font(members, names, caption.first.font);
  check_font(members, names, caption.second.font);
  caption.first_text = members.text("first");
  caption.second_text = members.text("second");
  if (caption.first.rotate != 0 || caption.first.align != Align::left || caption.first.lines_max != 1) {
    members.wrong("style", "of a caption is one line, upright, from the left");
  }
  return caption;
}

MrzElement read_mrz(Members& members, const TemplateNames& names) {
  MrzElement mrz;
  const json::array& fields = members.array("fields");
  if (fields.size() != mrz.fields.size()) members.wrong("fields", "has three entries");
  for (std::size_t i = 0; i < std::min(fields.size(), mrz.fields.size()); ++i) {
    if (!fields[i].is_string()) members.wrong("fields", "holds names");
    if (fields[i].is_string()) mrz.fields[i] = std::string(fields[i].as_string());
  }
  mrz.font = members.text("font");
  check_font(members, names, mrz.font);
  mrz.line_pitch_mm = members.number("line_pitch", {3.2, 8});
  mrz.first_baseline_mm = members.number("first_baseline", {2, 20});
  mrz.colour = members.colour("colour");
  return mrz;
}

ImageElement read_image(Members& members) {
  ImageElement image;
  image.image = members.text("image");
  image.radius_mm = members.number_or("radius", {0, 20}, 0);
  image.opacity = members.number_or("opacity", {0.02, 1}, 1);
  image.aspect_tolerance = members.number_or("aspect_tolerance", {0, 0.5}, image.aspect_tolerance);
  image.side_px_min = members.whole_or("side_px_min", {16, 4096}, image.side_px_min);
  image.grey = members.flag_or("grey", false);
  image.optional = members.flag_or("optional", false);
  return image;
}

ImageElement read_art(Members& members, const TemplateNames& names) {
  ImageElement image;
  image.is_art = true;
  image.image = members.text("art");
  image.radius_mm = members.number_or("radius", {0, 20}, 0);
  image.opacity = members.number_or("opacity", {0.02, 1}, 1);
  image.grey = members.flag_or("grey", false);
  image.side_px_min = 16;
  if (!names.art.contains(image.image)) members.wrong("art", "is not in the template's list of art");
  return image;
}

QrElement read_qr(Members& members) {
  QrElement qr;
  qr.field = members.text("field");
  const std::string levels = members.text_or("levels", "ML");
  for (char level : levels) {
    if (std::string_view("LMQH").find(level) == std::string_view::npos)
      members.wrong("levels", "are of L, M, Q, H");
    qr.levels.push_back(level);
  }
  qr.module_dots_min = members.whole_or("module_dots_min", {2, 20}, qr.module_dots_min);
  qr.colour = members.colour("colour");
  return qr;
}

BarcodeElement read_barcode(Members& members) {
  BarcodeElement code;
  code.kind = members.choice_or("kind", {"code128", "pdf417"}, 0) == 0 ? BarcodeElement::Kind::code128
                                                                       : BarcodeElement::Kind::pdf417;
  code.field = members.text("field");
  code.module_dots_min = members.whole_or("module_dots_min", {2, 20}, code.module_dots_min);
  code.colour = members.colour("colour");
  return code;
}

LineElement read_line(Members& members, Box& box) {
  LineElement line;
  line.from = members.point("from");
  line.to = members.point("to");
  line.width_mm = members.number("width", kWidthMm);
  line.colour = members.colour("colour");
  const double left = std::min(line.from.x, line.to.x), top = std::min(line.from.y, line.to.y);
  const double half = line.width_mm / 2;
  box = {left - half, top - half, std::max(line.from.x, line.to.x) - left + line.width_mm,
         std::max(line.from.y, line.to.y) - top + line.width_mm};
  return line;
}

RectangleElement read_rectangle(Members& members) {
  RectangleElement rectangle;
  rectangle.fill = members.colour_if("fill");
  rectangle.stroke = members.colour_if("stroke");
  rectangle.width_mm = members.number_or("width", kWidthMm, rectangle.width_mm);
  rectangle.radius_mm = members.number_or("radius", {0, 20}, 0);
  if (!rectangle.fill && !rectangle.stroke) members.wrong("fill", "or stroke is wanted");
  return rectangle;
}

PathElement read_path(Members& members, Box& box) {
  PathElement path;
  const Point at = members.has("at") ? members.point("at") : Point{};
  const double scale = members.number_or("scale", {0.001, 100}, 1);
  auto steps = parse_path(members.text("data"), at, scale);
  if (!steps) {
    members.wrong("data", steps.error().message);
  } else {
    path.steps = std::move(steps.value());
    box = bounds_of(path.steps);
  }
  path.fill = members.colour_if("fill");
  path.stroke = members.colour_if("stroke");
  path.width_mm = members.number_or("width", kWidthMm, path.width_mm);
  path.even_odd = members.flag_or("even_odd", false);
  if (!path.fill && !path.stroke) members.wrong("fill", "or stroke is wanted");
  return path;
}

GuillocheElement read_guilloche(Members& members) {
  GuillocheElement shape;
  shape.kind = members.choice_or("kind", {"waves", "rosette"}, 0) == 0 ? GuillocheElement::Kind::waves
                                                                       : GuillocheElement::Kind::rosette;
  shape.lines = members.whole_or("lines", {1, 200}, shape.lines);
  shape.width_mm = members.number_or("width", kWidthMm, shape.width_mm);
  shape.amplitude_mm = members.number("amplitude", kLengthMm);
  shape.cycles = members.number("cycles", {0, 60});
  shape.phase_step = members.number_or("phase_step", {-7, 7}, shape.phase_step);
  shape.harmonic = members.number_or("harmonic", {-2, 2}, 0);
  shape.harmonic_cycles = members.number_or("harmonic_cycles", {0, 60}, shape.harmonic_cycles);
  shape.spread_mm = members.number_or("spread", {-100, 100}, 0);
  shape.from = members.colour("from");
  shape.to = members.colour_or("to", shape.from);
  return shape;
}

void read_kind(Members& members, const TemplateNames& names, const std::string& type, Element& element) {
  if (type == "text") {
    element.what = read_text(members, names);
  } else if (type == "caption") {
    element.what = read_caption(members, names);
  } else if (type == "mrz") {
    element.what = read_mrz(members, names);
  } else if (type == "photo" || type == "image") {
    element.what = read_image(members);
  } else if (type == "art") {
    element.what = read_art(members, names);
  } else if (type == "qr") {
    element.what = read_qr(members);
  } else if (type == "barcode") {
    element.what = read_barcode(members);
  } else if (type == "line") {
    element.what = read_line(members, element.box);
  } else if (type == "rectangle") {
    element.what = read_rectangle(members);
  } else if (type == "path") {
    element.what = read_path(members, element.box);
  } else if (type == "guilloche") {
    element.what = read_guilloche(members);
  } else {
    members.wrong("type", "is not a kind of element");
  }
}

// The part of BCP 47 (RFC 5646, 2.1) that cards need: "vi", "vi-VN", "zh-Hant".
bool is_language_tag(const std::string& tag) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const std::size_t hyphen = std::min(tag.find('-'), tag.size());
  if (hyphen < 2 || hyphen > 3 || tag.size() > 11 || tag.back() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), [&](char c) { return is_letter(c) || c == '-'; });
}

// Only art and what is written in the template may lie under or over something else, and pale images.
bool may_overlap(const Element& element) {
  if (const auto* text = std::get_if<TextElement>(&element.what)) return text->field.empty();
  if (const auto* image = std::get_if<ImageElement>(&element.what))
    return image->is_art || image->opacity < 1;
  return !std::holds_alternative<MrzElement>(element.what) &&
         !std::holds_alternative<QrElement>(element.what) &&
         !std::holds_alternative<BarcodeElement>(element.what);
}

// "when": {"field": …, "is": […] or "is_not": […] or "present": true or false}.
Result<Condition> read_condition(const json::object& object, const std::string& where,
                                 const TemplateNames& names) {
  Members members(object, where + "/when", names.colours);
  Condition condition;
  condition.field = members.text("field");
  const int tests = int{members.has("is")} + int{members.has("is_not")} + int{members.has("present")};
  if (tests != 1) members.wrong("is", "or is_not or present is wanted, one of them");
  if (members.has("present")) {
    condition.negated = !members.flag_or("present", true);
  } else {
    condition.negated = members.has("is_not");
    const json::array& values = members.array(condition.negated ? "is_not" : "is");
    if (values.empty() || values.size() > kConditionValuesMax) members.wrong("is", "has 1 to 100 values");
    for (const json::value& value : values) {
      if (!value.is_string()) members.wrong("is", "holds texts");
      if (value.is_string()) condition.values.emplace_back(value.as_string());
    }
  }
  TRY_STATUS(members.status());
  return condition;
}

}  // namespace

TextStyle read_style(Members& members, TextStyle base) {
  TextStyle style = std::move(base);
  style.font = members.text_or("font", style.font);
  const Range size = members.range_or("size", {1, 72}, {style.size_pt_min, style.size_pt_max});
  style.size_pt_min = size.min;
  style.size_pt_max = size.max;
  if (size.min < kSmallestTypePt) members.wrong("size", "is below 5 points", "template.size");
  style.lines_max = members.whole_or("lines", {1, 8}, style.lines_max);
  style.leading = members.number_or("leading", {0.8, 3}, style.leading);
  style.rise = members.number_or("rise", {0.5, 2}, style.rise);
  style.tracking = members.number_or("tracking", {-0.1, 1}, style.tracking);
  style.align = static_cast<Align>(
      members.choice_or("align", {"left", "centre", "right"}, static_cast<std::size_t>(style.align)));
  style.rotate = 90 * static_cast<int>(members.choice_or("rotate", {"0", "90", "180", "270"},
                                                         static_cast<std::size_t>(style.rotate / 90)));
  style.condense_min = members.number_or("condense", {0.7, 1}, style.condense_min);
  style.language = members.text_or("language", style.language);
  if (!style.language.empty() && !is_language_tag(style.language))
    members.wrong("language", "is not a language tag");
  style.colour = members.colour_or("colour", style.colour);
  return style;
}

Result<Element> read_element(const json::object& object, const std::string& side,
                             const TemplateNames& names) {
  TRY(auto type, member_text(object, "type", "/" + side));
  TRY(auto name, member_text(object, "name", "/" + side));
  Members members(object, side + "/" + name, names.colours);
  Element element;
  element.name = members.text("name");
  members.text("type");
  element.allow_overlap = members.flag_or("allow_overlap", false);
  element.panel = static_cast<Panel>(members.choice_or("panel", {"colour", "resin", "overlay"}, 0));
  if (members.has("when")) {
    TRY(auto condition, read_condition(members.object("when"), members.where(), names));
    element.when = std::move(condition);
  }
  if (type != "line" && type != "path") element.box = members.box("box");
  read_kind(members, names, type, element);
  if (element.allow_overlap && !may_overlap(element)) {
    members.wrong("allow_overlap", "is only for art, static text and pale images");
  }
  TRY_STATUS(members.status());
  return element;
}

}  // namespace imprimatur::print
