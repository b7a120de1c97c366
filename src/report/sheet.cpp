#include "report/sheet.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "print/pdf_writer.hpp"
#include "print/text_check.hpp"

namespace imprimatur::report {
namespace {

constexpr double kTop = 782;
constexpr double kBottom = 56;
constexpr double kFoot = 40;
constexpr double kRow = 13.5;
constexpr double kTextSize = 9;
constexpr double kTextSizeMin = 6;
constexpr double kSignatureHeight = 84;
constexpr double kBlack = 0, kGrey = 0.4, kLightGrey = 0.8;
constexpr std::size_t kPagesMax = 20;
constexpr const char* kRegular = "sans";
constexpr const char* kBold = "sans-bold";

// A number of a content stream: two decimals of a point, whatever the locale.
std::string number(double value) {
  char digits[32];
  const auto [end, ec] = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 2);
  return std::string(digits, end) + " ";
}

std::string hex_of(std::uint16_t glyph) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[glyph >> shift & 0xF];
  return text;
}

}  // namespace

struct Sheet::State {
  const print::FontSet* fonts = nullptr;
  std::unique_ptr<print::PdfWriter> writer;
  std::vector<std::string> pages;  // content streams (ISO 32000-1, 8 and 9)
  std::size_t page = 0;            // that is drawn on
  double y = kTop;                 // of the baseline, from below
  std::optional<Error> error;

  void new_page();
  void room(double height);
  void line(double from, double to, double at, double width, double grey);
  void draw(const char* font, double size, double grey, const Column& column, const std::string& text);
  void draw_glyphs(const print::Font& font, double size, double grey, const Column& column,
                   std::u32string_view characters);
};

void Sheet::State::new_page() {
  y = kTop;
  if (pages.size() >= kPagesMax) {
    if (!error) error = fail("report.pages", "the report has more than 20 pages", {}, "The CSV has it all.");
    return;
  }
  page = pages.size();
  pages.emplace_back();
}

void Sheet::State::room(double height) {
  if (y - height < kBottom) new_page();
}

void Sheet::State::line(double from, double to, double at, double width, double grey) {
  pages[page] += number(grey) + "G " + number(width) + "w " + number(from) + number(at) + "m " + number(to) +
                 number(at) + "l S\n";
}

void Sheet::State::draw(const char* font, double size, double grey, const Column& column,
                        const std::string& text) {
  if (text.empty() || error) return;
  const print::Font& pinned = *fonts->find(font);
  const auto printable = [&]() -> Result<std::u32string> {
    TRY(auto characters, print::check_text(text));
    TRY_STATUS(print::check_glyphs(pinned.metrics, characters));
    return characters;
  };
  const auto characters = printable();
  if (!characters) {
    error = fail("report.text", "a text cannot be printed as it is: " + characters.error().message, {},
                 "The CSV has it as it is.");
    return;
  }
  draw_glyphs(pinned, size, grey, column, characters.value());
}

// All characters have glyphs. A long text gets smaller letters, to a limit; it is never cut.
void Sheet::State::draw_glyphs(const print::Font& font, double size, double grey, const Column& column,
                               std::u32string_view characters) {
  double width = 0;  // at one point
  std::string glyphs;
  for (const char32_t character : characters) {
    const print::Glyph* glyph = font.metrics.find(character);
    width += glyph->advance / 1000;
    glyphs += hex_of(glyph->id);
  }
  const double size_max = (column.right - column.left) / width;
  if (size_max < kTextSizeMin) {
    error = fail("report.text", "a text is too long for its column", {}, "The CSV has it as it is.");
    return;
  }
  size = std::min(size, size_max);
  const double left = column.number ? column.right - width * size : column.left;
  pages[page] += "BT " + number(grey) + "g /" + font.name + " " + number(size) + "Tf 1 0 0 1 " +
                 number(left) + number(y) + "Tm <" + glyphs + "> Tj ET\n";
}

