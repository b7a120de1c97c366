#include "print/template_members.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/encoding.hpp"

namespace imprimatur::print {
namespace {

constexpr Range kAnyLength{-200, 200};

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

void Members::wrong(const std::string& name, const std::string& what, const char* code) {
  if (!error_) error_ = fail(code, where_ + ": " + name + " " + what, where_ + "/" + name);
}

const json::value* Members::find(const std::string& name, bool wanted) {
  asked_.insert(name);
  const json::value* value = object_.if_contains(name);
  if (value == nullptr && wanted) wrong(name, "is missing", "template.missing");
  return value;
}

std::string Members::text(const std::string& name) {
  const json::value* value = find(name, true);
  if (value == nullptr) return {};
  if (!value->is_string() || value->as_string().empty()) {
    wrong(name, "is not a text");
    return {};
  }
  return std::string(value->as_string());
}

std::string Members::text_or(const std::string& name, std::string otherwise) {
  return find(name, false) == nullptr ? std::move(otherwise) : text(name);
}

double Members::to_number(const std::string& name, const json::value& value, Range range) {
  boost::system::error_code failed;
  const auto number = value.is_number() ? value.to_number<double>(failed) : NAN;
  if (!(number >= range.min && number <= range.max)) {
    wrong(name, "is not a number from " + shown(range.min) + " to " + shown(range.max));
    return range.min;
  }
  return number;
}

double Members::number(const std::string& name, Range range) {
  const json::value* value = find(name, true);
  return value == nullptr ? range.min : to_number(name, *value, range);
}

double Members::number_or(const std::string& name, Range range, double otherwise) {
  return find(name, false) == nullptr ? otherwise : number(name, range);
}

int Members::whole_or(const std::string& name, Range range, int otherwise) {
  const double value = number_or(name, range, otherwise);
  if (value != std::floor(value)) wrong(name, "is not a whole number");
  return static_cast<int>(value);
}

bool Members::flag_or(const std::string& name, bool otherwise) {
  const json::value* value = find(name, false);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) {
    wrong(name, "is not true or false");
    return otherwise;
  }
  return value->as_bool();
}

Colour Members::to_colour(const std::string& name, const json::value& value) {
  const std::string text = value.is_string() ? std::string(value.as_string()) : std::string();
  const auto known = palette_.find(text);
  if (known != palette_.end()) return known->second;
  const auto bytes = text.size() == 7 && text[0] == '#' ? from_hex(text.substr(1)) : from_hex("?");
  if (!bytes) {
    wrong(name, "is neither #rrggbb nor the name of a colour");
    return {};
  }
  return {bytes.value()[0], bytes.value()[1], bytes.value()[2]};
}

Colour Members::colour(const std::string& name) {
  const json::value* value = find(name, true);
  return value == nullptr ? Colour{} : to_colour(name, *value);
}

Colour Members::colour_or(const std::string& name, Colour otherwise) {
  return find(name, false) == nullptr ? otherwise : colour(name);
}

std::optional<Colour> Members::colour_if(const std::string& name) {
  if (find(name, false) == nullptr) return std::nullopt;
  return colour(name);
}

std::vector<double> Members::numbers(const std::string& name, std::size_t count) {
  std::vector<double> out(count, 0.0);
  const json::array& values = array(name);
  if (values.size() != count) {
    wrong(name, "does not have " + std::to_string(count) + " numbers");
    return out;
  }
  for (std::size_t i = 0; i < count; ++i) out[i] = to_number(name, values[i], kAnyLength);
  return out;
}

Point Members::point(const std::string& name) {
  const auto values = numbers(name, 2);
  return {values[0], values[1]};
}

Box Members::box(const std::string& name) {
  const auto values = numbers(name, 4);
  if (values[2] <= 0 || values[3] <= 0) wrong(name, "has no width or height");
  return {values[0], values[1], values[2], values[3]};
}

const json::object& Members::object(const std::string& name) {
  static const json::object kEmpty;
  const json::value* value = find(name, true);
  if (value != nullptr && value->is_object()) return value->as_object();
  wrong(name, "is not an object");
  return kEmpty;
}

const json::array& Members::array(const std::string& name) {
  static const json::array kEmpty;
  const json::value* value = find(name, true);
  if (value != nullptr && value->is_array()) return value->as_array();
  wrong(name, "is not a list");
  return kEmpty;
}

std::size_t Members::choice_or(const std::string& name, const std::vector<std::string>& choices,
                               std::size_t otherwise) {
  if (find(name, false) == nullptr) return otherwise;
  const std::string value = text(name);
  const auto found = std::find(choices.begin(), choices.end(), value);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : ", ") + choice;
  wrong(name, "is none of " + all);
  return otherwise;
}

Range Members::range_or(const std::string& name, Range range, Range otherwise) {
  const json::value* value = find(name, false);
  if (value == nullptr) return otherwise;
  if (!value->is_array()) {
    const double both = to_number(name, *value, range);
    return {both, both};
  }
  const auto values = numbers(name, 2);
  if (values[0] < range.min || values[1] > range.max || values[0] > values[1]) {
    wrong(name, "is not [smallest, largest] from " + shown(range.min) + " to " + shown(range.max));
    return otherwise;
  }
  return {values[0], values[1]};
}

Status Members::status() {
  if (error_) return *error_;
  for (const auto& member : object_) {
    const std::string name(member.key());
    if (asked_.count(name) == 0) {
      return fail("template.unknown_member", where_ + ": there is no member " + name, where_ + "/" + name);
    }
  }
  return ok();
}

}  // namespace imprimatur::print
