#include "devices/face_reader/mrz_reader.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

#include "base/files.hpp"

namespace imprimatur::devices {
namespace {

constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";
constexpr int kLineLength = 30;
constexpr double kPitchMm = 2.54;
constexpr double kSampleMm = kPitchMm / 20;  // of a cell's columns and rows: 200 to an inch
constexpr double kAboveMm = 2.9;             // the cell begins so far above the baseline
// The strip around a line is resampled once, this much finer than the cells, so that a cell can be taken from
// anywhere in it.
constexpr int kStepsPerSample = 2;
constexpr double kStepMm = kSampleMm / kStepsPerSample;
constexpr int kAroundSteps = 16;  // 1 mm on every side
constexpr int kTrackSteps = 2;    // from cell to cell
constexpr int kFirstCells = 8;    // by which the line is found
constexpr int kGlyphDotsPerSample = 4;
constexpr std::size_t kFontBytesMax = 4U << 20;

// A cell has ink and paper.
constexpr float kContrastMin = 40;
// How like its picture a character must be, and how much nearer to it than to the next one: as a share of
// what lies between the two pictures, where a half would be the middle.
constexpr float kScoreMin = 0.75F;
constexpr float kShareMin = 0.5F;
constexpr float kSureScore = 0.9F;  // then the line is where it should be

}  // namespace

// A line's surroundings in steps; grey values, averaged over a sample.
struct MrzReader::Strip {
  int width = 0, height = 0;
  std::vector<float> values;
  float at(int x, int y) const {
    return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }

