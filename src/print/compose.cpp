#include "print/compose.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/check.hpp"
#include "print/binding.hpp"
#include "print/content.hpp"
#include "print/draw_art.hpp"
#include "print/draw_codes.hpp"
#include "print/draw_text.hpp"

namespace imprimatur::print {
namespace {

constexpr double kMmPerInch = 25.4;

template <class Visit>
void for_each_element(const FaceTemplate& face, Visit visit) {
  for (const Side* side : {&face.front, &face.back}) {
    for (const Element& element : side->elements) visit(element);
  }
}

template <class T>
void add_once(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

template <class T>
std::size_t place_of(const std::vector<T>& list, const T& value) {
  const auto found = std::find(list.begin(), list.end(), value);
  CHECK(found != list.end());  // `resources_of` the same template listed it
  return static_cast<std::size_t>(found - list.begin());
}

// Limits for one image over all places that show it.
struct ImageUse {
  ImageLimits limits;
  CleanOptions options;
  bool optional = true;
};

// Without data, whatever the condition: a condition needs data.
bool shows(const Element& element, const ShownImage& image, const FaceData* data) {
  const auto* shown = std::get_if<ImageElement>(&element.what);
  return shown != nullptr && shown->image == image.name && shown->grey == image.grey &&
         shown->is_art == image.is_art && (data == nullptr || holds(element.when, *data));
}

// Nothing when no element shows it on this card.
std::optional<ImageUse> use_of(const FaceTemplate& face, const ShownImage& image, const FaceData* data) {
  ImageUse use;
  use.limits.side_px_min = 16;
  use.options.grey = image.grey;
  bool any = false;
  for_each_element(face, [&](const Element& element) {
    if (!shows(element, image, data)) return;
    const auto& shown = std::get<ImageElement>(element.what);
    const double longer_mm = std::max(element.box.width, element.box.height);
    const int dots = static_cast<int>(std::ceil(longer_mm / kMmPerInch * face.resolution_dpi));
    use.options.longer_side_px_wanted = std::max(use.options.longer_side_px_wanted, dots);
    use.limits.side_px_min = std::max(use.limits.side_px_min, shown.side_px_min);
    use.optional = use.optional && shown.optional;
    any = true;
  });
  return any ? std::optional(use) : std::nullopt;
}

void check_aspects(const FaceTemplate& face, const ShownImage& of, const FaceData* data, ImageSize image,
                   std::vector<FaceFinding>& findings) {
  for_each_element(face, [&](const Element& element) {
    if (!shows(element, of, data)) return;
    const auto& shown = std::get<ImageElement>(element.what);
    const double wanted = element.box.width / element.box.height;
    const double found = static_cast<double>(image.width_px) / image.height_px;
    if (std::abs(found / wanted - 1) <= shown.aspect_tolerance) return;
    findings.push_back(
        {"face.image_aspect", of.name,
         "the image is " + std::to_string(image.width_px) + " x " + std::to_string(image.height_px) +
             " pixels, a shape that does not fit its place on the card (" + element.name + ")"});
  });
}

// Decodes and shrinks one image; what is wrong with it becomes a finding, and it stays empty.
CleanImage prepared_image(const FaceTemplate& face, const ShownImage& shown, const ImageUse& use,
                          const FaceData* data, ByteView file, std::vector<FaceFinding>& findings) {
  auto clean = clean_image(file, use.limits, use.options);
  if (!clean) {
    findings.push_back({"face.image", shown.name, clean.error().message});
    return {};
  }
  check_aspects(face, shown, data, {clean.value().width_px, clean.value().height_px}, findings);
  return std::move(clean).value();
}

// An image of the data that this card shows, and how.
struct DataImage {
  std::size_t place;  // in Resources::images
  ImageUse use;
  ByteView file;
};

// Those there are; one that must not be missing is a finding.
std::vector<DataImage> images_of(const FaceTemplate& face, const Resources& resources, const FaceData& data,
                                 std::vector<FaceFinding>& findings) {
  std::vector<DataImage> images;
  for (std::size_t i = 0; i < resources.images.size(); ++i) {
    const ShownImage& shown = resources.images[i];
    const auto use = shown.is_art ? std::nullopt : use_of(face, shown, &data);
    if (!use) continue;
    const auto found = data.images.find(shown.name);
    if (found != data.images.end() && !found->second.empty()) {
      images.push_back({i, *use, found->second});
    } else if (!use->optional) {
      findings.push_back({"face.missing", shown.name, "the face shows this image and there is none"});
    }
  }
  return images;
}

void draw(const ComposeInput& input, const Element& element, Content& to,
          std::vector<FaceFinding>& findings) {
  if (!holds(element.when, input.data)) return;
  if (const auto* text = std::get_if<TextElement>(&element.what)) {
    draw_text(to, input.fonts, element, *text, input.data, findings);
  } else if (const auto* caption = std::get_if<CaptionElement>(&element.what)) {
    draw_caption(to, input.fonts, element, *caption, findings);
  } else if (const auto* mrz = std::get_if<MrzElement>(&element.what)) {
    draw_mrz(to, input.fonts, element, *mrz, input.data, findings);
  } else if (const auto* qr = std::get_if<QrElement>(&element.what); qr != nullptr && input.check_only) {
    check_qr(element, *qr, input.face.resolution_dpi, input.data, findings);
  } else if (qr != nullptr) {
    draw_qr(to, element, *qr, input.face.resolution_dpi, input.data, findings);
  } else if (const auto* barcode = std::get_if<BarcodeElement>(&element.what)) {
    draw_barcode(to, element, *barcode, input.face.resolution_dpi, input.data, findings);
  } else if (const auto* image = std::get_if<ImageElement>(&element.what)) {
    const std::size_t place =
        place_of(input.resources.images, ShownImage{image->image, image->grey, image->is_art});
    if (input.images.images[place].jpeg.empty()) return;
    const std::size_t opacity = place_of(input.resources.opacities, image->opacity);
    draw_image(to, element.box, *image, input.images.images[place],
               {"I" + std::to_string(place), "G" + std::to_string(opacity)});
  } else {
    draw_art(to, element);
  }
}

// Everything on the side but its keep-outs.
void clip_keep_outs(Content& to, const Side& side) {
  if (side.keep_out.empty()) return;
  to.rectangle({0, 0, kCardWidthMm, kCardHeightMm});
  for (const KeepOut& area : side.keep_out) to.rounded_rectangle(area.box, area.radius_mm);
  to.clip(true);
}

}  // namespace

bool is_static(const Element& element) {
  if (!element.when.field.empty()) return false;
  if (const auto* text = std::get_if<TextElement>(&element.what)) return text->field.empty();
  if (const auto* image = std::get_if<ImageElement>(&element.what)) return image->is_art;
  return !std::holds_alternative<MrzElement>(element.what) &&
         !std::holds_alternative<QrElement>(element.what) &&
         !std::holds_alternative<BarcodeElement>(element.what);
}

std::vector<Part> parts_of(const Side& side) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < side.elements.size(); ++i) {
    const bool fixed = is_static(side.elements[i]);
    const Panel panel = side.elements[i].panel;
    if (parts.empty() || parts.back().is_static != fixed || parts.back().panel != panel) {
      parts.push_back({fixed, panel, i, 0});
    }
    ++parts.back().count;
  }
  return parts;
}

