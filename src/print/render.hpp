// Draws a face: template + data → PDF of two pages (front, back) of the card's size.
//
// One renderer a thread, but for `check`: it owns its FreeType and libharu state, and keeps what is costly
// (fonts, static art) between cards. The same template and data give the same bytes, on any renderer, in any
// order. What `check` finds, `render` refuses: nothing is ever cut, left out or drawn outside its box.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

struct RendererFiles {
  std::filesystem::path templates;  // the folder that holds fonts/fonts.json, the pinned list, and faces/art
  std::filesystem::path fonts;      // the folder with the built fonts (build/…/fonts)
};

// Whether the template has elements for panels other than colour.
bool uses_layers(const FaceTemplate& face);

class FaceRenderer {
 public:
  // Loads every font of the list. Errors font.missing, font.hash (the file is not the pinned one),
  // font.unusable.
  static Result<std::unique_ptr<FaceRenderer>> create(const RendererFiles& files,
                                                      const Sha256Hex& sha256_hex);
  ~FaceRenderer();
  FaceRenderer(const FaceRenderer&) = delete;
  FaceRenderer& operator=(const FaceRenderer&) = delete;

  // What only the fonts and the files of art can tell of a template, once, before it is used: codes
  // template.font, template.size, template.value, template.art. Empty: whatever the template says itself can
  // be printed.
  std::vector<Error> examine(const FaceTemplate& face) const;

  // Everything that keeps this data from being printed on this face; empty when it can be. Codes:
  // face.missing (a field or image that is not optional), face.not_utf8, face.not_nfc, face.control,
  // face.no_glyph, face.does_not_fit, face.bad_date, face.bad_value (a word the format does not know),
  // face.bad_mrz, face.qr_too_long, face.code_too_long, face.image (not decodable or of wrong size),
  // face.image_aspect, face.art (a file of the template's own). Costs about as much as the text layout: well
  // under a millisecond, plus one reading of each image. Any threads, several at once.
  std::vector<FaceFinding> check(const FaceTemplate& face, const FaceData& data);

  // The PDF, read back: its texts are those of the data, character by character. Error face.refused with the
  // first finding, print.pdf when the PDF library fails, print.readback when the page says something else
  // than the data (then the program is wrong, and nothing may be printed).
  // `only`: what is meant for one panel of the printer, shown whatever the panel; nothing: the whole, in
  // layers.
  Result<Bytes> render(const FaceTemplate& face, const FaceData& data, std::optional<Panel> only = {});

 private:
  struct State;
  explicit FaceRenderer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::print
