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

// Which panel of the ribbon is meant: the PDF has a layer for each that is not colour, so that a printer's
// driver can choose. Resin is the black panel; overlay is the clear one, and invisible on paper.
enum class Panel { colour, resin, overlay };

// Whether an element is on the card at all. A missing field counts as empty.
struct Condition {
  std::string field;                // empty: always
  std::vector<std::string> values;  // holds for one of these; none: for any value that is not empty
  bool negated = false;
};

struct TextStyle {
  std::string font;
  double size_pt_max = 7, size_pt_min = 7;
  int lines_max = 1;
  double leading = 1.25;  // baseline to baseline, in type sizes
  double rise = 1.06;     // upper edge of the box to the first baseline, in type sizes
  double tracking = 0;    // added after each character, in type sizes
  Align align = Align::left;
  double condense_min = 1;  // last resort: letters this much narrower at least, at the smallest size
  int rotate = 0;           // 0, 90, 180, 270 degrees clockwise; the box is the box on the card
  Colour colour;
  std::string language;  // BCP 47 tag ("vi"), told in the PDF; the font must have all its letters
};

// How a field's value becomes the text on the card.
struct Format {
  enum class Kind { plain, date, words } kind = Kind::plain;
  std::string pattern;                       // date: of DD, D, MM, M, MMM, YYYY, YY and separators
  std::map<std::string, std::string> words;  // words: value → text; date: "01" to "12" → what MMM prints
};

// A piece of a pattern: text, or a field by its own format.
struct TextPart {
  std::string literal;
  std::string field;  // empty: the literal
  Format format;
  int group = 0;  // parts of one group, other than 0, are left out together when one of its fields is empty
};

// A value is written in the template, bound to a field, or put together of several by a pattern.
struct TextElement {
  TextStyle style;
  std::string text;             // static
  std::string field;            // bound; of a pattern its first field, which findings name
  std::vector<TextPart> parts;  // a pattern's
  bool decoration = false;      // ground for what lies over it, not for reading: no contrast asked
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
  std::string image;    // of the job's; of art its name in the template's list
  bool is_art = false;  // the same on every card: a file beside the template
  double radius_mm = 0;
  double opacity = 1;
  double aspect_tolerance = 0.02;  // allowed difference of the image's shape from the box's, as a share
  int side_px_min = 120;           // shorter side
  bool grey = false;
  bool optional = false;
};

struct QrElement {
  std::string field;
  std::vector<char> levels;  // of L, M, Q, H; the first at which the modules are large enough
  int module_dots_min = 3;   // printer dots a module has at least
  Colour colour;
};

// Code 128 (ISO/IEC 15417) or PDF417 (ISO/IEC 15438) with its quiet zone inside the box, on white.
struct BarcodeElement {
  enum class Kind { code128, pdf417 } kind = Kind::code128;
  std::string field;
  int module_dots_min = 3;
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
  Condition when;
  std::variant<TextElement, CaptionElement, MrzElement, ImageElement, QrElement, BarcodeElement, LineElement,
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

// An image file of the template's own, in templates/faces/art, pinned by its hash.
struct ArtFile {
  std::string file;
  std::string sha256;  // lower-case hex
};

struct FaceTemplate {
  std::string name;
  std::string title;
  int resolution_dpi = 300;
  enum class ChipSide { none, front, back } chip = ChipSide::none;  // where the contacts are
  std::map<std::string, ArtFile> art;                               // by the name that elements use
  Side front, back;
  std::string source_text;  // the file as read: its SHA-256 identifies the template in the card's record
};

// Names side, element and member in words; `field` is "front/portrait" or deeper, `line` the element's first
// in the file (0: not known).
struct TemplateFault {
  Error error;
  int line = 0;
};

// Reads and validates TEMPLATES/faces/NAME.json against TEMPLATES/fonts/fonts.json. Errors name side,
// element, line and member: template.name, template.syntax, template.unknown_member, template.missing,
// template.value, template.outside_card, template.overlap, template.keep_out, template.quiet_zone,
// template.contrast, template.font, template.size, and those of files and JSON. What needs the fonts
// themselves is checked by FaceRenderer::examine.
Result<FaceTemplate> load_face_template(const std::filesystem::path& templates, const std::string& name);

// The same from text; `fonts` are the names that may be used.
Result<FaceTemplate> parse_face_template(const std::string& text, const std::vector<std::string>& fonts);

// The same, but tells all faults. There is a face when it could be read at all, faults or not.
struct ParsedFace {
  std::optional<FaceTemplate> face;
  std::vector<TemplateFault> faults;
};
ParsedFace examine_face_template(const std::string& text, const std::vector<std::string>& fonts);

}  // namespace imprimatur::print
