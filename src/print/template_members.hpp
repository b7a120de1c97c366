// Reads the members of one JSON object of a template: typed, within limits, and none left over. Remembers
// the first thing that is wrong, so that a reader asks for all its members and looks at `status` once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

using Palette = std::map<std::string, Colour>;

struct Range {
  double min = 0, max = 0;
};

class Members {
 public:
  // `where` names the object in errors ("front/full_name"). Borrows object and palette.
  Members(const json::object& object, std::string where, const Palette& palette)
      : object_(object), where_(std::move(where)), palette_(palette) {}

  bool has(const std::string& name) const { return object_.contains(name); }
  const std::string& where() const { return where_; }

  // Wanted members: template.missing when absent. The value is the type's zero after an error.
  std::string text(const std::string& name);
  double number(const std::string& name, Range range);
  Colour colour(const std::string& name);
  Point point(const std::string& name);
  Box box(const std::string& name);
  const json::object& object(const std::string& name);
  const json::array& array(const std::string& name);

  // Members with a value for when they are absent.
  std::string text_or(const std::string& name, std::string otherwise);
  double number_or(const std::string& name, Range range, double otherwise);
  int whole_or(const std::string& name, Range range, int otherwise);
  bool flag_or(const std::string& name, bool otherwise);
  Colour colour_or(const std::string& name, Colour otherwise);
  std::optional<Colour> colour_if(const std::string& name);

  // One of `choices`: its index.
  std::size_t choice_or(const std::string& name, const std::vector<std::string>& choices,
                        std::size_t otherwise);
  // One or two numbers: [min, max].
  Range range_or(const std::string& name, Range range, Range otherwise);

  void wrong(const std::string& name, const std::string& what, const char* code = "template.value");
  // The first error, or template.unknown_member when a member was never asked for.
  Status status();

 private:
  const json::value* find(const std::string& name, bool wanted);
  double to_number(const std::string& name, const json::value& value, Range range);
  Colour to_colour(const std::string& name, const json::value& value);
  std::vector<double> numbers(const std::string& name, std::size_t count);

  const json::object& object_;
  std::string where_;
  const Palette& palette_;
  std::set<std::string> asked_;
  std::optional<Error> error_;
};

}  // namespace imprimatur::print
