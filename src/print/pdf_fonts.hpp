// What a PDF says of a font, written once as text: used by the PDF writer.
#pragma once

#include <string>

#include "print/font_set.hpp"

namespace imprimatur::print {

struct PdfFontText {
  std::string base_name;   // "IMPRIM+NotoSans-Bold"
  std::string cid_font;    // members of the CIDFontType2 dictionary but FontDescriptor
  std::string descriptor;  // members of the FontDescriptor but FontFile2
  std::string to_unicode;  // the ToUnicode CMap (ISO 32000-1, 9.10.3)
};

PdfFontText describe_font(const Font& font);

}  // namespace imprimatur::print
