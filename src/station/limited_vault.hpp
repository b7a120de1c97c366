// The key vault as one blank may use it: card keys are derived so often at most as the blank's intent
// `write` on record allows. A line that derives without end is broken, or somebody asks for keys. What was
// derived is kept while the object lives and wiped with it: a card's second secure channel derives nothing.
// All other uses are refused: a chip's steps need nothing else. One thread.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "crypto/key_vault.hpp"

namespace imprimatur::station {

inline constexpr std::string_view kDerivations = "station.derivations";

class LimitedVault final : public crypto::KeyVault {
 public:
  // Both borrowed. `left` goes down with each derivation.
  LimitedVault(crypto::KeyVault& vault, int& left) : vault_(vault), left_(left) {}

  // Error station.derivations when none is left; else the vault's.
  Result<crypto::CardKeys> derive_card_keys(std::string_view label, ByteView diversification_data) override;

  Result<Bytes> sign_digest(std::string_view, ByteView) override { return refused(); }
  Result<Bytes> sign_message(std::string_view, ByteView) override { return refused(); }
  Result<crypto::PublicKey> public_key(std::string_view) override { return refused(); }
  Result<Bytes> hmac(std::string_view, ByteView) override { return refused(); }
  Result<Bytes> wrap(std::string_view, const Secret&, ByteView) override { return refused(); }
  Result<Secret> unwrap(std::string_view, ByteView, ByteView) override { return refused(); }
  Status make_wrapping_key(std::string_view) override { return refused(); }
  Status destroy_key(std::string_view) override { return refused(); }
  Result<bool> has_key(std::string_view) override { return refused(); }

 private:
  static Error refused() { return fail("station.vault", "a chip's step asks the vault for card keys only"); }
  crypto::KeyVault& vault_;
  int& left_;
  std::map<std::pair<std::string, Bytes>, crypto::CardKeys> derived_;  // by label and diversification data
};

}  // namespace imprimatur::station
