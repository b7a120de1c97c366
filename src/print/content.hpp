// Writes the operators of a PDF content stream (ISO 32000-1, 8 and 9) from card coordinates: millimetres,
// x to the right, y down from the card's upper left corner. Numbers have three decimals of a point at
// most (curves two: 3.5 micrometres), so the same drawing gives the same bytes. A plain value; one thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "print/face_template.hpp"

namespace imprimatur::print {

class Content {
 public:
  void save() { operator_("q"); }
  void restore() { operator_("Q"); }
  void fill_colour(Colour colour);
  void stroke_colour(Colour colour);
  void line_width(double width_mm);
  void round_lines() { operator_("1 J 1 j"); }

  void move_to(Point to);
  void line_to(Point to);
  void curve_to(Point first_control, Point second_control, Point to);
  void close() { operator_("h"); }
  void rectangle(const Box& box);
  void rounded_rectangle(const Box& box, double radius_mm);  // plain when the radius is 0
  void fill(bool even_odd = false) { operator_(even_odd ? "f*" : "f"); }
  void stroke() { operator_("S"); }
  void fill_and_stroke(bool even_odd = false) { operator_(even_odd ? "B*" : "B"); }
  void clip(bool even_odd = false) { operator_(even_odd ? "W* n" : "W n"); }

  // One line of glyphs from `origin` on its baseline; `rotate` as in TextStyle; spacing is added after
  // each glyph.
  struct Text {
    std::string_view font;  // name in the page's resources
    double size_pt = 0;
    double spacing_pt = 0;
    double condense = 1;  // horizontal scaling, of the spacing too (ISO 32000-1, 9.3.4)
    Point origin;
    int rotate = 0;
  };
  // What people read as one text, whatever its lines; with its language (ISO 32000-1, 14.9.2) where given.
  void begin_text(std::string_view language);
  void end_text() { operator_("EMC"); }
  // A layer of the page's resources (ISO 32000-1, 8.11.3.2), to `end_layer`.
  void begin_layer(std::string_view name);
  void end_layer() { operator_("EMC"); }
  void text(const Text& what, std::span<const std::uint16_t> glyphs);
  void image(std::string_view name, const Box& box);
  void graphics_state(std::string_view name);

  // From here to `restore`, `cell` counts in squares of `unit_mm` from `origin`, right and down.
  void grid(Point origin, double unit_mm);
  void cell(int column, int row, int width, int height);

  bool empty() const { return out_.empty(); }
  const std::string& str() const { return out_; }

 private:
  void operator_(std::string_view text);
  void number(double value, int thousandths = 1);  // rounded to this many thousandths
  void point(Point at, int thousandths = 1);
  void paint_colour(Colour colour, std::string_view grey, std::string_view rgb);
  std::string out_;
};

}  // namespace imprimatur::print
