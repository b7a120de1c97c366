#include "print/guilloche.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace imprimatur::print {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
// Cubic curves for each period of the fastest wave: then the error is below 1/300 of the amplitude.
constexpr double kCurvesPerPeriod = 6;

struct Wave {
  double value = 0, slope = 0;  // slope: by the parameter, which runs from 0 to 1
};

Wave wave_at(const GuillocheElement& shape, double t, double phase) {
  const double first = kTurn * shape.cycles * t + phase;
  const double second = kTurn * shape.harmonic_cycles * t - phase;
  return {shape.amplitude_mm * (std::sin(first) + shape.harmonic * std::sin(second)),
          shape.amplitude_mm * kTurn *
              (shape.cycles * std::cos(first) + shape.harmonic * shape.harmonic_cycles * std::cos(second))};
}

struct Sample {
  Point at, slope;
};

Sample sample(const Box& box, const GuillocheElement& shape, double share, double phase, double t) {
  const Wave wave = wave_at(shape, t, phase);
  const Point middle{box.x + box.width / 2, box.y + box.height / 2};
  if (shape.kind == GuillocheElement::Kind::waves) {
    return {{box.x + box.width * t, middle.y + (share - 0.5) * shape.spread_mm + wave.value},
            {box.width, wave.slope}};
  }
  const double outer =
      std::min(box.width, box.height) / 2 - shape.amplitude_mm * (1 + std::abs(shape.harmonic));
  const double radius = outer - (1 - share) * shape.spread_mm + wave.value;
  const double cosine = std::cos(kTurn * t), sine = std::sin(kTurn * t);
  return {{middle.x + radius * cosine, middle.y + radius * sine},
          {wave.slope * cosine - radius * kTurn * sine, wave.slope * sine + radius * kTurn * cosine}};
}

Colour blend(Colour from, Colour to, double share) {
  const auto mix = [share](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
  };
  return {mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue)};
}

}  // namespace

void draw_guilloche(Content& to, const Box& box, const GuillocheElement& shape) {
  to.save();
  to.rectangle(box);
  to.clip();
  to.line_width(shape.width_mm);
  const bool rosette = shape.kind == GuillocheElement::Kind::rosette;
  const double fastest = std::max(shape.cycles, shape.harmonic != 0 ? shape.harmonic_cycles : 0);
  const int curves = std::max(rosette ? 16 : 4, static_cast<int>(std::ceil(fastest * kCurvesPerPeriod)));
  for (int line = 0; line < shape.lines; ++line) {
    const double share = shape.lines > 1 ? static_cast<double>(line) / (shape.lines - 1) : 0.5;
    const double phase = shape.phase_step * line;
    to.stroke_colour(blend(shape.from, shape.to, share));
    Sample before = sample(box, shape, share, phase, 0);
    to.move_to(before.at);
    for (int i = 1; i <= curves; ++i) {
      const Sample after = sample(box, shape, share, phase, static_cast<double>(i) / curves);
      const double third = 1.0 / (3 * curves);  // Hermite to Bézier
      to.curve_to({before.at.x + before.slope.x * third, before.at.y + before.slope.y * third},
                  {after.at.x - after.slope.x * third, after.at.y - after.slope.y * third}, after.at);
      before = after;
    }
    if (rosette) to.close();
    to.stroke();
  }
  to.restore();
}

}  // namespace imprimatur::print
