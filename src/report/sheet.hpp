// An A4 report as rows in columns, in the pinned fonts. It breaks pages by itself and numbers them. The first
// thing that cannot be drawn as it is (a letter that the font lacks, a text too wide for its column) is kept
// as the error: nothing is left out in silence. One thread; the same input gives the same bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "print/font_set.hpp"

namespace imprimatur::report {

// Points from the left of the page; numbers stand at the right of their column.
struct Column {
  double left = 0, right = 0;
  bool number = false;
};
using Columns = std::vector<Column>;
using Cells = std::vector<std::string>;

class Sheet {
 public:
  static constexpr double kLeft = 56, kRight = 539;  // A4 is 595 by 842 points

  // The fonts must outlive the sheet. Errors report.fonts (sans or sans-bold is missing), print.pdf.
  static Result<std::unique_ptr<Sheet>> create(const print::FontSet& fonts);
  ~Sheet();
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  void title(const std::string& text, const std::string& beside);
  void fact(const std::string& name, const std::string& value);
  // A heading over columns, or over sentences when there are none. It stays with its first row.
  void section(const std::string& text, const Columns& columns, const Cells& names);
  enum class Weight { plain, strong };
  void row(const Columns& columns, const Cells& cells, Weight weight = Weight::plain);
  // A sentence over the whole width.
  void sentence(const std::string& text);
  // Places for the signatures, at the foot of the last page.
  void signatures(const std::string& declaration, const std::vector<std::string>& people);

  // The document; `foot` stands on every page beside its number. Errors report.text, report.pages (more than
  // 20), print.pdf.
  Result<Bytes> finish(const std::string& foot);

 private:
  struct State;
  explicit Sheet(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::report
