#include "print/template_contrast.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "print/template_rules.hpp"

namespace imprimatur::print {
namespace {

constexpr Colour kBlack{0, 0, 0}, kWhite{255, 255, 255};  // cards are white
// WCAG 2.1, 1.4.3: 4.5 to 1, and 3 to 1 from 14 points bold.
constexpr double kContrastMin = 4.5, kContrastLargeMin = 3;
constexpr double kLargePt = 14;

using Colours = std::vector<Colour>;

double linear(std::uint8_t component) {
  const double share = component / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

double luminance(Colour colour) {
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

Colour mixed(Colour over, Colour under, double opacity) {
  const auto mix = [opacity](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a * opacity + b * (1 - opacity)));
  };
  return {mix(over.red, under.red), mix(over.green, under.green), mix(over.blue, under.blue)};
}

// Whether a rounded rectangle holds the whole box: its four corners too.
bool covers(const Box& outer, double radius, const Box& inner) {
  const double left = inner.x - outer.x, top = inner.y - outer.y;
  const double right = outer.right() - inner.right(), bottom = outer.bottom() - inner.bottom();
  if (std::min({left, top, right, bottom}) < 0) return false;
  const double across = radius - std::min(left, right), down = radius - std::min(top, bottom);
  return across <= 0 || down <= 0 || across * across + down * down <= radius * radius;
}

// Adds what `under` puts below `box` to the colours that were there.
void put_under(const Element& under, const Box& box, Colours& colours) {
  const auto add = [&](const std::optional<Colour>& colour) {
    if (colour) colours.push_back(*colour);
  };
  if (const auto* rectangle = std::get_if<RectangleElement>(&under.what)) {
    if (rectangle->fill && under.when.field.empty() && covers(under.box, rectangle->radius_mm, box)) {
      colours.clear();
    }
    add(rectangle->fill);
    if (!covers(under.box, rectangle->radius_mm + rectangle->width_mm, box)) add(rectangle->stroke);
  } else if (const auto* path = std::get_if<PathElement>(&under.what)) {
    add(path->fill);
    add(path->stroke);
  } else if (const auto* line = std::get_if<LineElement>(&under.what)) {
    add(line->colour);
  } else if (const auto* guilloche = std::get_if<GuillocheElement>(&under.what)) {
    add(guilloche->from);
    add(guilloche->to);
  } else if (const auto* text = std::get_if<TextElement>(&under.what)) {
    add(text->style.colour);
  } else if (const auto* image = std::get_if<ImageElement>(&under.what)) {
    const std::size_t count = colours.size();
    for (std::size_t i = 0; i < count; ++i) {
      add(mixed(kBlack, colours[i], image->opacity));
      add(mixed(kWhite, colours[i], image->opacity));
    }
  }
}

bool is_decoration(const Element& element) {
  const auto* text = std::get_if<TextElement>(&element.what);
  return text != nullptr && text->decoration;
}

// Of all that lies under the element, and of decorations over it.
Colours ground_of(const Side& side, std::size_t index) {
  const Element& element = side.elements[index];
  Colours colours{kWhite};
  for (std::size_t i = 0; i < side.elements.size(); ++i) {
    const Element& other = side.elements[i];
    if (i == index || other.panel == Panel::overlay || !overlap(other.box, element.box)) continue;
    if ((i < index || is_decoration(other)) && !exclude_each_other(other.when, element.when)) {
      put_under(other, element.box, colours);
    }
  }
  return colours;
}

struct Shown {
  Colour colour;
  double size_pt = 0;
};

std::vector<Shown> shown_by(const Element& element) {
  if (const auto* text = std::get_if<TextElement>(&element.what)) {
    if (text->decoration) return {};
    return {{text->style.colour, text->style.size_pt_min}};
  }
  if (const auto* caption = std::get_if<CaptionElement>(&element.what)) {
    return {{caption->first.colour, caption->first.size_pt_min},
            {caption->second.colour, caption->second.size_pt_min}};
  }
  if (const auto* mrz = std::get_if<MrzElement>(&element.what)) return {{mrz->colour, 0}};
  return {};
}

std::optional<std::string> fault_of(const Shown& shown, const Colours& ground) {
  const double wanted = shown.size_pt >= kLargePt ? kContrastLargeMin : kContrastMin;
  const auto ratio = [&shown](Colour under) { return contrast_ratio(shown.colour, under); };
  const auto worst =
      std::min_element(ground.begin(), ground.end(), [&](Colour a, Colour b) { return ratio(a) < ratio(b); });
  if (ratio(*worst) >= wanted) return std::nullopt;
  char text[120];
  std::snprintf(text, sizeof text, "has a contrast of %.1f to 1 with #%02x%02x%02x under it; %.1f is wanted",
                ratio(*worst), worst->red, worst->green, worst->blue, wanted);
  return text;
}

}  // namespace

double contrast_ratio(Colour a, Colour b) {
  const double first = luminance(a), second = luminance(b);
  const auto [darker, lighter] = std::minmax(first, second);
  return (lighter + 0.05) / (darker + 0.05);
}

std::optional<std::string> contrast_fault(const Side& side, std::size_t index) {
  const Element& element = side.elements[index];
  if (element.panel == Panel::overlay) return std::nullopt;
  // Codes bring their own white ground.
  if (const auto* qr = std::get_if<QrElement>(&element.what)) return fault_of({qr->colour, 0}, {kWhite});
  if (const auto* code = std::get_if<BarcodeElement>(&element.what))
    return fault_of({code->colour, 0}, {kWhite});
  const std::vector<Shown> all = shown_by(element);
  if (all.empty()) return std::nullopt;
  const Colours ground = ground_of(side, index);
  for (const Shown& shown : all) {
    if (auto fault = fault_of(shown, ground)) return fault;
  }
  return std::nullopt;
}

}  // namespace imprimatur::print
