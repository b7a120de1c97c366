// Puts pages, fonts and images together as a PDF, by libharu's object layer.
//
// Fonts are embedded whole, as they were built and pinned, with glyph ids as character codes (Identity-H)
// and a ToUnicode map. libharu's own TrueType code, which drops characters it does not know and follows
// composite glyphs one level deep, has no part in it. Whatever does not change between cards is compressed
// once. One thread; the same input gives the same bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "print/face_template.hpp"
#include "print/font_set.hpp"
#include "print/image_check.hpp"

namespace imprimatur::print {

// Bytes as they stand, or already deflated (zlib, RFC 1950).
struct PdfStream {
  std::string bytes;
  bool deflated = false;
};

PdfStream deflate_stream(std::string_view bytes);

// An optional content group (ISO 32000-1, 8.11) for a panel of the printer.
struct PdfLayer {
  std::string name;
  bool shown = true;  // to those who do not choose
  bool operator==(const PdfLayer&) const = default;
};

// A document of pages of one size, the card's unless it says otherwise. Content streams name fonts by their
// name in the FontSet, images I0, I1, …, opacities G0, G1, … and layers L0, L1, …, all usable on every page.
struct PdfInput {
  std::vector<std::vector<const PdfStream*>> pages;  // the content streams of each
  std::vector<std::string> fonts;
  std::vector<const CleanImage*> images;  // null: the name stays free
  std::vector<double> opacities;
  std::vector<PdfLayer> layers;
  double width_mm = kCardWidthMm, height_mm = kCardHeightMm;
};

class PdfWriter {
 public:
  // Prepares the fonts, which must outlive the writer. Error print.pdf.
  static Result<std::unique_ptr<PdfWriter>> create(const FontSet& fonts);
  ~PdfWriter();
  PdfWriter(const PdfWriter&) = delete;
  PdfWriter& operator=(const PdfWriter&) = delete;

  // Error print.pdf with libharu's error number; the writer stays usable.
  Result<Bytes> write(const PdfInput& input);

 private:
  struct State;
  explicit PdfWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::print
