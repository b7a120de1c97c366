#include "app/portrait.hpp"

#include <array>
#include <cmath>

#include "app/canvas.hpp"
#include "base/check.hpp"

namespace imprimatur::app {
namespace {

constexpr int kQualityMax = 95;
constexpr int kQualityMin = 40;

constexpr std::array<Rgb, 5> kBackgrounds = {
    {{214, 228, 240}, {236, 238, 241}, {196, 216, 236}, {226, 232, 226}, {240, 236, 230}}};
constexpr std::array<Rgb, 6> kSkins = {
    {{247, 216, 190}, {236, 196, 164}, {224, 178, 142}, {208, 158, 122}, {186, 134, 98}, {150, 104, 76}}};
constexpr std::array<Rgb, 4> kHairs = {{{30, 24, 22}, {44, 32, 26}, {66, 44, 30}, {22, 22, 28}}};
constexpr std::array<Rgb, 8> kClothes = {{{44, 62, 96},
                                          {92, 38, 46},
                                          {52, 84, 68},
                                          {70, 70, 78},
                                          {126, 84, 52},
                                          {36, 96, 110},
                                          {104, 92, 132},
                                          {176, 150, 98}}};
constexpr std::array<Rgb, 3> kShirts = {{{246, 246, 248}, {222, 232, 244}, {250, 240, 226}}};
constexpr std::array<Rgb, 3> kIrises = {{{58, 36, 24}, {74, 50, 32}, {40, 28, 22}}};

template <std::size_t count>
Rgb pick(Random& random, const std::array<Rgb, count>& colours) {
  return colours[pick_index(random, count)];
}

// A number from -1 to 1.
float pick_share(Random& random) {
  return static_cast<float>(pick_number(random, -1000, 1000)) / 1000.0F;
}

// What one face is made of, in units of the picture's width.
struct Face {
  Rgb skin, hair, cloth, shirt, iris, background;
  Place centre{0.5F, 0.60F};
  float rx = 0.243F, ry = 0.318F, jaw = 0.2F;
  float eye_gap = 0.104F, eye_y = 0, brow = 0.012F, mouth = 0.070F, nose = 0.100F;
  bool female = false, long_hair = false, glasses = false, jacket = false, beard = false;
  int parting = 0;
  float age = 0;  // 0 young to 1 old
};

Face pick_face(Random& random, const PortraitTraits& traits) {
  Face face;
  face.female = traits.female;
  face.age = std::fmin(1.0F, std::fmax(0.0F, (static_cast<float>(traits.age) - 40.0F) / 35.0F));
  face.background = pick(random, kBackgrounds);
  face.skin = pick(random, kSkins);
  face.hair = mix(pick(random, kHairs), {206, 206, 208}, 0.92F * face.age);
  face.cloth = pick(random, kClothes);
  face.shirt = pick(random, kShirts);
  face.iris = pick(random, kIrises);
  face.rx += 0.014F * pick_share(random) - (face.female ? 0.008F : 0.0F);
  face.ry += 0.014F * pick_share(random);
  face.jaw = (face.female ? 0.24F : 0.17F) + 0.05F * pick_share(random);
  face.eye_gap += 0.007F * pick_share(random);
  face.eye_y = face.centre.y - 0.03F + 0.008F * pick_share(random);
  face.brow = (face.female ? 0.0085F : 0.0125F) + 0.0015F * pick_share(random);
  face.mouth += 0.008F * pick_share(random);
  face.nose += 0.01F * pick_share(random);
  face.long_hair = face.female && pick_index(random, 4) != 0;
  face.glasses = pick_index(random, 5) == 0;
  face.jacket = pick_index(random, 2) == 0;
  face.beard = !face.female && traits.age > 30 && pick_index(random, 6) == 0;
  face.parting = static_cast<int>(pick_index(random, 3));
  return face;
}

void draw_background(Canvas& canvas, const Face& face) {
  canvas.each([&](Place at, Rgb) {
    const float down = at.y / canvas.bottom();
    const float side = std::fabs(at.x - 0.5F);
    return shade(face.background, 1.03F - 0.10F * down - 0.10F * side * side * 4);
  });
}

void draw_body(Canvas& canvas, const Face& face) {
  const float bottom = canvas.bottom();
  const float shoulder = face.female ? 0.455F : 0.52F;
  const auto torso = ellipse({0.5F, bottom + 0.13F}, shoulder, 0.40F);
  const float neck_x = face.female ? 0.086F : 0.108F;
  const Place throat{0.5F, bottom - 0.245F};
  canvas.fill(torso, face.jacket ? face.cloth : shade(face.cloth, 1.12F));
  canvas.tint(torso, ellipse({0.95F, bottom}, 0.30F, 0.30F), shade(face.cloth, 0.72F),
              {.opacity = 0.6F, .edge = 0.25F});
  if (face.jacket) {
    // A shirt in the opening of the jacket, with two lapels.
    canvas.fill(both(torso, ellipse({0.5F, bottom - 0.17F}, 0.145F, 0.28F)), face.shirt);
    canvas.fill(stroke({0.385F, bottom - 0.255F}, {0.472F, bottom + 0.04F}, 0.030F),
                shade(face.cloth, 0.80F));
    canvas.fill(stroke({0.615F, bottom - 0.255F}, {0.528F, bottom + 0.04F}, 0.030F),
                shade(face.cloth, 0.80F));
  } else {
    canvas.fill(both(torso, ellipse({0.5F, throat.y + 0.005F}, 0.150F, 0.105F)), shade(face.cloth, 0.78F));
  }
  const auto neck = stroke({0.5F, face.centre.y + 0.12F}, throat, neck_x);
  canvas.fill(neck, shade(face.skin, 0.86F));
  canvas.tint(neck, ellipse({0.5F, face.centre.y + face.ry}, 0.14F, 0.06F), shade(face.skin, 0.60F),
              {.opacity = 0.7F, .edge = 0.08F});
  if (!face.jacket) return;
  canvas.fill(stroke({0.5F - neck_x, throat.y - 0.02F}, {0.472F, throat.y + 0.125F}, 0.026F), face.shirt);
  canvas.fill(stroke({0.5F + neck_x, throat.y - 0.02F}, {0.528F, throat.y + 0.125F}, 0.026F), face.shirt);
}

void draw_head(Canvas& canvas, const Face& face) {
  const Place middle = face.centre;
  const auto head = egg(middle, face.rx, face.ry, face.jaw);
  for (const float side : {-1.0F, 1.0F}) {
    const Place ear{middle.x + side * (face.rx + 0.002F), middle.y + 0.002F};
    canvas.fill(ellipse(ear, 0.028F, 0.058F), shade(face.skin, 0.90F));
    canvas.fill(ellipse(ear, 0.012F, 0.034F), shade(face.skin, 0.74F), {.opacity = 0.6F, .edge = 0.015F});
  }
  canvas.fill(head, face.skin);
  // Light from the upper left: the right cheek and the jaw lie in shade.
  canvas.tint(head, ellipse({middle.x + face.rx, middle.y + 0.06F}, 0.16F, 0.34F), shade(face.skin, 0.80F),
              {.opacity = 0.55F, .edge = 0.16F});
  canvas.tint(head, ellipse({middle.x, middle.y + face.ry + 0.02F}, 0.24F, 0.08F), shade(face.skin, 0.78F),
              {.opacity = 0.5F, .edge = 0.1F});
  canvas.tint(head, ellipse({middle.x - 0.07F, middle.y - 0.14F}, 0.14F, 0.10F),
              mix(face.skin, {255, 250, 244}, 0.5F), {.opacity = 0.5F, .edge = 0.16F});
  const Rgb blush = mix(face.skin, {226, 120, 110}, face.female ? 0.38F : 0.22F);
  for (const float side : {-1.0F, 1.0F}) {
    canvas.tint(head, ellipse({middle.x + side * 0.135F, middle.y + 0.08F}, 0.07F, 0.05F), blush,
                {.opacity = 0.6F, .edge = 0.08F});
  }
}

void draw_eye(Canvas& canvas, const Face& face, float side) {
  const Place eye{face.centre.x + side * face.eye_gap, face.eye_y};
  const auto white = both(ellipse({eye.x, eye.y + 0.014F}, 0.046F, 0.034F),
                          ellipse({eye.x, eye.y - 0.011F}, 0.046F, 0.032F));
  canvas.fill(ellipse(eye, 0.055F, 0.038F), shade(face.skin, 0.80F), {.opacity = 0.5F, .edge = 0.035F});
  canvas.fill(white, {246, 243, 240});
  canvas.tint(white, ellipse(eye, 0.0195F, 0.0205F), face.iris, {});
  canvas.tint(white, ellipse(eye, 0.0095F, 0.0095F), {12, 10, 10}, {});
  canvas.fill(ellipse({eye.x - 0.007F, eye.y - 0.007F}, 0.0045F, 0.0045F), {255, 255, 255});
  // The upper lid is the lower edge of a ring.
  const auto lid = without(ellipse({eye.x, eye.y + 0.014F}, 0.049F, 0.039F),
                           ellipse({eye.x, eye.y + 0.019F}, 0.049F, 0.037F));
  canvas.fill(both(lid, ellipse({eye.x, eye.y - 0.034F}, 0.058F, 0.037F)), {34, 26, 24},
              {.opacity = face.female ? 1.0F : 0.85F});
  const Place inner{eye.x - side * 0.044F, eye.y - 0.054F}, middle{eye.x + side * 0.010F, eye.y - 0.068F},
      outer{eye.x + side * 0.058F, eye.y - 0.050F};
  const Rgb brow = mix(face.hair, face.skin, 0.12F);
  canvas.fill(stroke(inner, middle, face.brow), brow, {.opacity = 0.92F, .edge = 0.008F});
  canvas.fill(stroke(middle, outer, face.brow * 0.75F), brow, {.opacity = 0.92F, .edge = 0.008F});
  if (face.age <= 0) return;
  canvas.fill(stroke({eye.x - 0.032F, eye.y + 0.046F}, {eye.x + 0.032F, eye.y + 0.048F}, 0.0028F),
              shade(face.skin, 0.66F), {.opacity = 0.75F * face.age, .edge = 0.011F});
}

void draw_nose(Canvas& canvas, const Face& face) {
  const float x = face.centre.x, y = face.eye_y + face.nose;
  canvas.fill(stroke({x + 0.018F, face.eye_y + 0.01F}, {x + 0.028F, y}, 0.009F), shade(face.skin, 0.80F),
              {.opacity = 0.55F, .edge = 0.028F});
  canvas.fill(ellipse({x, y + 0.004F}, 0.040F, 0.023F), shade(face.skin, 0.86F),
              {.opacity = 0.8F, .edge = 0.025F});
  canvas.fill(ellipse({x - 0.004F, y - 0.007F}, 0.016F, 0.016F), mix(face.skin, {255, 255, 255}, 0.45F),
              {.opacity = 0.7F, .edge = 0.024F});
  for (const float side : {-1.0F, 1.0F}) {
    canvas.fill(ellipse({x + side * 0.020F, y + 0.015F}, 0.009F, 0.006F), shade(face.skin, 0.42F),
                {.opacity = 0.8F, .edge = 0.007F});
    canvas.fill(stroke({x + side * 0.060F, y + 0.014F}, {x + side * 0.088F, y + 0.078F}, 0.0034F),
                shade(face.skin, 0.66F), {.opacity = 0.25F + 0.6F * face.age, .edge = 0.014F});
  }
}

void draw_mouth(Canvas& canvas, const Face& face) {
  const float x = face.centre.x, wide = face.mouth, y = face.eye_y + face.nose + 0.090F;
  const Rgb lip =
      mix(face.skin, face.female ? Rgb{188, 62, 72} : Rgb{168, 88, 82}, face.female ? 0.75F : 0.55F);
  canvas.fill(both(ellipse({x, y + 0.014F}, wide, 0.027F), ellipse({x, y - 0.007F}, wide, 0.023F)),
              shade(lip, 0.92F));
  canvas.fill(both(ellipse({x, y + 0.007F}, wide * 0.88F, 0.025F), ellipse({x, y + 0.029F}, wide, 0.027F)),
              lip);
  canvas.fill(stroke({x - wide * 0.9F, y + 0.005F}, {x + wide * 0.9F, y + 0.005F}, 0.0024F), shade(lip, 0.5F),
              {.opacity = 0.9F});
  canvas.fill(ellipse({x, y + 0.052F}, 0.045F, 0.009F), shade(face.skin, 0.76F),
              {.opacity = 0.6F, .edge = 0.02F});
  if (!face.beard) return;
  canvas.fill(ellipse({x, y - 0.041F}, 0.075F, 0.014F), mix(face.hair, face.skin, 0.25F),
              {.opacity = 0.85F, .edge = 0.016F});
}

// Hair lies behind the head where it is long, and as a cap above the forehead.
void draw_hair_behind(Canvas& canvas, const Face& face) {
  if (!face.long_hair) return;
  const Place middle{face.centre.x, face.centre.y + 0.03F};
  canvas.fill(ellipse(middle, face.rx + 0.085F, face.ry + 0.14F), shade(face.hair, 0.82F));
  canvas.fill(ellipse({middle.x, middle.y + 0.22F}, face.rx + 0.075F, 0.30F), shade(face.hair, 0.80F));
}

void draw_hair(Canvas& canvas, const Face& face) {
  const Place middle = face.centre;
  const float lift = face.female ? 0.062F : 0.048F;
  const auto skull = ellipse({middle.x, middle.y - 0.035F}, face.rx + 0.024F, face.ry + lift);
  const auto above = ellipse({middle.x, middle.y - 0.30F}, 0.46F, face.long_hair ? 0.36F : 0.30F);
  // The forehead is free below a line that depends on the parting; with age it rises.
  const float shift = face.parting == 0 ? 0.0F : (face.parting == 1 ? 0.03F : -0.03F);
  const float rise = face.female ? 0.0F : 0.05F * face.age;
  const auto forehead = ellipse({middle.x + shift, middle.y + 0.075F - rise},
                                face.rx + (face.long_hair ? 0.004F : 0.0F), face.ry - 0.008F, shift * 2.0F);
  const auto cap = without(both(skull, above), forehead);
  canvas.fill(cap, face.hair, {.edge = 0.008F});
  canvas.tint(cap, ellipse({middle.x - 0.09F, middle.y - 0.29F}, 0.12F, 0.06F, -0.3F),
              mix(face.hair, {255, 255, 255}, 0.30F), {.opacity = 0.6F, .edge = 0.08F});
  const Place crown{middle.x + shift, middle.y - face.ry - lift};
  for (int i = -6; i <= 6; ++i) {
    const float x = middle.x + static_cast<float>(i) * 0.038F;
    canvas.fill(both(cap, stroke(crown, {x, middle.y - 0.15F}, 0.0018F)),
                mix(face.hair, {255, 255, 255}, 0.22F), {.opacity = 0.45F});
  }
}

void draw_glasses(Canvas& canvas, const Face& face) {
  const Rgb frame{46, 44, 48};
  for (const float side : {-1.0F, 1.0F}) {
    const Place lens{face.centre.x + side * face.eye_gap, face.eye_y + 0.007F};
    canvas.fill(without(ellipse(lens, 0.072F, 0.058F), ellipse(lens, 0.066F, 0.052F)), frame);
    canvas.fill(stroke({lens.x + side * 0.070F, lens.y - 0.011F},
                       {face.centre.x + side * face.rx, lens.y - 0.016F}, 0.0042F),
                frame);
  }
  const float bridge = face.eye_gap - 0.070F;
  canvas.fill(stroke({face.centre.x - bridge, face.eye_y}, {face.centre.x + bridge, face.eye_y}, 0.004F),
              frame);
}

// Grain as of a camera, so that the picture has a photograph's weight.
void add_grain(Canvas& canvas, Random& random, float strength) {
  std::uint64_t state = read_be(random.bytes(8)) | 1;
  canvas.each([&](Place, Rgb old) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const float noise = (static_cast<float>(state % 2001) / 1000.0F - 1.0F) * strength;
    return Rgb{old.red + noise, old.green + noise, old.blue + noise};
  });
}

}  // namespace

