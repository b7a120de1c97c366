#include "base/secret.hpp"

#include <string.h>

namespace imprimatur {

void wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

}  // namespace imprimatur
