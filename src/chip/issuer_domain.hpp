// Commands to the issuer domain that need no authentication, shared by the files of this room. Block.
#pragma once

#include <vector>

#include "chip/profile.hpp"

namespace imprimatur::chip {

Status select_issuer_domain(CardChannel& channel, const ChipProfile& profile);

Command get_key_template();
// Key versions of the selected domain, ascending.
Result<std::vector<std::uint8_t>> read_key_versions(CardChannel& channel, const ChipProfile& profile);
bool has_version(const std::vector<std::uint8_t>& versions, std::uint8_t version);

}  // namespace imprimatur::chip
