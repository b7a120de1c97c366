#include "print/template_rules.hpp"

#include <algorithm>
#include <set>

#include "print/binding.hpp"
#include "print/template_contrast.hpp"

namespace imprimatur::print {
namespace {

constexpr double kToleranceMm = 0.01;
// ICAO 9303-5, 4.2.1: the machine readable zone of a TD1 card is the lower 23.2 mm of its back.
constexpr double kMrzZoneMm = 23.2;
constexpr int kMrzCharacters = 30;
constexpr std::size_t kFaultsMax = 200;  // a side
// ISO/IEC 7816-2, figure 1: the area of the eight contacts, from the left and upper edges of the card's face.
constexpr Box kContacts{10.25, 19.23, 9.62, 9.32};

bool inside_card(const Box& box) {
  return box.x >= -kToleranceMm && box.y >= -kToleranceMm && box.right() <= kCardWidthMm + kToleranceMm &&
         box.bottom() <= kCardHeightMm + kToleranceMm;
}

// What a keep-out may cut.
bool is_art(const Element& element) {
  if (const auto* image = std::get_if<ImageElement>(&element.what)) return image->is_art;
  return std::holds_alternative<GuillocheElement>(element.what) ||
         std::holds_alternative<PathElement>(element.what) ||
         std::holds_alternative<LineElement>(element.what) ||
         std::holds_alternative<RectangleElement>(element.what);
}

// What machines read: nothing may be drawn over it.
bool is_code(const Element& element) {
  return std::holds_alternative<QrElement>(element.what) ||
         std::holds_alternative<BarcodeElement>(element.what) ||
         std::holds_alternative<MrzElement>(element.what);
}

// What people read.
bool is_reading(const Element& element) {
  const auto* text = std::get_if<TextElement>(&element.what);
  return (text != nullptr && !text->decoration) || std::holds_alternative<CaptionElement>(element.what);
}

bool covers(const Box& outer, const Box& inner) {
  return outer.x <= inner.x + kToleranceMm && outer.y <= inner.y + kToleranceMm &&
         outer.right() >= inner.right() - kToleranceMm && outer.bottom() >= inner.bottom() - kToleranceMm;
}

class SideRules {
 public:
  SideRules(const Side& side, std::string name) : side_(side), name_(std::move(name)) {}

  std::vector<Error> check(bool has_chip) {
    if (has_chip) check_contacts();
    std::set<std::string> names;
    for (std::size_t i = 0; i < side_.elements.size(); ++i) {
      const Element& element = side_.elements[i];
      if (!names.insert(element.name).second) wrong("template.name", element, "has a name that is taken");
      if (!inside_card(element.box))
        wrong("template.outside_card", element, "reaches over the edge of the card");
      check_keep_out(element);
      check_mrz(element);
      check_panel(element);
      for (std::size_t later = i + 1; later < side_.elements.size(); ++later) {
        check_pair(element, side_.elements[later]);
      }
      if (const auto fault = contrast_fault(side_, i)) wrong("template.contrast", element, *fault);
    }
    return std::move(errors_);
  }

 private:
  void wrong(const char* code, const Element& element, const std::string& what) {
    if (errors_.size() >= kFaultsMax) return;
    errors_.push_back(fail(code, name_ + ": " + element.name + " " + what, name_ + "/" + element.name));
  }

  void check_contacts() {
    const auto free = [](const KeepOut& area) { return covers(area.box, kContacts); };
    if (std::any_of(side_.keep_out.begin(), side_.keep_out.end(), free)) return;
    errors_.push_back(fail("template.keep_out",
                           name_ + ": no keep_out covers the chip's contacts (ISO/IEC 7816-2: from 10.25 to "
                                   "19.87 mm across and from 19.23 to 28.55 mm down)",
                           name_ + "/keep_out"));
  }

  void check_keep_out(const Element& element) {
    if (is_art(element) && element.allow_overlap) return;
    for (const KeepOut& area : side_.keep_out) {
      if (overlap(element.box, area.box)) {
        return wrong("template.keep_out", element, "lies on " + area.name + ", which must stay free");
      }
    }
  }

  void check_mrz(const Element& element) {
    const auto* mrz = std::get_if<MrzElement>(&element.what);
    if (mrz == nullptr) return;
    if (name_ != "back" || element.box.y < kCardHeightMm - kMrzZoneMm - kToleranceMm) {
      return wrong("template.value", element, "is not in the lower 23.2 mm of the back (ICAO 9303-5)");
    }
    if (element.box.width < mrz->pitch_mm * kMrzCharacters - kToleranceMm ||
        element.box.height < mrz->first_baseline_mm + 2 * mrz->line_pitch_mm) {
      return wrong("template.value", element, "is too small for three lines of 30 characters");
    }
  }

  void check_panel(const Element& element) {
    const auto* text = std::get_if<TextElement>(&element.what);
    if (element.panel == Panel::resin && text != nullptr && text->style.colour != Colour{}) {
      wrong("template.value", element, "is for the black resin panel and not black");
    }
  }

  void check_pair(const Element& under, const Element& over) {
    if (!overlap(under.box, over.box) || exclude_each_other(under.when, over.when)) return;
    if (is_code(under) && over.panel != Panel::overlay) {
      return wrong("template.quiet_zone", over, "lies on " + under.name + " or its quiet zone");
    }
    if (is_art(over) && !is_art(under) && over.panel != Panel::overlay) {
      return wrong("template.overlap", over, "would cover " + under.name);
    }
    const bool both_read = is_reading(under) && is_reading(over);
    if (both_read || (!under.allow_overlap && !over.allow_overlap)) {
      wrong("template.overlap", over, "overlaps " + under.name);
    }
  }

  const Side& side_;
  std::string name_;
  std::vector<Error> errors_;
};

}  // namespace

bool overlap(const Box& a, const Box& b) {
  return a.x + kToleranceMm < b.right() && b.x + kToleranceMm < a.right() &&
         a.y + kToleranceMm < b.bottom() && b.y + kToleranceMm < a.bottom();
}

bool exclude_each_other(const Condition& a, const Condition& b) {
  if (a.field.empty() || a.field != b.field) return false;
  // Every value that a condition can tell from others: those named, none, and one that no condition names.
  std::vector<std::string> values{"", "\x01"};
  for (const Condition* each : {&a, &b}) {
    values.insert(values.end(), each->values.begin(), each->values.end());
  }
  return std::none_of(values.begin(), values.end(), [&](const std::string& value) {
    const FaceData data{{{a.field, value}}, {}};
    return holds(a, data) && holds(b, data);
  });
}

std::vector<Error> check_template_rules(const FaceTemplate& face) {
  std::vector<Error> errors =
      SideRules(face.front, "front").check(face.chip == FaceTemplate::ChipSide::front);
  for (Error& error : SideRules(face.back, "back").check(face.chip == FaceTemplate::ChipSide::back)) {
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace imprimatur::print
