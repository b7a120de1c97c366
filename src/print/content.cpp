#include "print/content.hpp"

#include <charconv>
#include <cmath>

#include "base/check.hpp"
#include "print/text_fit.hpp"

namespace imprimatur::print {
namespace {

// Circle by four Bézier curves: distance of the control points, in radii.
constexpr double kCircle = 0.5522847498;
constexpr int kCurveThousandths = 10;

}  // namespace

void Content::operator_(std::string_view text) {
  out_ += text;
  out_ += '\n';
}

void Content::number(double value, int thousandths) {
  CHECK(std::isfinite(value) && std::abs(value) < 1e6);
  auto whole = std::llround(value * 1000 / thousandths) * thousandths;
  if (whole < 0) {
    out_ += '-';
    whole = -whole;
  }
  char digits[16];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, whole / 1000).ptr);
  const auto fraction = whole % 1000;
  if (fraction != 0) {
    const char decimals[4] = {'.', static_cast<char>('0' + fraction / 100),
                              static_cast<char>('0' + fraction / 10 % 10),
                              static_cast<char>('0' + fraction % 10)};
    out_.append(decimals, fraction % 10 != 0 ? 4 : fraction / 10 % 10 != 0 ? 3 : 2);
  }
  out_ += ' ';
}

void Content::point(Point at, int thousandths) {
  number(at.x * kPointsPerMm, thousandths);
  number((kCardHeightMm - at.y) * kPointsPerMm, thousandths);
}

// Shades of grey as such: black then is the black panel's, and not mixed of three.
void Content::paint_colour(Colour colour, std::string_view grey, std::string_view rgb) {
  number(colour.red / 255.0);
  if (colour.red == colour.green && colour.green == colour.blue) return operator_(grey);
  number(colour.green / 255.0);
  number(colour.blue / 255.0);
  operator_(rgb);
}

void Content::fill_colour(Colour colour) {
  paint_colour(colour, "g", "rg");
}

void Content::stroke_colour(Colour colour) {
  paint_colour(colour, "G", "RG");
}

void Content::begin_text(std::string_view language) {
  if (language.empty()) return operator_("/Span BMC");
  out_ += "/Span <</Lang (";
  out_ += language;
  operator_(")>> BDC");
}

void Content::begin_layer(std::string_view name) {
  out_ += "/OC /";
  out_ += name;
  operator_(" BDC");
}

void Content::line_width(double width_mm) {
  number(width_mm * kPointsPerMm);
  operator_("w");
}

void Content::move_to(Point to) {
  point(to);
  operator_("m");
}

void Content::line_to(Point to) {
  point(to);
  operator_("l");
}

void Content::curve_to(Point first_control, Point second_control, Point to) {
  point(first_control, kCurveThousandths);
  point(second_control, kCurveThousandths);
  point(to, kCurveThousandths);
  operator_("c");
}

void Content::rectangle(const Box& box) {
  point({box.x, box.bottom()});
  number(box.width * kPointsPerMm);
  number(box.height * kPointsPerMm);
  operator_("re");
}

void Content::rounded_rectangle(const Box& box, double radius_mm) {
  if (radius_mm <= 0) return rectangle(box);
  const double r = radius_mm, k = r * (1 - kCircle);
  const double left = box.x, top = box.y, right = box.right(), bottom = box.bottom();
  move_to({left + r, top});
  line_to({right - r, top});
  curve_to({right - k, top}, {right, top + k}, {right, top + r});
  line_to({right, bottom - r});
  curve_to({right, bottom - k}, {right - k, bottom}, {right - r, bottom});
  line_to({left + r, bottom});
  curve_to({left + k, bottom}, {left, bottom - k}, {left, bottom - r});
  line_to({left, top + r});
  curve_to({left, top + k}, {left + k, top}, {left + r, top});
  close();
}

void Content::text(const Text& what, std::span<const std::uint16_t> glyphs) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out_ += "BT /";
  out_ += what.font;
  out_ += ' ';
  number(what.size_pt);
  out_ += "Tf ";
  if (what.spacing_pt != 0) {
    number(what.spacing_pt);
    out_ += "Tc ";
  }
  if (what.condense != 1) {
    number(what.condense * 100);
    out_ += "Tz ";
  }
  const int across = what.rotate == 0 ? 1 : what.rotate == 180 ? -1 : 0;
  const int up = what.rotate == 270 ? 1 : what.rotate == 90 ? -1 : 0;
  number(across);
  number(up);
  number(-up);
  number(across);
  point(what.origin);
  out_ += "Tm <";
  for (std::uint16_t glyph : glyphs) {
    for (int shift = 12; shift >= 0; shift -= 4) out_ += kHex[glyph >> shift & 0xF];
  }
  out_ += "> Tj ";
  if (what.spacing_pt != 0) out_ += "0 Tc ";
  if (what.condense != 1) out_ += "100 Tz ";
  operator_("ET");
}

void Content::image(std::string_view name, const Box& box) {
  number(box.width * kPointsPerMm);
  out_ += "0 0 ";
  number(box.height * kPointsPerMm);
  point({box.x, box.bottom()});
  out_ += "cm /";
  out_ += name;
  operator_(" Do");
}

void Content::grid(Point origin, double unit_mm) {
  save();
  number(unit_mm * kPointsPerMm);
  out_ += "0 0 ";
  number(-unit_mm * kPointsPerMm);
  point(origin);
  operator_("cm");
}

void Content::cell(int column, int row, int width, int height) {
  number(column);
  number(row);
  number(width);
  number(height);
  operator_("re");
}

void Content::graphics_state(std::string_view name) {
  out_ += '/';
  out_ += name;
  operator_(" gs");
}

}  // namespace imprimatur::print
