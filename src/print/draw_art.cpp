#include "print/draw_art.hpp"

#include <algorithm>

#include "print/guilloche.hpp"

namespace imprimatur::print {
namespace {

void paint(Content& to, const std::optional<Colour>& fill, const std::optional<Colour>& stroke,
           bool even_odd) {
  if (fill && stroke) {
    to.fill_and_stroke(even_odd);
  } else if (fill) {
    to.fill(even_odd);
  } else {
    to.stroke();
  }
}

void set_colours(Content& to, const std::optional<Colour>& fill, const std::optional<Colour>& stroke,
                 double width_mm) {
  if (fill) to.fill_colour(*fill);
  if (stroke) to.stroke_colour(*stroke);
  if (stroke) to.line_width(width_mm);
}

void draw_line(Content& to, const LineElement& line) {
  to.stroke_colour(line.colour);
  to.line_width(line.width_mm);
  to.move_to(line.from);
  to.line_to(line.to);
  to.stroke();
}

void draw_rectangle(Content& to, const Box& box, const RectangleElement& rectangle) {
  set_colours(to, rectangle.fill, rectangle.stroke, rectangle.width_mm);
  // The stroke stays inside the box.
  const double inset = rectangle.stroke ? rectangle.width_mm / 2 : 0;
  to.rounded_rectangle({box.x + inset, box.y + inset, box.width - 2 * inset, box.height - 2 * inset},
                       rectangle.radius_mm);
  paint(to, rectangle.fill, rectangle.stroke, false);
}

void draw_path(Content& to, const PathElement& path) {
  set_colours(to, path.fill, path.stroke, path.width_mm);
  for (const PathStep& step : path.steps) {
    switch (step.kind) {
      case PathStep::Kind::move:
        to.move_to(step.points[0]);
        break;
      case PathStep::Kind::line:
        to.line_to(step.points[0]);
        break;
      case PathStep::Kind::curve:
        to.curve_to(step.points[0], step.points[1], step.points[2]);
        break;
      case PathStep::Kind::close:
        to.close();
        break;
    }
  }
  paint(to, path.fill, path.stroke, path.even_odd);
}

}  // namespace

void draw_art(Content& to, const Element& element) {
  if (const auto* line = std::get_if<LineElement>(&element.what)) {
    draw_line(to, *line);
  } else if (const auto* rectangle = std::get_if<RectangleElement>(&element.what)) {
    draw_rectangle(to, element.box, *rectangle);
  } else if (const auto* path = std::get_if<PathElement>(&element.what)) {
    draw_path(to, *path);
  } else if (const auto* guilloche = std::get_if<GuillocheElement>(&element.what)) {
    draw_guilloche(to, element.box, *guilloche);
  }
}

void draw_image(Content& to, const Box& box, const ImageElement& shown, const CleanImage& image,
                const ImageNames& names) {
  const double scale = std::max(box.width / image.width_px, box.height / image.height_px);
  const double width = image.width_px * scale, height = image.height_px * scale;
  to.save();
  if (shown.opacity < 1) to.graphics_state(names.opacity);
  to.rounded_rectangle(box, shown.radius_mm);
  to.clip();
  to.image(names.image, {box.x - (width - box.width) / 2, box.y - (height - box.height) / 2, width, height});
  to.restore();
}

}  // namespace imprimatur::print
