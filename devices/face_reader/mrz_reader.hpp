// Reads lines of a machine readable zone from pixels: the characters stand in cells of a known pitch (ICAO
// Doc 9303-3 section 4.9: OCR-B size 1, 10 characters to 25.4 mm), so every cell is compared with pictures of
// the font's own glyphs. A cell that is not clearly one character is an error, never a guess.
//
// The glyphs are drawn once when it is made; after that immutable: any thread may read.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "devices/face_reader/grey_image.hpp"
#include "station/face_reader.hpp"

namespace imprimatur::devices {

class MrzReader {
 public:
  // `font`: the OCR-B file that the face was printed with. Errors of files; face_reader.font: it cannot be
  // drawn or lacks a character.
  static Result<MrzReader> create(const std::filesystem::path& font);

  // The 30 characters of a line. It is looked for up to a millimetre around its place, and followed where
  // the image is a little larger or smaller than the card. Error face.unreadable, with the position in words
  // and never the character.
  Result<std::string> read_line(const GreyImage& side, const station::FaceTarget& target) const;

 private:
  // A cell as a vector without mean, of length 1.
  static constexpr int kColumns = 20, kRows = 27;
  using Cell = std::array<float, static_cast<std::size_t>(kColumns) * kRows>;
  struct Glyph {
    char character = 0;
    Cell picture;
  };
  struct Strip;
  struct Match {
    int best = -1, second = -1;  // of glyphs_
    float score = 0, second_score = 0;
    int x = 0, y = 0;  // steps of the strip that the cell lies away from its place
  };
  struct Steps {
    int x = 0, y = 0;
  };

  static Result<Cell> draw(void* face, char character);
  static float normalise(Cell& cell);
  Match match(const Strip& strip, int cell, Steps at) const;
  Match match_near(const Strip& strip, int cell, Steps around) const;
  Steps find_line(const Strip& strip) const;
  bool is_clear(const Match& match) const;

  std::vector<Glyph> glyphs_;
  std::vector<std::vector<float>> likeness_;  // of two glyphs' pictures
};

}  // namespace imprimatur::devices
