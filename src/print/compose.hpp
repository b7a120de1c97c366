// From a template and data to content streams: layout, checks and drawing of every element. Used by the
// renderer. Pure functions; any thread.
//
// The elements of a side become parts in order: consecutive static ones of a panel make one part, consecutive
// bound ones the next. So the static parts of a template are made once and the others for each card. What is
// not for the colour panel stands in a layer of the PDF named after its panel.
#pragma once

#include <string>
#include <vector>

#include "print/face_data.hpp"
#include "print/face_template.hpp"
#include "print/font_set.hpp"
#include "print/image_check.hpp"
#include "print/pdf_writer.hpp"

namespace imprimatur::print {

// Whether the element looks the same on every card.
bool is_static(const Element& element);

struct Part {
  bool is_static = false;
  Panel panel = Panel::colour;
  std::size_t first = 0, count = 0;  // of the side's elements
};
std::vector<Part> parts_of(const Side& side);

// An image of the data, or of the template's art, in one way of showing it.
struct ShownImage {
  std::string name;
  bool grey = false;
  bool is_art = false;
  bool operator==(const ShownImage&) const = default;
};

// What a template uses, in a fixed order: names in its content streams are places in these lists.
struct Resources {
  std::vector<std::string> fonts;
  std::vector<ShownImage> images;
  std::vector<double> opacities;
};
Resources resources_of(const FaceTemplate& face);

// Names of the layers L0, L1, … in the order of the panels that are not colour.
std::vector<PdfLayer> layers();

struct CardImages {
  std::vector<CleanImage> images;  // as Resources::images; without pixels where missing or unusable
  std::vector<FaceFinding> findings;
};
// The template's own, once: the bytes of its art files by name. The images of the data stay empty.
CardImages prepare_art(const FaceTemplate& face, const Resources& resources,
                       const std::map<std::string, Bytes>& files);
// Those of the data, beside the `art` that was prepared.
CardImages prepare_images(const FaceTemplate& face, const Resources& resources, const FaceData& data,
                          const CardImages& art);
// What `prepare_images` would find. Every image is read whole, once, and none is made.
std::vector<FaceFinding> examine_images(const FaceTemplate& face, const Resources& resources,
                                        const FaceData& data);

struct ComposeInput {
  const FontSet& fonts;
  const FaceTemplate& face;
  const Resources& resources;
  const FaceData& data;
  const CardImages& images;
  bool check_only = false;  // what is costly to draw and never fails for its drawing is left out
};

// The content stream of a part; what cannot be drawn is added to `findings` instead.
std::string compose_part(const ComposeInput& input, const Side& side, const Part& part,
                         std::vector<FaceFinding>& findings);

}  // namespace imprimatur::print
