#include "print/bar_code.hpp"

#include <zint.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/bytes.hpp"

namespace imprimatur::print {
namespace {

constexpr int kCode128QuietModules = 10;  // ISO/IEC 15417, 4.3.3
constexpr int kCode128HeightModules = 12;
constexpr int kPdf417QuietModules = 2;  // ISO/IEC 15438, 5.8.3
constexpr int kPdf417RowModules = 3;    // ISO/IEC 15438, 5.8.2
constexpr int kPdf417ColumnsMax = 30;
constexpr std::size_t kPayloadMax = 1500;

using Symbol = std::unique_ptr<zint_symbol, decltype(&ZBarcode_Delete)>;

struct Form {
  int symbology = 0;
  int columns = 0;  // of data, PDF417; 0: as the library likes
  int row_modules = 0, quiet_modules = 0;
};

std::optional<BarCode> encode(std::string_view payload, const Form& form) {
  const Symbol symbol(ZBarcode_Create(), &ZBarcode_Delete);
  if (!symbol) return std::nullopt;
  symbol->symbology = form.symbology;
  symbol->input_mode = UNICODE_MODE;
  symbol->option_2 = form.columns;
  const ByteView bytes = bytes_of(payload);
  if (ZBarcode_Encode(symbol.get(), bytes.data(), static_cast<int>(bytes.size())) >= ZINT_ERROR)
    return std::nullopt;
  BarCode code;
  code.columns = symbol->width;
  code.rows = symbol->rows;
  code.row_modules = form.row_modules;
  code.quiet_modules = form.quiet_modules;
  for (int row = 0; row < code.rows; ++row) {
    for (int column = 0; column < code.columns; ++column) {
      code.dark.push_back((symbol->encoded_data[row][column >> 3] >> (column & 7) & 1) != 0);
    }
  }
  return code;
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

int module_dots(const BarCode& code, Dots room) {
  const int across = room.across / (code.columns + 2 * code.quiet_modules);
  if (code.row_modules == 0) return std::min(across, room.down / kCode128HeightModules);
  return std::min(across, room.down / (code.rows * code.row_modules + 2 * code.quiet_modules));
}

Result<BarCode> encode_bar_code(const BarcodeElement& element, std::string_view payload, Dots room) {
  const Error too_long =
      fail("face.code_too_long", "the code's text of " + std::to_string(payload.size()) +
                                     " bytes needs smaller modules than can be printed in its place");
  if (payload.size() > kPayloadMax) return too_long;
  std::optional<BarCode> best;
  if (element.kind == BarcodeElement::Kind::code128) {
    if (!is_printable_ascii(payload)) {
      return fail("face.bad_value", "the bar code takes printable ASCII characters only");
    }
    best = encode(payload, {BARCODE_CODE128, 0, 0, kCode128QuietModules});
  } else {
    for (int columns = 1; columns <= kPdf417ColumnsMax; ++columns) {
      auto code = encode(payload, {BARCODE_PDF417, columns, kPdf417RowModules, kPdf417QuietModules});
      if (!code) continue;
      const int dots = module_dots(*code, room);
      if (!best || dots > module_dots(*best, room)) best = std::move(code);
    }
  }
  if (!best || module_dots(*best, room) < element.module_dots_min) return too_long;
  return std::move(*best);
}

}  // namespace imprimatur::print
