#include "station/face_targets.hpp"

namespace imprimatur::station {
namespace {

constexpr int kMrzLineLength = 30;

void add_mrz(const print::MrzElement& mrz, const print::Box& box, FaceTarget::Side side,
             std::vector<FaceTarget>& targets) {
  const double width = mrz.pitch_mm * kMrzLineLength;
  for (std::size_t i = 0; i < mrz.fields.size(); ++i) {
    FaceTarget target;
    target.kind = FaceTarget::Kind::mrz_line;
    target.side = side;
    target.field = mrz.fields[i];
    target.x = box.x + (box.width - width) / 2;  // lines stand in the middle of their box
    target.y = box.y + mrz.first_baseline_mm + mrz.line_pitch_mm * static_cast<double>(i);
    target.width = width;
    target.height = mrz.line_pitch_mm;
    target.pitch = mrz.pitch_mm;
    targets.push_back(std::move(target));
  }
}

FaceTarget code(FaceTarget::Kind kind, FaceTarget::Side side, std::string field, const print::Box& box) {
  return {kind, side, std::move(field), box.x, box.y, box.width, box.height, 0};
}

void add_side(const print::Side& from, FaceTarget::Side side, std::vector<FaceTarget>& targets) {
  for (const print::Element& element : from.elements) {
    if (!element.when.field.empty() || element.panel == print::Panel::overlay) continue;
    if (const auto* mrz = std::get_if<print::MrzElement>(&element.what)) {
      add_mrz(*mrz, element.box, side, targets);
    } else if (const auto* qr = std::get_if<print::QrElement>(&element.what)) {
      targets.push_back(code(FaceTarget::Kind::qr, side, qr->field, element.box));
    } else if (const auto* bars = std::get_if<print::BarcodeElement>(&element.what)) {
      if (bars->kind != print::BarcodeElement::Kind::code128) continue;
      targets.push_back(code(FaceTarget::Kind::code128, side, bars->field, element.box));
    }
  }
}

}  // namespace

std::vector<FaceTarget> face_targets(const print::FaceTemplate& face) {
  std::vector<FaceTarget> targets;
  add_side(face.front, FaceTarget::Side::front, targets);
  add_side(face.back, FaceTarget::Side::back, targets);
  return targets;
}

}  // namespace imprimatur::station
