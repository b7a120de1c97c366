#include "job/object_reader.hpp"

namespace imprimatur::job {
namespace {

const json::object kNoObject;
const json::array kNoArray;

bool has_control_character(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

std::size_t count_code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

std::string pointer_step(std::string_view name) {
  // A name from outside may be long or hold anything; what is wrong shows in its beginning.
  constexpr std::size_t kNameMax = 64;
  std::string step;
  for (const char c : name.substr(0, kNameMax)) {
    if (c == '~')
      step += "~0";
    else if (c == '/')
      step += "~1";
    else
      step += c >= 0x20 && c < 0x7F ? c : '?';
  }
  return step;
}

std::string_view complaint(std::string_view text, const TextRule& rule) {
  const std::size_t length = count_code_points(text);
  if (length < rule.length_min) return length == 0 ? "is empty" : "is too short";
  if (length > rule.length_max) return "is too long";
  if (has_control_character(text)) return "holds a control character";
  if (rule.matches != nullptr && !rule.matches(text)) return rule.expected;
  return {};
}

std::string ObjectReader::pointer(std::string_view name) const {
  return where_ + "/" + pointer_step(name);
}

void ObjectReader::refuse(std::string_view name, std::string sentence) {
  if (error_) return;
  error_ = fail(code_, std::move(sentence), name.empty() ? where_ : pointer(name));
}

void ObjectReader::take(const Status& inner) {
  if (!error_ && !inner) error_ = inner.error();
}

bool ObjectReader::has(std::string_view name) const {
  return object_.contains(json::string_view(name.data(), name.size()));
}

const json::value* ObjectReader::find(std::string_view name) {
  read_.emplace(name);
  const json::value* value = object_.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) refuse(name, "the member is missing");
  return value;
}

std::string ObjectReader::text(std::string_view name, const TextRule& rule) {
  const json::value* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    refuse(name, "expected a string");
    return {};
  }
  std::string text(value->get_string().data(), value->get_string().size());
  const std::string_view wrong = complaint(text, rule);
  if (wrong.empty()) return text;
  if (wrong == rule.expected)
    refuse(name, "expected " + std::string(wrong));
  else {
    refuse(name, "the text " + std::string(wrong) + "; " + std::to_string(rule.length_min) + " to " +
                     std::to_string(rule.length_max) + " characters are taken");
  }
  return {};
}

std::string ObjectReader::text_or(std::string_view name, const TextRule& rule, std::string otherwise) {
  if (has(name)) return text(name, rule);
  read_.emplace(name);
  return otherwise;
}

std::int64_t ObjectReader::number(std::string_view name, std::int64_t min, std::int64_t max) {
  const json::value* value = find(name);
  if (value == nullptr) return min;
  if (!value->is_int64() || value->get_int64() < min || value->get_int64() > max) {
    refuse(name, "expected a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return min;
  }
  return value->get_int64();
}

bool ObjectReader::flag_or(std::string_view name, bool otherwise) {
  read_.emplace(name);
  const json::value* value = object_.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) {
    refuse(name, "expected true or false");
    return otherwise;
  }
  return value->get_bool();
}

const json::object& ObjectReader::object(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return kNoObject;
  if (!value->is_object()) {
    refuse(name, "expected an object");
    return kNoObject;
  }
  return value->get_object();
}

const json::object& ObjectReader::object_or_empty(std::string_view name) {
  if (has(name)) return object(name);
  read_.emplace(name);
  return kNoObject;
}

const json::array& ObjectReader::array(std::string_view name, std::size_t size_min, std::size_t size_max) {
  const json::value* value = find(name);
  if (value == nullptr) return kNoArray;
  if (!value->is_array() || value->get_array().size() < size_min || value->get_array().size() > size_max) {
    refuse(name,
           "expected an array of " + std::to_string(size_min) + " to " + std::to_string(size_max) + " items");
    return kNoArray;
  }
  return value->get_array();
}

bool ObjectReader::is_null(std::string_view name) {
  const json::value* value = object_.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_null()) return false;
  read_.emplace(name);
  return true;
}

Status ObjectReader::finish() {
  for (const auto& member : object_) {
    if (error_) break;
    const std::string_view name(member.key().data(), member.key().size());
    if (!read_.contains(name)) refuse(name, "the member is not known");
  }
  if (error_) return *error_;
  return ok();
}

}  // namespace imprimatur::job
