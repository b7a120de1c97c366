// The shift report on A4, drawn with libharu in the pinned fonts.
#include <hpdf.h>

#include <memory>

#include "report/shift_report.hpp"

namespace imprimatur::report {
namespace {

constexpr float kLeft = 56;
constexpr float kRight = 539;   // A4 is 595 points wide
constexpr float kTop = 786;     // and 842 high
constexpr float kBottom = 110;  // room for the signatures
constexpr float kRow = 15;
constexpr int kPagesMax = 20;

using Document = std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, decltype(&HPDF_Free)>;

// Decodes UTF-8; the names were checked as UTF-8 at intake. False at a malformed or unknown character.
bool covered(const print::Font& font, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    if (i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    if (font.metrics.find(code) == nullptr) return false;
    i += length;
  }
  return true;
}

class Sheet {
 public:
  Sheet(HPDF_Doc document, HPDF_Font regular, HPDF_Font bold)
      : document_(document), regular_(regular), bold_(bold) {
    new_page();
  }

  void title(const std::string& text) {
    draw(bold_, 20, kLeft, text);
    y_ -= 26;
  }
  void note(const std::string& text) {
    draw(regular_, 9, kLeft, text);
    y_ -= 13;
  }
  void section(const std::string& text) {
    room(3 * kRow);
    y_ -= 12;
    draw(bold_, 12, kLeft, text);
    y_ -= 6;
    rule();
    y_ -= kRow;
  }
  void row(const std::string& name, const std::string& value, bool strong = false) {
    room(kRow);
    HPDF_Font font = strong ? bold_ : regular_;
    draw(font, 10, kLeft + 6, name);
    HPDF_Page_SetFontAndSize(page_, font, 10);
    draw(font, 10, kRight - 6 - HPDF_Page_TextWidth(page_, value.c_str()), value);
    y_ -= kRow;
  }
  void signatures() {
    y_ = kBottom - 40;
    for (const float x : {kLeft, 320.F}) {
      HPDF_Page_SetLineWidth(page_, 0.5F);
      HPDF_Page_MoveTo(page_, x, y_);
      HPDF_Page_LineTo(page_, x + 210, y_);
      HPDF_Page_Stroke(page_);
    }
    y_ -= 12;
    draw(regular_, 9, kLeft, "Operator, time");
    draw(regular_, 9, 320, "Supervisor, time");
  }

 private:
  void new_page() {
    page_ = HPDF_AddPage(document_);
    HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
    y_ = kTop;
    ++pages_;
  }
  void room(float height) {
    if (y_ - height < kBottom && pages_ < kPagesMax) new_page();
  }
  void rule() {
    HPDF_Page_SetLineWidth(page_, 0.7F);
    HPDF_Page_MoveTo(page_, kLeft, y_);
    HPDF_Page_LineTo(page_, kRight, y_);
    HPDF_Page_Stroke(page_);
  }
  void draw(HPDF_Font font, float size, float x, const std::string& text) {
    HPDF_Page_BeginText(page_);
    HPDF_Page_SetFontAndSize(page_, font, size);
    HPDF_Page_TextOut(page_, x, y_, text.c_str());
    HPDF_Page_EndText(page_);
  }

  HPDF_Doc document_;
  HPDF_Font regular_;
  HPDF_Font bold_;
  HPDF_Page page_ = nullptr;
  float y_ = kTop;
  int pages_ = 0;
};

void fill(Sheet& sheet, const ShiftReport& report) {
  sheet.title("Shift report");
  sheet.note(report.station + ", " + report.from + " to " + report.until);
  sheet.note("All figures are of entries 0 to " + std::to_string(report.log_size - 1) + " of the log " +
             report.log_origin + ", epoch " + report.epoch);
  sheet.section("Jobs");
  for (const auto& [state, count] : report.jobs.by_state) {
    sheet.row(std::string(job::text_of(state)), std::to_string(count));
  }
  sheet.section("Units: issued of received");
  for (const auto& unit : report.units) {
    sheet.row(unit.unit + "  (" + unit.campaign + ")",
              std::to_string(unit.issued) + " of " + std::to_string(unit.received));
  }
  for (const auto& [name, places] : report.stock) {
    sheet.section("Blanks " + name);
    std::int64_t sum = 0;
    for (const auto& [place, count] : places) {
      sheet.row(std::string(ledger::text_of(place)), std::to_string(count));
      sum += count;
    }
    sheet.row("sum = received", std::to_string(sum), true);
  }
  if (!report.spoil_reasons.empty()) sheet.section("Spoiled, by reason");
  for (const auto& [reason, count] : report.spoil_reasons) sheet.row(reason, std::to_string(count));
  if (!report.in_doubt.empty()) sheet.section("In doubt: two people decide");
  for (const auto& attempt : report.in_doubt) sheet.row(attempt.blank + "  " + attempt.question, attempt.job);
  sheet.signatures();
}

}  // namespace

Result<Bytes> shift_pdf(const ShiftReport& report, const print::FontSet& fonts,
                        const std::filesystem::path& folder) {
  const print::Font* regular = fonts.find("sans");
  const print::Font* bold = fonts.find("sans-bold");
  if (regular == nullptr || bold == nullptr)
    return fail("report.pdf", "the pinned fonts sans and sans-bold are missing");
  for (const auto& unit : report.units) {
    // libharu leaves out what the font lacks, in silence.
    if (!covered(*regular, unit.unit) || !covered(*regular, unit.campaign)) {
      return fail("report.text", "a unit's or campaign's name has a letter that the font lacks");
    }
  }
  HPDF_STATUS broken = HPDF_OK;
  const Document document(HPDF_New([](HPDF_STATUS, HPDF_STATUS, void*) {}, &broken), &HPDF_Free);
  if (!document) return fail("report.pdf", "libharu does not start");
  HPDF_UseUTFEncodings(document.get());
  HPDF_SetCompressionMode(document.get(), HPDF_COMP_ALL);
  const auto load = [&](const char* file) -> HPDF_Font {
    const char* name = HPDF_LoadTTFontFromFile(document.get(), (folder / file).c_str(), HPDF_TRUE);
    return name == nullptr ? nullptr : HPDF_GetFont(document.get(), name, "UTF-8");
  };
  const HPDF_Font regular_font = load("sans.ttf");
  const HPDF_Font bold_font = load("sans-bold.ttf");
  if (regular_font != nullptr && bold_font != nullptr) {
    Sheet sheet(document.get(), regular_font, bold_font);
    fill(sheet, report);
  }
  if (HPDF_GetError(document.get()) != HPDF_OK || HPDF_SaveToStream(document.get()) != HPDF_OK) {
    return fail("report.pdf", "libharu refused with error " + std::to_string(HPDF_GetError(document.get())));
  }
  Bytes pdf(HPDF_GetStreamSize(document.get()));
  auto size = static_cast<HPDF_UINT32>(pdf.size());
  HPDF_ResetStream(document.get());
  if (HPDF_ReadFromStream(document.get(), pdf.data(), &size) != HPDF_OK && size != pdf.size()) {
    return fail("report.pdf", "libharu gave fewer bytes than it has");
  }
  return pdf;
}

}  // namespace imprimatur::report