  static Strip of(const GreyImage& side, const station::FaceTarget& target);
};

// Outside the image there is paper.
MrzReader::Strip MrzReader::Strip::of(const GreyImage& side, const station::FaceTarget& target) {
  Strip strip;
  strip.width = kLineLength * kColumns * kStepsPerSample + 2 * kAroundSteps;
  strip.height = kRows * kStepsPerSample + 2 * kAroundSteps;
  strip.values.reserve(static_cast<std::size_t>(strip.width) * static_cast<std::size_t>(strip.height));
  const double scale = pixels_per_mm(side);
  const double half = std::max(kSampleMm * scale, 1.0) / 2;
  const double left = target.x - kAroundSteps * kStepMm;
  const double top = target.y - kAboveMm - kAroundSteps * kStepMm;
  // Shares of the pixels that a sample covers along one axis.
  struct Cover {
    int first = 0;
    std::vector<float> shares;
  };
  const auto cover = [half](double middle) {
    Cover covered;
    covered.first = static_cast<int>(std::floor(middle - half));
    for (int px = covered.first; px < middle + half; ++px) {
      const double share = std::min(middle + half, px + 1.0) - std::max(middle - half, double(px));
      covered.shares.push_back(static_cast<float>(std::max(share, 0.0) / (2 * half)));
    }
    return covered;
  };
  std::vector<Cover> columns;
  for (int x = 0; x < strip.width; ++x) columns.push_back(cover((left + (x + 0.5) * kStepMm) * scale));
  for (int y = 0; y < strip.height; ++y) {
    const Cover row = cover((top + (y + 0.5) * kStepMm) * scale);
    for (const Cover& column : columns) {
      float sum = 0;
      for (std::size_t j = 0; j < row.shares.size(); ++j) {
        const int py = row.first + static_cast<int>(j);
        for (std::size_t i = 0; i < column.shares.size(); ++i) {
          const int px = column.first + static_cast<int>(i);
          const bool inside = px >= 0 && py >= 0 && px < side.width_px && py < side.height_px;
          sum += row.shares[j] * column.shares[i] * (inside ? side.at(px, py) : 255.0F);
        }
      }
      strip.values.push_back(sum);
    }
  }
  return strip;
}

// Answers the contrast that there was: the difference of the lightest and the darkest sample.
float MrzReader::normalise(Cell& cell) {
  const float lightest = *std::max_element(cell.begin(), cell.end());
  const float darkest = *std::min_element(cell.begin(), cell.end());
  float mean = 0, square = 0;
  for (const float value : cell) mean += value;
  mean /= static_cast<float>(cell.size());
  for (float& value : cell) {
    value -= mean;
    square += value * value;
  }
  const float length = std::sqrt(square);
  if (length > 0) {
    for (float& value : cell) value /= length;
  }
  return lightest - darkest;
}

// The glyph as it stands in its cell, much finer than the samples and then averaged.
Result<MrzReader::Cell> MrzReader::draw(void* font, char character) {
  auto* face = static_cast<FT_Face>(font);
  if (FT_Load_Char(face, static_cast<FT_ULong>(character), FT_LOAD_NO_HINTING | FT_LOAD_RENDER) != 0 ||
      FT_Get_Char_Index(face, static_cast<FT_ULong>(character)) == 0) {
    return fail("face_reader.font", "the font of the MRZ lacks a character");
  }
  const FT_Bitmap& bitmap = face->glyph->bitmap;
  const int baseline = static_cast<int>(std::lround(kAboveMm / kSampleMm * kGlyphDotsPerSample));
  Cell cell{};
  for (int y = 0; y < static_cast<int>(bitmap.rows); ++y) {
    for (int x = 0; x < static_cast<int>(bitmap.width); ++x) {
      const int column = (face->glyph->bitmap_left + x) / kGlyphDotsPerSample;
      const int row = (baseline - face->glyph->bitmap_top + y) / kGlyphDotsPerSample;
      if (column < 0 || row < 0 || column >= kColumns || row >= kRows) continue;
      cell[static_cast<std::size_t>(row * kColumns + column)] -=
          static_cast<float>(bitmap.buffer[y * bitmap.pitch + x]);
    }
  }
  if (normalise(cell) == 0) return fail("face_reader.font", "a character of the MRZ's font is empty");
  return cell;
}

Result<MrzReader> MrzReader::create(const std::filesystem::path& font) {
  TRY(auto file, read_file(font, kFontBytesMax));
  const Error unusable = fail("face_reader.font", "the font of the MRZ cannot be drawn", font.string());
  FT_Library opened = nullptr;
  if (FT_Init_FreeType(&opened) != 0) return unusable;
  const std::unique_ptr<std::remove_pointer_t<FT_Library>, FT_Error (*)(FT_Library)> library(
      opened, FT_Done_FreeType);
  FT_Face loaded = nullptr;
  if (FT_New_Memory_Face(opened, file.data(), static_cast<FT_Long>(file.size()), 0, &loaded) != 0) {
    return unusable;
  }
  const std::unique_ptr<std::remove_pointer_t<FT_Face>, FT_Error (*)(FT_Face)> face(loaded, FT_Done_Face);
  if (!FT_IS_SCALABLE(loaded) || FT_Load_Char(loaded, '<', FT_LOAD_NO_SCALE) != 0) return unusable;
  const auto advance = static_cast<double>(loaded->glyph->metrics.horiAdvance);
  if (advance <= 0) return unusable;
  // The size at which a character is as wide as a cell; one point is one dot at 72 to an inch.
  const double size = kColumns * kGlyphDotsPerSample * loaded->units_per_EM / advance;
  if (FT_Set_Char_Size(loaded, 0, static_cast<FT_F26Dot6>(std::lround(size * 64)), 72, 72) != 0) {
    return unusable;
  }
  MrzReader reader;
  for (const char character : kCharacters) {
    TRY(auto picture, draw(loaded, character));
    reader.glyphs_.push_back({character, picture});
  }
  for (const Glyph& one : reader.glyphs_) {
    std::vector<float> row;
    for (const Glyph& other : reader.glyphs_) {
      float like = 0;
      for (std::size_t i = 0; i < one.picture.size(); ++i) like += one.picture[i] * other.picture[i];
      row.push_back(like);
    }
    reader.likeness_.push_back(std::move(row));
  }
  return reader;
}

MrzReader::Match MrzReader::match(const Strip& strip, int cell, Steps at) const {
  Cell samples;
  const int left = kAroundSteps + at.x + cell * kColumns * kStepsPerSample;
  const int top = kAroundSteps + at.y;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      samples[static_cast<std::size_t>(row * kColumns + column)] =
          strip.at(left + column * kStepsPerSample, top + row * kStepsPerSample);
    }
  }
  Match match;
  match.x = at.x;
  match.y = at.y;
  if (normalise(samples) < kContrastMin) return match;
  for (std::size_t i = 0; i < glyphs_.size(); ++i) {
    float score = 0;
    for (std::size_t j = 0; j < samples.size(); ++j) score += samples[j] * glyphs_[i].picture[j];
    if (match.best < 0 || score > match.score) {
      match.second = match.best;
      match.second_score = match.score;
      match.best = static_cast<int>(i);
      match.score = score;
    } else if (match.second < 0 || score > match.second_score) {
      match.second = static_cast<int>(i);
      match.second_score = score;
    }
  }
  return match;
}

