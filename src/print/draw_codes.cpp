#include "print/draw_codes.hpp"

#include <algorithm>
#include <cmath>

#include "print/qr_code.hpp"
#include "print/text_check.hpp"

namespace imprimatur::print {
namespace {

constexpr Colour kWhite{255, 255, 255};

// Dark modules as one path, a rectangle for each run in a row.
void draw_modules(Content& to, const QrCode& code) {
  for (int row = 0; row < code.size; ++row) {
    for (int column = 0; column < code.size; ++column) {
      if (!code.at(column, row)) continue;
      int end = column + 1;
      while (end < code.size && code.at(end, row)) ++end;
      to.cell(column, row, end - column, 1);
      column = end;
    }
  }
  to.fill();
}

}  // namespace

void draw_qr(Content& to, const Element& element, const QrElement& qr, int resolution_dpi,
             const FaceData& data, std::vector<FaceFinding>& findings) {
  const auto found = data.fields.find(qr.field);
  if (found == data.fields.end() || found->second.empty()) {
    findings.push_back({"face.missing", qr.field, "the face shows this code and there is nothing to encode"});
    return;
  }
  const double dot_mm = 25.4 / resolution_dpi;
  const int dots =
      static_cast<int>(std::floor(std::min(element.box.width, element.box.height) / dot_mm + 1e-6));
  for (char level : qr.levels) {
    const auto code = encode_qr(found->second, level);
    if (!code) continue;
    const int modules = code.value().size + 2 * kQuietZoneModules;
    const int module_dots = dots / modules;
    if (module_dots < qr.module_dots_min) continue;
    const double side_mm = code.value().size * module_dots * dot_mm;
    const auto on_dot = [dot_mm](double mm) { return std::round(mm / dot_mm) * dot_mm; };
    const Point corner{on_dot(element.box.x + (element.box.width - side_mm) / 2),
                       on_dot(element.box.y + (element.box.height - side_mm) / 2)};
    to.fill_colour(kWhite);
    to.rectangle(element.box);
    to.fill();
    to.fill_colour(qr.colour);
    to.grid(corner, module_dots * dot_mm);
    draw_modules(to, code.value());
    to.restore();
    return;
  }
  findings.push_back({"face.qr_too_long", qr.field,
                      "the code's text of " + std::to_string(found->second.size()) +
                          " bytes needs smaller modules than can be printed in its place"});
}

}  // namespace imprimatur::print