std::size_t pick_index(Random& random, std::size_t count) {
  CHECK(count > 0);
  return static_cast<std::size_t>(read_be(random.bytes(6)) % count);
}

int pick_number(Random& random, int min, int max) {
  CHECK(min <= max);
  return min + static_cast<int>(pick_index(random, static_cast<std::size_t>(max - min) + 1));
}

Bytes draw_portrait(Random& random, const PortraitTraits& traits) {
  const Face face = pick_face(random, traits);
  Canvas canvas(traits.width_px, traits.height_px);
  draw_background(canvas, face);
  draw_hair_behind(canvas, face);
  draw_body(canvas, face);
  draw_head(canvas, face);
  draw_eye(canvas, face, -1);
  draw_eye(canvas, face, 1);
  draw_nose(canvas, face);
  draw_mouth(canvas, face);
  draw_hair(canvas, face);
  if (face.glasses) draw_glasses(canvas, face);
  add_grain(canvas, random, 3.2F);
  Bytes jpeg;
  // The best quality that fits.
  for (int quality = kQualityMax; quality >= kQualityMin; quality -= 5) {
    jpeg = canvas.to_jpeg(quality);
    if (jpeg.size() <= traits.bytes_max) break;
  }
  return jpeg;
}

Bytes draw_signature(Random& random) {
  constexpr int kWidth = 300, kHeight = 100, kStrokes = 9, kQuality = 80;
  constexpr Rgb kPaper{255, 255, 255}, kInk{20, 30, 90};
  Canvas canvas(kWidth, kHeight);
  canvas.each([&](Place, Rgb) { return kPaper; });
  Place at{0.08F, 0.2F};
  for (int i = 0; i < kStrokes; ++i) {
    const Place to{at.x + 0.09F, 0.05F + 0.22F * pick_share(random)};
    canvas.fill(stroke(at, to, 0.006F), kInk);
    at = to;
  }
  return canvas.to_jpeg(kQuality);
}

}  // namespace imprimatur::app
