#include "station/limited_vault.hpp"

#include "base/guard.hpp"

namespace imprimatur::station {
namespace {

crypto::CardKeys clone(const crypto::CardKeys& keys) {
  return {keys.enc.clone(), keys.mac.clone(), keys.dek.clone()};
}

}  // namespace

Result<crypto::CardKeys> LimitedVault::derive_card_keys(std::string_view label,
                                                        ByteView diversification_data) {
  const auto name = std::pair(std::string(label), copy_of(diversification_data));
  const auto known = derived_.find(name);
  if (known != derived_.end()) return clone(known->second);
  if (left_ <= 0 && guarded("station.derivations")) {
    return fail(std::string(kDerivations), "the card keys of this blank were derived as often as is allowed",
                std::string(label), "Find out why the card needed so many, then resume the line.");
  }
  --left_;
  TRY(auto keys, vault_.derive_card_keys(label, diversification_data));
  crypto::CardKeys answer = clone(keys);
  derived_.emplace(name, std::move(keys));
  return answer;
}

}  // namespace imprimatur::station