// The cell where it should be, when it is clearly a character there; else the best of what is around.
MrzReader::Match MrzReader::match_near(const Strip& strip, int cell, Steps around) const {
  Match best = match(strip, cell, around);
  if (best.score > kSureScore && is_clear(best)) return best;
  const auto inside = [](int steps) { return std::clamp(steps, -kAroundSteps + 1, kAroundSteps - 1); };
  for (int y = -kTrackSteps; y <= kTrackSteps; ++y) {
    for (int x = -kTrackSteps; x <= kTrackSteps; ++x) {
      const Match here = match(strip, cell, {inside(around.x + x), inside(around.y + y)});
      if (best.best < 0 || here.score > best.score) best = here;
    }
  }
  return best;
}

// Where the line's first cells are most like characters.
MrzReader::Steps MrzReader::find_line(const Strip& strip) const {
  const auto likeness_at = [&](Steps at) {
    float sum = 0;
    for (int cell = 0; cell < kFirstCells; ++cell) sum += match(strip, cell, at).score;
    return sum;
  };
  Steps best;
  float best_sum = likeness_at(best);
  if (best_sum > kSureScore * kFirstCells) return best;
  constexpr int kCoarse = 2;
  for (int y = -kAroundSteps + kCoarse; y < kAroundSteps; y += kCoarse) {
    for (int x = -kAroundSteps + kCoarse; x < kAroundSteps; x += kCoarse) {
      const float sum = likeness_at({x, y});
      if (sum <= best_sum) continue;
      best_sum = sum;
      best = {x, y};
    }
  }
  return best;
}

bool MrzReader::is_clear(const Match& match) const {
  if (match.best < 0 || match.score < kScoreMin) return false;
  const float between =
      1 - likeness_[static_cast<std::size_t>(match.best)][static_cast<std::size_t>(match.second)];
  return match.score - match.second_score >= kShareMin * between;
}

Result<std::string> MrzReader::read_line(const GreyImage& side, const station::FaceTarget& target) const {
  if (std::abs(target.pitch - kPitchMm) > 0.001) {
    return fail("face_reader.pitch", "only lines of 10 characters to an inch can be read", target.field);
  }
  const Strip strip = Strip::of(side, target);
  Steps at = find_line(strip);
  std::string line;
  for (int cell = 0; cell < kLineLength; ++cell) {
    const Match found = match_near(strip, cell, at);
    if (!is_clear(found)) {
      return fail("face.unreadable",
                  "the character at position " + std::to_string(cell + 1) + " is not clearly one",
                  target.field, "Clean the card and the camera, light the card.");
    }
    line += glyphs_[static_cast<std::size_t>(found.best)].character;
    at = {found.x, found.y};
  }
  return line;
}

}  // namespace imprimatur::devices
