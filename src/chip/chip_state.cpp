// What a chip says of itself without authentication: identity, key versions, whether it is activated.
#include <algorithm>

#include "base/encoding.hpp"
#include "chip/issuer_domain.hpp"
#include "chip/personalise.hpp"
#include "chip/put_key.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kCplcSize = 42;
constexpr std::uint32_t kTagCplc = 0x9F7F;
constexpr std::uint16_t kTagKeyTemplate = 0x00E0;

Command get_data(std::uint16_t tag) {
  return {0x80, 0xCA,           static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag),
          {},   kShortAnswerMax};
}

Result<Bytes> must(CardChannel& channel, const ChipProfile& profile, std::string_view doing,
                   const Command& command) {
  TRY(auto response, exchange(channel, command, ApduForm::short_only));
  if (!response.done()) return refused(doing, response.sw, profile.status_words);
  return std::move(response.data);
}

Result<ChipIdentity> get_identity(CardChannel& channel, const ChipProfile& profile) {
  TRY(auto data, must(channel, profile, "GET DATA 9F7F (CPLC)", get_data(kTagCplc)));
  const auto cplc = lds::only_tlv(data, kTagCplc, "CPLC");
  if (!cplc || cplc.value().size() != kCplcSize) {
    return fail("chip.identity", "GET DATA 9F7F answered no CPLC of 42 bytes", {},
                "Set the card aside: it cannot be identified.");
  }
  return ChipIdentity{copy_of(cplc.value())};
}

// After activation the application takes part in BAC, before it does not. A challenge is no attempt.
Result<bool> is_activated(CardChannel& channel, const ChipProfile& profile) {
  TRY(auto selected, exchange(channel, select_application(profile.application), ApduForm::short_only));
  if (!selected.done()) return refused("SELECT of the application", selected.sw, profile.status_words);
  TRY(auto challenge, exchange(channel, {0x00, 0x84, 0x00, 0x00, {}, 8}, ApduForm::short_only));
  return challenge.done();
}

}  // namespace

std::string ChipIdentity::hex() const {
  return to_hex(cplc);
}

Status select_issuer_domain(CardChannel& channel, const ChipProfile& profile) {
  TRY_STATUS(
      must(channel, profile, "SELECT of the issuer domain", select_security_domain(profile.issuer_domain)));
  return ok();
}

Command get_key_template() {
  return get_data(kTagKeyTemplate);
}

Result<std::vector<std::uint8_t>> read_key_versions(CardChannel& channel, const ChipProfile& profile) {
  TRY(auto data, must(channel, profile, "GET DATA 00E0 (key information)", get_key_template()));
  return parse_key_template(data);
}

bool has_version(const std::vector<std::uint8_t>& versions, std::uint8_t version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

Result<ChipIdentity> read_identity(CardChannel& channel, const ChipProfile& profile) {
  TRY_STATUS(select_issuer_domain(channel, profile));
  return get_identity(channel, profile);
}

Result<ChipState> read_chip_state(CardChannel& channel, const ChipProfile& profile) {
  ChipState state;
  TRY(state.identity, read_identity(channel, profile));
  TRY(state.key_versions, read_key_versions(channel, profile));
  TRY(state.activated, is_activated(channel, profile));
  state.blank_keys = has_version(state.key_versions, profile.blank_keys.version);
  state.card_keys = has_version(state.key_versions, profile.card_keys.version);
  return state;
}

}  // namespace imprimatur::chip
