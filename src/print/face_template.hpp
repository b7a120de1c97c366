// A card face as data: what stands where on the two sides of an ID-1 card (ISO/IEC 7810: 85.60 × 53.98 mm).
//
// Loaded from templates/faces/NAME.json (templates/faces/FORMAT.md describes it) and validated as a whole:
// what passes can be drawn, given good data. Lengths are millimetres, x to the right and y down from the
// upper left corner of the side; type sizes are points. Immutable after loading; any thread may read it.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::print {

inline constexpr double kCardWidthMm = 85.60;
inline constexpr double kCardHeightMm = 53.98;

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

struct Point {
  double x = 0, y = 0;
};

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

enum class Align { left, centre, right };

// Which panel of the ribbon is meant; a hint for printers that can choose.
enum class Panel { colour, resin, overlay };

struct TextStyle {
  std::string font;
  double size_pt_max = 7, size_pt_min = 7;
  int lines_max = 1;
  double leading = 1.25;  // baseline to baseline, in type sizes
  double rise = 1.06;     // upper edge of the box to the first baseline, in type sizes
  double tracking = 0;    // added after each character, in type sizes
  Align align = Align::left;
  int rotate = 0;  // 0, 90, 180, 270 degrees clockwise; the box is the box on the card
  Colour colour;
};

// How a field's value becomes the text on the card.
struct Format {
  enum class Kind { plain, date, words } kind = Kind::plain;
  std::string pattern;                       // date: of DD, MM, MMM, YYYY and separators
  std::map<std::string, std::string> words;  // words: value → text
};

// A value is either written in the template or bound to a field.
struct TextElement {
  TextStyle style;
  std::string text;   // static; empty when bound
  std::string field;  // bound; empty when static
  Format format;
  std::optional<std::string> when_empty;  // printed instead of an empty value
  bool optional = false;                  // an empty value leaves the place empty
};

// A caption in two languages on one line: "Họ và tên / Full name".
struct CaptionElement {
  TextStyle first, second;
  std::string first_text, second_text;
};

struct MrzElement {
  std::array<std::string, 3> fields;
  std::string font;
  double pitch_mm = 2.54;  // ICAO 9303-3, 4.9: OCR-B size 1, 10 characters to 25.4 mm
  double line_pitch_mm = 0;
  double first_baseline_mm = 0;  // below the upper edge of the box
  Colour colour;
};

struct ImageElement {
  std::string image;
  double radius_mm = 0;
  double opacity = 1;
  double aspect_tolerance = 0.02;  // allowed difference of the image's shape from the box's, as a share
  int side_px_min = 120;           // shorter side
  bool optional = false;
};

struct QrElement {
  std::string field;
  std::vector<char> levels;  // of L, M, Q, H; the first at which the modules are large enough
  int module_dots_min = 3;   // printer dots a module has at least
  Colour colour;
};

struct LineElement {
  Point from, to;
  double width_mm = 0.1;
  Colour colour;
};

struct RectangleElement {
  std::optional<Colour> fill, stroke;
  double width_mm = 0.1;
  double radius_mm = 0;
};

struct PathStep {
  enum class Kind { move, line, curve, close } kind = Kind::move;
  std::array<Point, 3> points;
};

struct PathElement {
  std::vector<PathStep> steps;
  std::optional<Colour> fill, stroke;
  double width_mm = 0.1;
  bool even_odd = false;
};

// Fine line work. waves: `lines` sine curves across the box; rosette: `lines` closed curves about the
// middle of the box. Each line is shifted against the one before it.
struct GuillocheElement {
  enum class Kind { waves, rosette } kind = Kind::waves;
  int lines = 20;
  double width_mm = 0.05;
  double amplitude_mm = 2;  // waves: half height; rosette: half depth of the petals
  double cycles = 3;        // waves: periods across the box; rosette: petals (a whole number)
  double phase_step = 0.1;  // radians from line to line
  double harmonic = 0;      // share of a second wave of `harmonic_cycles` periods
  double harmonic_cycles = 7;
  double spread_mm = 0;  // waves: distance from the first line's axis to the last one's; rosette:
                         // difference of their radii
  Colour from, to;       // blended from the first line to the last one
};

struct Element {
  std::string name;
  Box box;  // what it occupies; for lines and paths their bounding box
  Panel panel = Panel::colour;
  bool allow_overlap = false;
  std::variant<TextElement, CaptionElement, MrzElement, ImageElement, QrElement, LineElement,
               RectangleElement, PathElement, GuillocheElement>
      what;
};

// Where nothing at all is printed: a chip's contact plate.
struct KeepOut {
  std::string name;
  Box box;
  double radius_mm = 0;
};

struct Side {
  std::vector<KeepOut> keep_out;
  std::vector<Element> elements;
};

struct FaceTemplate {
  std::string name;
  std::string title;
  int resolution_dpi = 300;
  Side front, back;
  std::string source_text;  // the file as read: its SHA-256 identifies the template in the card's record
};

// Reads and validates TEMPLATES/faces/NAME.json against TEMPLATES/fonts/fonts.json. Errors name side, element
// and member: template.name, template.syntax, template.unknown_member, template.missing, template.value,
// template.outside_card, template.overlap, template.keep_out, template.quiet_zone, template.font,
// template.size, and those of files and JSON.
Result<FaceTemplate> load_face_template(const std::filesystem::path& templates, const std::string& name);

// The same from text; `fonts` are the names that may be used.
Result<FaceTemplate> parse_face_template(const std::string& text, const std::vector<std::string>& fonts);

}  // namespace imprimatur::print
