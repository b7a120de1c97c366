// A secret: bytes that are wiped when they go, and that cannot be copied, printed or compared by
// accident. Whoever needs the bytes says so with `reveal()`, which is easy to search for.
#pragma once

#include <utility>

#include "base/bytes.hpp"

namespace imprimatur {

// Overwrites the bytes so that the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> bytes);

class Secret {
 public:
  Secret() = default;
  // Takes over the bytes; the caller's vector is left empty.
  explicit Secret(Bytes&& bytes) : bytes_(std::move(bytes)) { bytes.clear(); }
  // Copies the bytes; wiping the original is the caller's business.
  static Secret copy_of(ByteView bytes) { return Secret(Bytes(bytes.begin(), bytes.end())); }

  Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  // Borrowed: must not outlive the secret.
  ByteView reveal() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  Secret clone() const { return copy_of(bytes_); }

  bool operator==(const Secret&) const = delete;

 private:
  Bytes bytes_;
};

}  // namespace imprimatur
