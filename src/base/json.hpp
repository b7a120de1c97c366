// JSON, strict. Boost.JSON does the work; these functions add what signed and journalled JSON
// needs: duplicate members are refused (Boost.JSON keeps the last in silence), depth and size are
// limited, and output is canonical (RFC 8785 for ASCII member names and whole numbers).
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur {

namespace json = boost::json;

struct JsonLimits {
  std::size_t size_max = 8U << 20;  // bytes of text
  std::size_t depth_max = 32;
};

// One JSON value and nothing after it. Errors json.syntax, json.duplicate, json.too_large with offset.
Result<json::value> parse_json(std::string_view text, JsonLimits limits = {});
Result<json::object> parse_json_object(std::string_view text, JsonLimits limits = {});

// Sorted by member name, no white space, floating-point numbers are not allowed (CHECK).
std::string canonical_json(const json::value& value);

// For people: two spaces of indent, sorted members, newline at the end.
std::string pretty_json(const json::value& value);

// Members of an object by name; `where` is the JSON pointer of the object, for errors
// json.missing and json.type.
Result<std::string> member_text(const json::object& object, std::string_view name,
                                std::string_view where = {});
Result<std::int64_t> member_int(const json::object& object, std::string_view name,
                                std::string_view where = {});
Result<bool> member_bool(const json::object& object, std::string_view name, std::string_view where = {});
Result<const json::object*> member_object(const json::object& object, std::string_view name,
                                          std::string_view where = {});
Result<const json::array*> member_array(const json::object& object, std::string_view name,
                                        std::string_view where = {});
// The text, or `otherwise` when the member is absent or null.
Result<std::string> member_text_or(const json::object& object, std::string_view name, std::string otherwise,
                                   std::string_view where = {});

}  // namespace imprimatur
