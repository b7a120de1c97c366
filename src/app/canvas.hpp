// A picture that is filled with soft-edged shapes, each told by its signed distance: what made-up portraits
// and signatures are drawn on. One thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/bytes.hpp"

namespace imprimatur::app {

struct Rgb {
  float red = 0, green = 0, blue = 0;
};

inline Rgb mix(Rgb from, Rgb to, float share) {
  return {from.red + (to.red - from.red) * share, from.green + (to.green - from.green) * share,
          from.blue + (to.blue - from.blue) * share};
}

inline Rgb shade(Rgb colour, float factor) {
  return {colour.red * factor, colour.green * factor, colour.blue * factor};
}

// A place on the picture: x from 0 to 1 across, y in the same unit from the top.
struct Place {
  float x = 0, y = 0;
};

// A shape is a signed distance, negative inside and good to the width of an edge, and the box it lies in.
struct Bounds {
  Place min, max;
};
template <class Distance>
struct Shape {
  Distance distance;
  Bounds bounds;
};
template <class Distance>
Shape(Distance, Bounds) -> Shape<Distance>;

inline auto ellipse(Place centre, float rx, float ry, float turn = 0) {
  const float c = std::cos(turn), s = std::sin(turn);
  const float reach_x = std::hypot(rx * c, ry * s), reach_y = std::hypot(rx * s, ry * c);
  const auto distance = [=](Place at) {
    const float dx = at.x - centre.x, dy = at.y - centre.y;
    const float u = (dx * c + dy * s) / rx, v = (dy * c - dx * s) / ry;
    return (std::sqrt(u * u + v * v) - 1.0F) * std::min(rx, ry);
  };
  return Shape{distance,
               Bounds{{centre.x - reach_x, centre.y - reach_y}, {centre.x + reach_x, centre.y + reach_y}}};
}

// Wider above, narrower at the chin.
inline auto egg(Place centre, float rx, float ry, float jaw) {
  const auto distance = [=](Place at) {
    const float dy = (at.y - centre.y) / ry;
    const float width = rx * (1.0F - (dy > 0 ? jaw * dy * dy : 0.05F * dy * dy));
    const float u = (at.x - centre.x) / width;
    return (std::sqrt(u * u + dy * dy) - 1.0F) * std::min(rx, ry);
  };
  return Shape{distance, Bounds{{centre.x - rx, centre.y - ry}, {centre.x + rx, centre.y + ry}}};
}

inline auto stroke(Place from, Place to, float radius) {
  const auto distance = [=](Place at) {
    const float dx = to.x - from.x, dy = to.y - from.y;
    const float along = ((at.x - from.x) * dx + (at.y - from.y) * dy) / (dx * dx + dy * dy);
    const float t = std::fmin(1.0F, std::fmax(0.0F, along));
    return std::hypot(at.x - from.x - dx * t, at.y - from.y - dy * t) - radius;
  };
  return Shape{distance, Bounds{{std::fmin(from.x, to.x) - radius, std::fmin(from.y, to.y) - radius},
                                {std::fmax(from.x, to.x) + radius, std::fmax(from.y, to.y) + radius}}};
}

inline Bounds common(Bounds left, Bounds right) {
  return {{std::fmax(left.min.x, right.min.x), std::fmax(left.min.y, right.min.y)},
          {std::fmin(left.max.x, right.max.x), std::fmin(left.max.y, right.max.y)}};
}

template <class Left, class Right>
auto both(Left left, Right right) {
  const auto distance = [=](Place at) { return std::fmax(left.distance(at), right.distance(at)); };
  return Shape{distance, common(left.bounds, right.bounds)};
}

template <class Left, class Right>
auto without(Left left, Right right) {
  const auto distance = [=](Place at) { return std::fmax(left.distance(at), -right.distance(at)); };
  return Shape{distance, left.bounds};
}

struct Paint {
  float opacity = 1;
  float edge = 0;  // width of the soft edge; at least a pixel
};

class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width),
        height_(height),
        pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  float bottom() const { return static_cast<float>(height_) / static_cast<float>(width_); }

  // Each pixel within the bounds by `colour(place, old)`.
  template <class Colour>
  void each(Bounds bounds, Colour colour) {
    const float unit = 1.0F / static_cast<float>(width_);
    const int x_end = std::min(width_, 1 + static_cast<int>(bounds.max.x / unit));
    const int y_end = std::min(height_, 1 + static_cast<int>(bounds.max.y / unit));
    for (int y = std::max(0, static_cast<int>(bounds.min.y / unit)); y < y_end; ++y) {
      for (int x = std::max(0, static_cast<int>(bounds.min.x / unit)); x < x_end; ++x) {
        Rgb& pixel = pixels_[index(x, y)];
        pixel = colour(Place{(static_cast<float>(x) + 0.5F) * unit, (static_cast<float>(y) + 0.5F) * unit},
                       pixel);
      }
    }
  }

  template <class Colour>
  void each(Colour colour) {
    each(Bounds{{0, 0}, {1, bottom()}}, colour);
  }

  template <class Inside>
  void fill(Inside shape, Rgb colour, Paint paint = {}) {
    const float soft = softness(paint.edge);
    const Bounds wide{{shape.bounds.min.x - soft, shape.bounds.min.y - soft},
                      {shape.bounds.max.x + soft, shape.bounds.max.y + soft}};
    each(wide, [&](Place at, Rgb old) { return mix(old, colour, cover(shape, at, soft) * paint.opacity); });
  }

  // As `fill`, and nothing leaves `clip`.
  template <class Clip, class Inside>
  void tint(Clip clip, Inside shape, Rgb colour, Paint paint) {
    const float soft = softness(paint.edge), sharp = softness(0);
    each(clip.bounds, [&](Place at, Rgb old) {
      return mix(old, colour, cover(clip, at, sharp) * cover(shape, at, soft) * paint.opacity);
    });
  }

  // A baseline JPEG; quality 1 to 100.
  Bytes to_jpeg(int quality) const;

 private:
  Bytes to_rgb() const {
    Bytes bytes;
    bytes.reserve(pixels_.size() * 3);
    for (const Rgb& pixel : pixels_) {
      for (const float value : {pixel.red, pixel.green, pixel.blue}) {
        bytes.push_back(static_cast<std::uint8_t>(std::fmin(255.0F, std::fmax(0.0F, value)) + 0.5F));
      }
    }
    return bytes;
  }

  float softness(float edge) const { return std::fmax(edge, 1.2F / static_cast<float>(width_)); }

  template <class Inside>
  static float cover(const Inside& shape, Place at, float soft) {
    return std::fmin(1.0F, std::fmax(0.0F, 0.5F - shape.distance(at) / soft));
  }

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }

  int width_;
  int height_;
  std::vector<Rgb> pixels_;
};

}  // namespace imprimatur::app
