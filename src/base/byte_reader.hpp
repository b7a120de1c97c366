// Bounds-checked reading of bytes that came from outside. Borrows the bytes; keeps an offset, so
// that an error can name the place.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur {

class ByteReader {
 public:
  // `what` names the input in errors ("EF.SOD", "frame"); a literal that outlives the reader.
  ByteReader(ByteView bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  std::size_t offset() const { return offset_; }
  std::size_t left() const { return bytes_.size() - offset_; }
  bool at_end() const { return left() == 0; }

  // The next `count` bytes. Error bytes.short when there are fewer; then nothing is consumed.
  Result<ByteView> take(std::size_t count) {
    if (count > left()) return too_short(count);
    const ByteView view = bytes_.subspan(offset_, count);
    offset_ += count;
    return view;
  }

  // A big-endian number of `width` bytes, 1 to 8.
  Result<std::uint64_t> take_be(std::size_t width) {
    TRY(auto view, take(width));
    return read_be(view);
  }

  Result<std::uint8_t> take_u8() {
    TRY(auto view, take(1));
    return view[0];
  }

  // The next byte without consuming it.
  Result<std::uint8_t> peek() const {
    if (at_end()) return too_short(1);
    return bytes_[offset_];
  }

  ByteView rest() const { return bytes_.subspan(offset_); }

 private:
  Error too_short(std::size_t count) const {
    return fail("bytes.short", std::string(what_) + " ends at offset " + std::to_string(bytes_.size()) +
                                   ", wanted " + std::to_string(count) + " bytes at offset " +
                                   std::to_string(offset_));
  }

  ByteView bytes_;
  std::string_view what_;
  std::size_t offset_ = 0;
};

}  // namespace imprimatur
