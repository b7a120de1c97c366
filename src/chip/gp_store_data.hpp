// Dialect gp-store-data: how files, keys and activation are told to the card (devices/virtual_card/FORMAT.md
// section 1 has the data groupings). Called by personalise; blocks.
#pragma once

#include "chip/personalise.hpp"
#include "chip/secure_channel.hpp"

namespace imprimatur::chip::gp_store_data {

// INSTALL [for personalization] and STORE DATA of all files, access keys and access table, in a session with
// the issuer domain.
Status store_content(SecureChannel& session, const ChipProfile& profile, const ChipContent& content);

// INSTALL [for personalization] and the data grouping that activates the application.
Status activate(SecureChannel& session, const ChipProfile& profile);

}  // namespace imprimatur::chip::gp_store_data