Resources resources_of(const FaceTemplate& face) {
  Resources used;
  for_each_element(face, [&](const Element& element) {
    if (const auto* text = std::get_if<TextElement>(&element.what)) {
      add_once(used.fonts, text->style.font);
    } else if (const auto* caption = std::get_if<CaptionElement>(&element.what)) {
      add_once(used.fonts, caption->first.font);
      add_once(used.fonts, caption->second.font);
    } else if (const auto* mrz = std::get_if<MrzElement>(&element.what)) {
      add_once(used.fonts, mrz->font);
    } else if (const auto* image = std::get_if<ImageElement>(&element.what)) {
      add_once(used.images, ShownImage{image->image, image->grey, image->is_art});
      add_once(used.opacities, image->opacity);
    }
  });
  return used;
}

std::vector<PdfLayer> layers() {
  return {{"resin", true}, {"overlay", false}};
}

CardImages prepare_art(const FaceTemplate& face, const Resources& resources,
                       const std::map<std::string, Bytes>& files) {
  CardImages out;
  out.images.resize(resources.images.size());
  for (std::size_t i = 0; i < resources.images.size(); ++i) {
    const ShownImage& shown = resources.images[i];
    const auto file = files.find(shown.name);
    if (!shown.is_art || file == files.end()) continue;
    const auto use = use_of(face, shown, nullptr);
    if (use) out.images[i] = prepared_image(face, shown, *use, nullptr, file->second, out.findings);
  }
  return out;
}

CardImages prepare_images(const FaceTemplate& face, const Resources& resources, const FaceData& data,
                          const CardImages& art) {
  CardImages out = art;
  out.findings.clear();
  for (const DataImage& image : images_of(face, resources, data, out.findings)) {
    out.images[image.place] =
        prepared_image(face, resources.images[image.place], image.use, &data, image.file, out.findings);
  }
  return out;
}

std::vector<FaceFinding> examine_images(const FaceTemplate& face, const Resources& resources,
                                        const FaceData& data) {
  std::vector<FaceFinding> findings;
  // An image that is shown in two ways and was sound in one differs in the limits of its size alone.
  std::map<std::string, ImageInfo> sound;
  for (const DataImage& image : images_of(face, resources, data, findings)) {
    const ShownImage& shown = resources.images[image.place];
    const auto known = sound.find(shown.name);
    const auto info = known != sound.end() && check_size(known->second, image.use.limits)
                          ? Result<ImageInfo>(known->second)
                          : check_image(image.file, image.use.limits);
    if (!info) {
      findings.push_back({"face.image", shown.name, info.error().message});
      continue;
    }
    sound.emplace(shown.name, info.value());
    check_aspects(face, shown, &data, clean_size(info.value(), image.use.options), findings);
  }
  return findings;
}

std::string compose_part(const ComposeInput& input, const Side& side, const Part& part,
                         std::vector<FaceFinding>& findings) {
  Content to;
  to.save();
  if (part.panel != Panel::colour) to.begin_layer(part.panel == Panel::resin ? "L0" : "L1");
  clip_keep_outs(to, side);
  for (std::size_t i = part.first; i < part.first + part.count; ++i) {
    draw(input, side.elements[i], to, findings);
  }
  if (part.panel != Panel::colour) to.end_layer();
  to.restore();
  return to.str();
}

}  // namespace imprimatur::print