Sheet::Sheet(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sheet::~Sheet() = default;

Result<std::unique_ptr<Sheet>> Sheet::create(const print::FontSet& fonts) {
  for (const char* name : {kRegular, kBold}) {
    if (fonts.find(name) == nullptr) {
      return fail("report.fonts", "a font of the report is not among the pinned", name);
    }
  }
  auto state = std::make_unique<State>();
  state->fonts = &fonts;
  TRY(state->writer, print::PdfWriter::create(fonts));
  state->new_page();
  return std::unique_ptr<Sheet>(new Sheet(std::move(state)));
}

void Sheet::title(const std::string& text, const std::string& beside) {
  state_->draw(kBold, 20, kBlack, {kLeft, 300}, text);
  state_->draw(kBold, 11, kGrey, {300, kRight, true}, beside);
  state_->y -= 10;
  state_->line(kLeft, kRight, state_->y, 1.2, kBlack);
  state_->y -= 18;
}

void Sheet::fact(const std::string& name, const std::string& value) {
  state_->room(kRow);
  state_->draw(kRegular, 8.5, kGrey, {kLeft, 150}, name);
  state_->draw(kRegular, kTextSize, kBlack, {150, kRight}, value);
  state_->y -= kRow;
}

void Sheet::section(const std::string& text, const Columns& columns, const Cells& names) {
  state_->room(5 * kRow);
  state_->y -= 10;
  state_->draw(kBold, 11.5, kBlack, {kLeft, kRight}, text);
  if (!columns.empty()) state_->y -= kRow;
  for (std::size_t i = 0; i < columns.size(); ++i) state_->draw(kRegular, 8, kGrey, columns[i], names[i]);
  state_->line(kLeft, kRight, state_->y - 4, 0.7, kBlack);
  state_->y -= kRow;
}

void Sheet::row(const Columns& columns, const Cells& cells, Weight weight) {
  state_->room(kRow);
  const bool strong = weight == Weight::strong;
  if (strong) state_->line(kLeft, kRight, state_->y + kRow - 4, 0.7, kBlack);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    state_->draw(strong ? kBold : kRegular, kTextSize, kBlack, columns[i], cells[i]);
  }
  if (!strong) state_->line(kLeft, kRight, state_->y - 4, 0.3, kLightGrey);
  state_->y -= kRow;
}

void Sheet::sentence(const std::string& text) {
  state_->room(kRow);
  state_->draw(kRegular, kTextSize, kBlack, {kLeft, kRight}, text);
  state_->y -= kRow;
}

void Sheet::signatures(const std::string& declaration, const std::vector<std::string>& people) {
  state_->room(kSignatureHeight);
  state_->y = kBottom + kSignatureHeight - kRow;
  state_->draw(kRegular, kTextSize, kBlack, {kLeft, kRight}, declaration);
  state_->y = kBottom + 24;
  constexpr double kGap = 24;
  const double width = (kRight - kLeft + kGap) / static_cast<double>(people.size());
  double left = kLeft;
  for (const std::string& person : people) {
    state_->line(left, left + width - kGap, state_->y + 12, 0.7, kBlack);
    state_->draw(kRegular, 8.5, kGrey, {left, left + width - kGap}, person);
    left += width;
  }
}

Result<Bytes> Sheet::finish(const std::string& foot) {
  const std::string count = std::to_string(state_->pages.size());
  for (std::size_t i = 0; i < state_->pages.size(); ++i) {
    state_->page = i;
    state_->y = kFoot;
    state_->draw(kRegular, 8, kGrey, {kLeft, 470}, foot);
    state_->draw(kRegular, 8, kGrey, {470, kRight, true}, "page " + std::to_string(i + 1) + " of " + count);
  }
  if (state_->error) return *state_->error;
  std::vector<print::PdfStream> streams;
  for (const std::string& page : state_->pages) streams.push_back(print::deflate_stream(page));
  print::PdfInput input;
  input.width_mm = 210;  // A4, ISO 216
  input.height_mm = 297;
  input.fonts = {kRegular, kBold};
  for (const print::PdfStream& stream : streams) input.pages.push_back({&stream});
  return state_->writer->write(input);
}

}  // namespace imprimatur::report
