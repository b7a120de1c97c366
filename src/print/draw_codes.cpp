#include "print/draw_codes.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "print/bar_code.hpp"
#include "print/qr_code.hpp"

namespace imprimatur::print {
namespace {

constexpr Colour kWhite{255, 255, 255};
constexpr double kMmPerInch = 25.4;

// Dark modules as one path, a rectangle for each run in a row of `height` units.
template <class Code>
void draw_modules(Content& to, const Code& code, int columns, int rows, int height) {
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (!code.at(column, row)) continue;
      int end = column + 1;
      while (end < columns && code.at(end, row)) ++end;
      to.cell(column, row * height, end - column, height);
      column = end;
    }
  }
  to.fill();
}

// The value to encode; null, and a finding, when there is none.
const std::string* payload_of(const std::string& field, const FaceData& data,
                              std::vector<FaceFinding>& findings) {
  const auto found = data.fields.find(field);
  if (found != data.fields.end() && !found->second.empty()) return &found->second;
  findings.push_back({"face.missing", field, "the face shows this code and there is nothing to encode"});
  return nullptr;
}

int dots_in(double mm, double dot_mm) {
  return static_cast<int>(std::floor(mm / dot_mm + 1e-6));
}

// The corner, on a printer's dot, of what is this large in the middle of the box.
Point corner_of(const Box& box, double width_mm, double height_mm, double dot_mm) {
  const auto on_dot = [dot_mm](double mm) { return std::round(mm / dot_mm) * dot_mm; };
  return {on_dot(box.x + (box.width - width_mm) / 2), on_dot(box.y + (box.height - height_mm) / 2)};
}

void draw_ground(Content& to, const Box& box, Colour modules) {
  to.fill_colour(kWhite);
  to.rectangle(box);
  to.fill();
  to.fill_colour(modules);
}

// How the code goes into its place: the first level of the list whose modules can be printed.
struct QrFit {
  char level;
  int module_dots;
};

// Nothing, and a finding, when there is none.
std::optional<QrFit> fit_qr(const Element& element, const QrElement& qr, double dot_mm,
                            const std::string& payload, std::vector<FaceFinding>& findings) {
  const int dots = dots_in(std::min(element.box.width, element.box.height), dot_mm);
  for (char level : qr.levels) {
    const auto size = qr_size(payload, level);
    if (!size) continue;
    const int module_dots = dots / (size.value() + 2 * kQuietZoneModules);
    if (module_dots >= qr.module_dots_min) return QrFit{level, module_dots};
  }
  findings.push_back({"face.qr_too_long", qr.field,
                      "the code's text of " + std::to_string(payload.size()) +
                          " bytes needs smaller modules than can be printed in its place"});
  return std::nullopt;
}

}  // namespace

void check_qr(const Element& element, const QrElement& qr, int resolution_dpi, const FaceData& data,
              std::vector<FaceFinding>& findings) {
  const std::string* payload = payload_of(qr.field, data, findings);
  if (payload != nullptr) fit_qr(element, qr, kMmPerInch / resolution_dpi, *payload, findings);
}

void draw_qr(Content& to, const Element& element, const QrElement& qr, int resolution_dpi,
             const FaceData& data, std::vector<FaceFinding>& findings) {
  const std::string* payload = payload_of(qr.field, data, findings);
  if (payload == nullptr) return;
  const double dot_mm = kMmPerInch / resolution_dpi;
  const auto fit = fit_qr(element, qr, dot_mm, *payload, findings);
  if (!fit) return;
  const auto code = encode_qr(*payload, fit->level);
  if (!code) {
    findings.push_back({code.error().code, qr.field, code.error().message});
    return;
  }
  const int size = code.value().size;
  const double side_mm = size * fit->module_dots * dot_mm;
  draw_ground(to, element.box, qr.colour);
  to.grid(corner_of(element.box, side_mm, side_mm, dot_mm), fit->module_dots * dot_mm);
  draw_modules(to, code.value(), size, size, 1);
  to.restore();
}

void draw_barcode(Content& to, const Element& element, const BarcodeElement& barcode, int resolution_dpi,
                  const FaceData& data, std::vector<FaceFinding>& findings) {
  const std::string* payload = payload_of(barcode.field, data, findings);
  if (payload == nullptr) return;
  const double dot_mm = kMmPerInch / resolution_dpi;
  const Dots room{dots_in(element.box.width, dot_mm), dots_in(element.box.height, dot_mm)};
  const auto code = encode_bar_code(barcode, *payload, room);
  if (!code) {
    findings.push_back({code.error().code, barcode.field, code.error().message});
    return;
  }
  const int dots = module_dots(code.value(), room);
  const int height = code.value().row_modules > 0 ? code.value().row_modules : room.down / dots;
  draw_ground(to, element.box, barcode.colour);
  to.grid(corner_of(element.box, code.value().columns * dots * dot_mm,
                    code.value().rows * height * dots * dot_mm, dot_mm),
          dots * dot_mm);
  draw_modules(to, code.value(), code.value().columns, code.value().rows, height);
  to.restore();
}

}  // namespace imprimatur::print
