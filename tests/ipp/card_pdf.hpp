// A card face for tests: a small valid PDF of ID-1 pages that say SPECIMEN.
#pragma once

#include "base/bytes.hpp"

namespace imprimatur::tests {

Bytes card_pdf(int pages);

}  // namespace imprimatur::tests
