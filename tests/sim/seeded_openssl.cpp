#include "tests/sim/seeded_openssl.hpp"

// The functions that set a method of randomness are deprecated; a provider of our own would be the other way.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

#include "base/check.hpp"

namespace imprimatur::sim {
namespace {

Random* source = nullptr;

int fill(unsigned char* bytes, int count) {
  source->fill({bytes, static_cast<std::size_t>(count)});
  return 1;
}
int always_ready() {
  return 1;
}

const RAND_METHOD kMethod{nullptr, fill, nullptr, nullptr, fill, always_ready};

}  // namespace

SeededOpenSsl::SeededOpenSsl(std::uint64_t seed) : random_(seed), before_(source) {
  source = &random_;
  CHECK(RAND_set_rand_method(&kMethod) == 1);
}

SeededOpenSsl::~SeededOpenSsl() {
  source = before_;
  if (source == nullptr) CHECK(RAND_set_rand_method(nullptr) == 1);
}

}  // namespace imprimatur::sim
