#include "print/template_rules.hpp"

#include <set>

namespace imprimatur::print {
namespace {

constexpr double kToleranceMm = 0.01;
// ICAO 9303-5, 4.2.1: the machine readable zone of a TD1 card is the lower 23.2 mm of its back.
constexpr double kMrzZoneMm = 23.2;
constexpr int kMrzCharacters = 30;

bool overlap(const Box& a, const Box& b) {
  return a.x + kToleranceMm < b.right() && b.x + kToleranceMm < a.right() &&
         a.y + kToleranceMm < b.bottom() && b.y + kToleranceMm < a.bottom();
}

bool inside_card(const Box& box) {
  return box.x >= -kToleranceMm && box.y >= -kToleranceMm && box.right() <= kCardWidthMm + kToleranceMm &&
         box.bottom() <= kCardHeightMm + kToleranceMm;
}

// Line work that a keep-out may cut.
bool is_art(const Element& element) {
  return std::holds_alternative<GuillocheElement>(element.what) ||
         std::holds_alternative<PathElement>(element.what) ||
         std::holds_alternative<LineElement>(element.what) ||
         std::holds_alternative<RectangleElement>(element.what);
}

// What machines read: nothing may be drawn over it.
bool is_code(const Element& element) {
  return std::holds_alternative<QrElement>(element.what) || std::holds_alternative<MrzElement>(element.what);
}

class SideRules {
 public:
  SideRules(const Side& side, std::string name) : side_(side), name_(std::move(name)) {}

  Status check() const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < side_.elements.size(); ++i) {
      const Element& element = side_.elements[i];
      if (!names.insert(element.name).second)
        return wrong("template.name", element, "has a name that is taken");
      if (!inside_card(element.box)) {
        return wrong("template.outside_card", element, "reaches over the edge of the card");
      }
      TRY_STATUS(check_keep_out(element));
      TRY_STATUS(check_mrz(element));
      TRY_STATUS(check_panel(element));
      for (std::size_t later = i + 1; later < side_.elements.size(); ++later) {
        TRY_STATUS(check_pair(element, side_.elements[later]));
      }
    }
    return ok();
  }

 private:
  Error wrong(const char* code, const Element& element, const std::string& what) const {
    return fail(code, name_ + ": " + element.name + " " + what, name_ + "/" + element.name);
  }

  Status check_keep_out(const Element& element) const {
    if (is_art(element) && element.allow_overlap) return ok();
    for (const KeepOut& area : side_.keep_out) {
      if (overlap(element.box, area.box)) {
        return wrong("template.keep_out", element, "lies on " + area.name + ", which must stay free");
      }
    }
    return ok();
  }

  Status check_mrz(const Element& element) const {
    const auto* mrz = std::get_if<MrzElement>(&element.what);
    if (mrz == nullptr) return ok();
    if (name_ != "back" || element.box.y < kCardHeightMm - kMrzZoneMm - kToleranceMm) {
      return wrong("template.value", element, "is not in the lower 23.2 mm of the back (ICAO 9303-5)");
    }
    if (element.box.width < mrz->pitch_mm * kMrzCharacters - kToleranceMm ||
        element.box.height < mrz->first_baseline_mm + 2 * mrz->line_pitch_mm) {
      return wrong("template.value", element, "is too small for three lines of 30 characters");
    }
    return ok();
  }

  Status check_panel(const Element& element) const {
    const auto* text = std::get_if<TextElement>(&element.what);
    if (element.panel == Panel::resin && text != nullptr && text->style.colour != Colour{}) {
      return wrong("template.value", element, "is for the black resin panel and not black");
    }
    return ok();
  }

  Status check_pair(const Element& under, const Element& over) const {
    if (!overlap(under.box, over.box)) return ok();
    if (is_code(under)) {
      return wrong("template.quiet_zone", over, "lies on " + under.name + " or its quiet zone");
    }
    if (is_art(over) && !is_art(under)) return wrong("template.overlap", over, "would cover " + under.name);
    if (!under.allow_overlap && !over.allow_overlap) {
      return wrong("template.overlap", over, "overlaps " + under.name);
    }
    return ok();
  }

  const Side& side_;
  std::string name_;
};

}  // namespace

Status check_template_rules(const FaceTemplate& face) {
  TRY_STATUS(SideRules(face.front, "front").check());
  return SideRules(face.back, "back").check();
}

}  // namespace imprimatur::print
