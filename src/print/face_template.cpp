#include "print/face_template.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "print/font_set.hpp"
#include "print/template_elements.hpp"
#include "print/template_lines.hpp"
#include "print/template_rules.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kTemplateBytesMax = 1U << 20;
constexpr std::size_t kElementsMax = 400;  // a side
constexpr std::size_t kKeepOutsMax = 16;   // a side
constexpr std::size_t kArtFilesMax = 16;
constexpr int kTemplateVersion = 1;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// "crest.png": a plain name and the kind of image, so that no way leads out of the folder.
bool is_art_file(const std::string& file) {
  for (const char* kind : {".png", ".jpg", ".jpeg"}) {
    if (file.ends_with(kind) && is_plain_name(file.substr(0, file.rfind('.')))) return true;
  }
  return false;
}

Status read_art_files(const json::object& object, FaceTemplate& face) {
  static const Palette kNone;
  if (object.size() > kArtFilesMax) return fail("template.value", "more than 16 files of art", "art");
  for (const auto& entry : object) {
    const std::string name(entry.key());
    if (!is_plain_name(name) || !entry.value().is_object()) {
      return fail("template.value", "art: " + name + " is not a name with an object", "art/" + name);
    }
    Members members(entry.value().as_object(), "art/" + name, kNone);
    ArtFile art{members.text("file"), members.text("sha256")};
    if (!is_art_file(art.file)) members.wrong("file", "is not a plain name that ends in .png or .jpg");
    const bool is_hash =
        art.sha256.size() == 64 && art.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_hash) members.wrong("sha256", "is not 64 digits of lower-case hex");
    TRY_STATUS(members.status());
    face.art.emplace(name, std::move(art));
  }
  return ok();
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

// Reads the two sides and gathers every fault with its line.
class FaceReading {
 public:
  FaceReading(const std::string& text, const std::vector<std::string>& fonts) : text_(text) {
    names_.fonts = fonts;
  }

  ParsedFace read() {
    auto object = parse_json_object(text_, {.size_max = kTemplateBytesMax, .depth_max = 8});
    if (!object) {
      add(fail("template.syntax", "the template is not JSON: " + object.error().message), 0);
      return {std::nullopt, std::move(faults_)};
    }
    lines_ = object_lines(text_);
    FaceTemplate face;
    face.source_text = text_;
    const Status whole = read_whole(object.value(), face);
    if (!whole) {
      add(whole.error(), 0);
      return {std::nullopt, std::move(faults_)};
    }
    for (const Error& error : check_template_rules(face)) add(error, line_of(error.field));
    return {std::move(face), std::move(faults_)};
  }

 private:
  Status read_whole(const json::object& object, FaceTemplate& face) {
    Members members(object, "template", names_.colours);
    members.number("version", {kTemplateVersion, kTemplateVersion});
    members.text_or("$schema", {});
    face.name = members.text("name");
    face.title = members.text("title");
    if (members.text("card") != "ID-1") members.wrong("card", "is not ID-1");
    face.resolution_dpi = members.whole_or("resolution_dpi", {200, 1200}, 300);
    face.chip = static_cast<FaceTemplate::ChipSide>(members.choice_or("chip", {"none", "front", "back"}, 0));
    const json::object& colours = members.object("colours");
    const json::object& styles = members.object("styles");
    const json::object& words = members.object("words");
    static const json::object kNoArt;
    const json::object& art = members.has("art") ? members.object("art") : kNoArt;
    const json::object& front = members.object("front");
    const json::object& back = members.object("back");
    TRY_STATUS(members.status());
    if (!is_plain_name(face.name))
      return fail("template.name", "the template's name is not of a-z, 0-9 and -");
    TRY(auto palette, read_palette(colours));
    names_.colours = std::move(palette);
    TRY_STATUS(read_styles(styles, names_));
    TRY_STATUS(read_words(words, names_));
    TRY_STATUS(read_art_files(art, face));
    names_.art = face.art;
    TRY_STATUS(read_side(front, "front", face.front));
    return read_side(back, "back", face.back);
  }

  Status read_side(const json::object& object, const std::string& name, Side& side) {
    Members members(object, name, names_.colours);
    static const json::array kNone;
    const json::array& areas = members.has("keep_out") ? members.array("keep_out") : kNone;
    const json::array& elements = members.array("elements");
    TRY_STATUS(members.status());
    if (elements.size() > kElementsMax)
      return fail("template.value", name + ": more than 400 elements", name);
    TRY_STATUS(read_keep_outs(areas, name, side));
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto at = lines_.find("/" + name + "/elements/" + std::to_string(i));
      const int line = at == lines_.end() ? 0 : at->second;
      if (!elements[i].is_object()) {
        add(fail("template.value", name + ": an element is not an object", name), line);
        continue;
      }
      auto read = read_element(elements[i].as_object(), name, names_);
      if (!read) {
        add(read.error(), line);
        continue;
      }
      element_lines_.emplace(name + "/" + read.value().name, line);
      side.elements.push_back(std::move(read.value()));
    }
    return ok();
  }

  Status read_keep_outs(const json::array& areas, const std::string& name, Side& side) const {
    if (areas.size() > kKeepOutsMax) return fail("template.value", name + ": more than 16 keep_outs", name);
    for (const json::value& area : areas) {
      if (!area.is_object()) return fail("template.value", name + ": a keep_out is not an object", name);
      Members members(area.as_object(), name + "/keep_out", names_.colours);
      side.keep_out.push_back(
          {members.text("name"), members.box("box"), members.number_or("radius", {0, 10}, 0)});
      TRY_STATUS(members.status());
    }
    return ok();
  }

  int line_of(const std::string& field) const {
    const auto at = element_lines_.find(field);
    return at == element_lines_.end() ? 0 : at->second;
  }

  void add(Error error, int line) {
    if (line > 0) error.message = "line " + std::to_string(line) + ", " + error.message;
    faults_.push_back({std::move(error), line});
  }

  const std::string& text_;
  TemplateNames names_;
  std::map<std::string, int> lines_;          // by JSON pointer
  std::map<std::string, int> element_lines_;  // by "front/NAME"
  std::vector<TemplateFault> faults_;
};

}  // namespace

ParsedFace examine_face_template(const std::string& text, const std::vector<std::string>& fonts) {
  return FaceReading(text, fonts).read();
}

Result<FaceTemplate> parse_face_template(const std::string& text, const std::vector<std::string>& fonts) {
  ParsedFace parsed = examine_face_template(text, fonts);
  if (!parsed.faults.empty()) return parsed.faults.front().error;
  return std::move(*parsed.face);
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
