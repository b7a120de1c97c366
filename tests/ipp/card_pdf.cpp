#include "tests/ipp/card_pdf.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace imprimatur::tests {

// ISO 32000-1 section 7.5: header, objects, cross-reference table, trailer.
Bytes card_pdf(int pages) {
  std::string kids;
  for (int i = 0; i < pages; ++i) kids += std::to_string(5 + i) + " 0 R ";
  const std::string drawing = "BT /F1 24 Tf 40 60 Td (SPECIMEN) Tj ET";
  std::vector<std::string> objects{
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Count " + std::to_string(pages) + " /Kids [ " + kids + "] >>",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
      "<< /Length " + std::to_string(drawing.size()) + " >>\nstream\n" + drawing + "\nendstream",
  };
  for (int i = 0; i < pages; ++i) {
    objects.push_back(
        "<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 242.65 153.01 ] /Contents 4 0 R"
        " /Resources << /Font << /F1 3 0 R >> >> >>");
  }
  std::string pdf = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char line[32];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", pdf.size());
    table += line;
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string count = std::to_string(objects.size() + 1);
  const std::string start = std::to_string(pdf.size());
  pdf += "xref\n0 " + count + "\n" + table + "trailer\n<< /Size " + count + " /Root 1 0 R >>\nstartxref\n" +
         start + "\n%%EOF\n";
  return copy_of(bytes_of(pdf));
}

}  // namespace imprimatur::tests
