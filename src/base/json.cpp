#include "base/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <unordered_set>
#include <vector>

#include "base/check.hpp"

namespace imprimatur {
namespace {

// Walks the text once and remembers the member names of each open object.
struct DuplicateFinder {
  static constexpr std::size_t max_object_size = 1U << 20;
  static constexpr std::size_t max_array_size = 1U << 20;
  static constexpr std::size_t max_key_size = 4096;
  static constexpr std::size_t max_string_size = 64U << 20;
  using error_code = boost::system::error_code;

  std::vector<std::unordered_set<std::string>> open;
  std::string key;
  bool duplicate = false;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    open.pop_back();
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& ec) {
    key.append(part.data(), part.size());
    if (!open.back().insert(key).second) {
      duplicate = true;
      ec = json::error::syntax;
      return false;
    }
    key.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
  bool on_double(double, json::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

void write_value(std::string& out, const json::value& value, int indent);

void new_line(std::string& out, int indent) {
  if (indent < 0) return;
  out.push_back('\n');
  out.append(static_cast<std::size_t>(indent) * 2, ' ');
}

void write_object(std::string& out, const json::object& object, int indent) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
  out.push_back('{');
  const int inner = indent < 0 ? -1 : indent + 1;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out.push_back(',');
    new_line(out, inner);
    out += json::serialize(json::string_view(members[i]->key()));
    out += indent < 0 ? ":" : ": ";
    write_value(out, members[i]->value(), inner);
  }
  if (!members.empty()) new_line(out, indent);
  out.push_back('}');
}

void write_array(std::string& out, const json::array& array, int indent) {
  out.push_back('[');
  const int inner = indent < 0 ? -1 : indent + 1;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out.push_back(',');
    new_line(out, inner);
    write_value(out, array[i], inner);
  }
  if (!array.empty()) new_line(out, indent);
  out.push_back(']');
}

// `indent` below 0 writes the canonical form.
void write_value(std::string& out, const json::value& value, int indent) {
  if (value.is_object()) {
    write_object(out, value.get_object(), indent);
  } else if (value.is_array()) {
    write_array(out, value.get_array(), indent);
  } else {
    CHECK(indent >= 0 || !value.is_double());
    out += json::serialize(value);
  }
}

std::string pointer(std::string_view where, std::string_view name) {
  return std::string(where) + "/" + std::string(name);
}

Result<const json::value*> member(const json::object& object, std::string_view name, std::string_view where) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) return fail("json.missing", "the member is missing", pointer(where, name));
  return value;
}

Error wrong_type(std::string_view where, std::string_view name, const char* expected) {
  return fail("json.type", std::string("expected ") + expected, pointer(where, name));
}

}  // namespace

Result<json::value> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.size_max) {
    return fail("json.too_large", "JSON of " + std::to_string(text.size()) + " bytes, at most " +
                                      std::to_string(limits.size_max) + " are taken");
  }
  json::parse_options options;
  options.max_depth = limits.depth_max;
  json::basic_parser<DuplicateFinder> finder(options);
  boost::system::error_code ec;
  const std::size_t used = finder.write_some(false, text.data(), text.size(), ec);
  if (finder.handler().duplicate) {
    return fail("json.duplicate", "a member stands twice before offset " + std::to_string(used));
  }
  if (ec || used != text.size()) {
    return fail("json.syntax",
                "not JSON at offset " + std::to_string(used) + (ec ? ": " + ec.message() : ": surplus text"));
  }
  json::value value = json::parse(json::string_view(text.data(), text.size()), ec, {}, options);
  if (ec) return fail("json.syntax", "not JSON: " + ec.message());
  return value;
}

Result<json::object> parse_json_object(std::string_view text, JsonLimits limits) {
  TRY(auto value, parse_json(text, limits));
  if (!value.is_object()) return fail("json.type", "expected a JSON object");
  return std::move(value.get_object());
}

std::string canonical_json(const json::value& value) {
  std::string out;
  write_value(out, value, -1);
  return out;
}

std::string pretty_json(const json::value& value) {
  std::string out;
  write_value(out, value, 0);
  out.push_back('\n');
  return out;
}

Result<std::string> member_text(const json::object& object, std::string_view name, std::string_view where) {
  TRY(auto value, member(object, name, where));
  if (!value->is_string()) return wrong_type(where, name, "a string");
  const auto& text = value->get_string();
  return std::string(text.data(), text.size());
}

Result<std::int64_t> member_int(const json::object& object, std::string_view name, std::string_view where) {
  TRY(auto value, member(object, name, where));
  if (value->is_int64()) return value->get_int64();
  return wrong_type(where, name, "a whole number");
}

Result<bool> member_bool(const json::object& object, std::string_view name, std::string_view where) {
  TRY(auto value, member(object, name, where));
  if (!value->is_bool()) return wrong_type(where, name, "true or false");
  return value->get_bool();
}

Result<const json::object*> member_object(const json::object& object, std::string_view name,
                                          std::string_view where) {
  TRY(auto value, member(object, name, where));
  if (!value->is_object()) return wrong_type(where, name, "an object");
  return &value->get_object();
}

Result<const json::array*> member_array(const json::object& object, std::string_view name,
                                        std::string_view where) {
  TRY(auto value, member(object, name, where));
  if (!value->is_array()) return wrong_type(where, name, "an array");
  return &value->get_array();
}

Result<std::string> member_text_or(const json::object& object, std::string_view name, std::string otherwise,
                                   std::string_view where) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || value->is_null()) return otherwise;
  return member_text(object, name, where);
}

}  // namespace imprimatur
