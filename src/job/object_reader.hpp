// Reads one JSON object against a strict form: every member that is not asked for is refused, and the first
// thing that is wrong is kept with its JSON pointer. So a parser is one line a member and ends with `finish`.
//
// Borrows the object, which must outlive it. One thread.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/json.hpp"

namespace imprimatur::job {

// What a text may be. Lengths are code points, as JSON Schema counts them.
struct TextRule {
  std::size_t length_min = 0;
  std::size_t length_max = 0;
  bool (*matches)(std::string_view) = nullptr;  // nothing: any text without control characters
  std::string_view expected = "a text without control characters";
};

class ObjectReader {
 public:
  // `code` is that of every error; `where` the pointer of the object, empty for the root.
  ObjectReader(const json::object& object, std::string code, std::string where = {})
      : object_(object), code_(std::move(code)), where_(std::move(where)) {}

  std::string text(std::string_view name, const TextRule& rule);
  // `otherwise` when the member is absent.
  std::string text_or(std::string_view name, const TextRule& rule, std::string otherwise);
  std::int64_t number(std::string_view name, std::int64_t min, std::int64_t max);
  bool flag_or(std::string_view name, bool otherwise);
  // Never null: an empty object or array stands in where there is an error already.
  const json::object& object(std::string_view name);
  const json::object& object_or_empty(std::string_view name);
  const json::array& array(std::string_view name, std::size_t size_min, std::size_t size_max);
  bool is_null(std::string_view name);  // present with the value null; then it counts as read
  bool has(std::string_view name) const;

  // Keeps the first error only.
  void refuse(std::string_view name, std::string sentence);
  void take(const Status& inner);  // of a reader further in
  bool failed() const { return error_.has_value(); }
  std::string pointer(std::string_view name) const;

  // The first error, or that a member is not known.
  Status finish();

 private:
  const json::value* find(std::string_view name);

  const json::object& object_;
  std::string code_;
  std::string where_;
  std::set<std::string, std::less<>> read_;
  std::optional<Error> error_;
};

// A text of the given value against a rule; empty when it is fine.
std::string_view complaint(std::string_view text, const TextRule& rule);

// A member's name as one step of a JSON pointer (RFC 6901, section 3).
std::string pointer_step(std::string_view name);

std::size_t count_code_points(std::string_view utf8);

}  // namespace imprimatur::job
