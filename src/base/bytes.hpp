// Bytes and views of bytes, and the few things everybody does with them.
//
// `Bytes` owns, `ByteView` borrows. Nothing here fails; bounds-checked reading of untrusted
// bytes is in byte_reader.hpp, text encodings are in encoding.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imprimatur {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// The bytes of a text, borrowed: the text must outlive the view.
inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Bytes copy_of(ByteView view) {
  return {view.begin(), view.end()};
}

inline std::string text_of(ByteView view) {
  return {view.begin(), view.end()};
}

inline void append(Bytes& to, ByteView more) {
  to.insert(to.end(), more.begin(), more.end());
}

// All parts side by side.
inline Bytes concat(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (ByteView part : parts) append(out, part);
  return out;
}

// Big-endian number of `width` bytes (1 to 8) at the end of `to`; higher bits are cut.
inline void append_be(Bytes& to, std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// Big-endian number of a view of at most 8 bytes.
inline std::uint64_t read_be(ByteView view) {
  std::uint64_t value = 0;
  for (std::uint8_t byte : view) value = value << 8 | byte;
  return value;
}

// Not constant-time: for public values. Secrets are compared with crypto's `equal_secret`.
inline bool equal(ByteView left, ByteView right) {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin());
}

}  // namespace imprimatur
