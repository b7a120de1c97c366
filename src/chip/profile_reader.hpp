// Reads members of a chip profile and makes errors with line and JSON pointer. Shared by the files that read
// the parts of a profile; borrows the text. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "chip/json_place.hpp"
#include "chip/profile.hpp"

namespace imprimatur::chip {

template <class T>
struct Named {
  std::string_view name;
  T value;
};
template <class Value>
Named(std::string_view, Value) -> Named<Value>;  // clang 14, which fuzzes, does not find it by itself

// Reads members of the profile and makes errors with line and JSON pointer.
class ProfileReader {
 public:
  ProfileReader(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  Error error(std::string pointer, std::string_view what) const {
    const std::size_t line = line_of_pointer(text_, pointer);
    return fail(
        "chip.profile", std::string(source_) + " line " + std::to_string(line) + ": " + std::string(what),
        std::move(pointer), "Correct the chip profile; imprimatur chip check shows whether it is right.");
  }

  // A misspelt member would silently mean something else: only known ones are allowed.
  Status only(const json::object& object, const std::string& where,
              std::initializer_list<std::string_view> names) const {
    for (const auto& member : object) {
      const std::string_view key(member.key().data(), member.key().size());
      if (std::find(names.begin(), names.end(), key) == names.end()) {
        return error(where + "/" + std::string(key), "there is no member of this name");
      }
    }
    return ok();
  }

  Result<std::string> text(const json::object& object, std::string_view name,
                           const std::string& where) const {
    return located(member_text(object, name, where), where, name);
  }
  Result<const json::object*> object(const json::object& parent, std::string_view name,
                                     const std::string& where) const {
    return located(member_object(parent, name, where), where, name);
  }
  Result<const json::array*> array(const json::object& parent, std::string_view name,
                                   const std::string& where) const {
    return located(member_array(parent, name, where), where, name);
  }

  Result<std::size_t> number(const json::object& object, std::string_view name, const std::string& where,
                             std::size_t min, std::size_t max) const {
    TRY(auto value, located(member_int(object, name, where), where, name));
    if (value < static_cast<std::int64_t>(min) || value > static_cast<std::int64_t>(max)) {
      return error(where + "/" + std::string(name),
                   "wanted a number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return static_cast<std::size_t>(value);
  }

  Result<bool> flag(const json::object& object, std::string_view name, const std::string& where) const {
    return located(member_bool(object, name, where), where, name);
  }

  Result<Bytes> bytes(const json::object& object, std::string_view name, const std::string& where,
                      std::size_t min, std::size_t max) const {
    TRY(auto value, text(object, name, where));
    auto decoded = from_hex(value);
    if (!decoded || decoded.value().size() < min || decoded.value().size() > max) {
      return error(where + "/" + std::string(name),
                   "wanted " + std::to_string(min) + " to " + std::to_string(max) + " bytes in hex");
    }
    return decoded;
  }

  // The same four for members that may be absent.
  Result<bool> flag_or(const json::object& object, std::string_view name, const std::string& where,
                       bool otherwise) const {
    if (!object.contains(name)) return otherwise;
    return flag(object, name, where);
  }
  Result<std::size_t> number_or(const json::object& object, std::string_view name, const std::string& where,
                                std::size_t min, std::size_t max, std::size_t otherwise) const {
    if (!object.contains(name)) return otherwise;
    return number(object, name, where, min, max);
  }

  // The texts of an array, at most `max` of them.
  Result<std::vector<std::string>> texts(const json::object& object, std::string_view name,
                                         const std::string& where, std::size_t max) const {
    TRY(auto array_, array(object, name, where));
    const std::string here = where + "/" + std::string(name);
    if (array_->size() > max) return error(here, "wanted at most " + std::to_string(max) + " entries");
    std::vector<std::string> all;
    for (std::size_t i = 0; i < array_->size(); ++i) {
      if (!(*array_)[i].is_string()) return error(here + "/" + std::to_string(i), "wanted a text");
      const json::string& text = (*array_)[i].get_string();
      all.emplace_back(text.data(), text.size());
    }
    return all;
  }

  // A member whose text is one of the names.
  template <class T, std::size_t N>
  Result<T> choice(const json::object& object, std::string_view name, const std::string& where,
                   const std::array<Named<T>, N>& names) const {
    TRY(auto value, text(object, name, where));
    return named(names, value, where + "/" + std::string(name));
  }

  // An array of texts, each one of the names and none twice.
  template <class T, std::size_t N>
  Result<std::vector<T>> choices(const json::object& object, std::string_view name, const std::string& where,
                                 const std::array<Named<T>, N>& names) const {
    TRY(auto all, texts(object, name, where, N));
    std::vector<T> values;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string pointer = where + "/" + std::string(name) + "/" + std::to_string(i);
      TRY(auto value, named(names, all[i], pointer));
      if (std::find(values.begin(), values.end(), value) != values.end()) {
        return error(pointer, all[i] + " stands here twice");
      }
      values.push_back(value);
    }
    return values;
  }

  template <class T, std::size_t N>
  Result<T> named(const std::array<Named<T>, N>& names, std::string_view value,
                  const std::string& pointer) const {
    std::string known;
    for (const Named<T>& entry : names) {
      if (entry.name == value) return entry.value;
      known += (known.empty() ? "" : ", ") + std::string(entry.name);
    }
    return error(pointer, "wanted one of: " + known);
  }

 private:
  template <class T>
  Result<T> located(Result<T> result, const std::string& where, std::string_view name) const {
    if (result) return result;
    return error(where + "/" + std::string(name), result.error().message);
  }

  std::string_view text_;
  std::string_view source_;
};

}  // namespace imprimatur::chip
