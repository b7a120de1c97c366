// Dialect gp-store-data: how files, keys and activation are told to the card (devices/virtual_card/FORMAT.md
// section 1 has the data groupings). Blocks.
#pragma once

#include "chip/dialect.hpp"

namespace imprimatur::chip::gp_store_data {

extern const DialectFunctions kFunctions;

}  // namespace imprimatur::chip::gp_store_data
