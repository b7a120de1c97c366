// What a chip says of itself without authentication: identity, key versions, whether it is activated.
#include <algorithm>

#include "base/encoding.hpp"
#include "chip/dialect.hpp"
#include "chip/issuer_domain.hpp"
#include "chip/personalise.hpp"
#include "chip/put_key.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint16_t kTagKeyTemplate = 0x00E0;

Command get_data(std::uint16_t tag) {
  return {0x80, 0xCA,           static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag),
          {},   kShortAnswerMax};
}

// SELECT with an empty name: what the card selects by itself (GlobalPlatform 2.3.1 section 11.9).
Command select_by_default() {
  return {0x00, 0xA4, 0x04, 0x00, {}, kShortAnswerMax};
}

Result<Bytes> must(CardChannel& channel, const ChipProfile& profile, std::string_view doing,
                   const Command& command) {
  TRY(auto response, exchange(channel, command, ApduForm::short_only));
  if (!response.done()) return refused(doing, response.sw, profile.status_words);
  return std::move(response.data);
}

Status select_for_identity(CardChannel& channel, const ChipProfile& profile) {
  switch (profile.identity.select) {
    case IdentityCommand::Select::issuer_domain:
      return select_issuer_domain(channel, profile);
    case IdentityCommand::Select::by_default: {
      const auto selected = must(channel, profile, "SELECT by default", select_by_default());
      return selected ? ok() : Status(selected.error());
    }
    case IdentityCommand::Select::none:
      return ok();
  }
  return ok();
}

Result<ChipIdentity> get_identity(CardChannel& channel, const ChipProfile& profile) {
  const IdentityCommand& identity = profile.identity;
  const Bytes& header = identity.header;
  const std::string doing = "identity command " + to_hex(header);
  TRY(auto data,
      must(channel, profile, doing, {header[0], header[1], header[2], header[3], {}, kShortAnswerMax}));
  const auto value = identity.tag == 0 ? Result<ByteView>(ByteView(data))
                                       : lds::only_tlv(data, identity.tag, "identity of the chip");
  if (!value || value.value().size() != identity.bytes) {
    return fail("chip.identity",
                doing + " did not answer the " + std::to_string(identity.bytes) + " bytes of an identity", {},
                "Set the card aside: it cannot be identified.");
  }
  return ChipIdentity{copy_of(value.value())};
}

// Whether the state of this profile's cards shows by the keys of their issuer domain.
bool shows_keys(const ChipProfile& profile) {
  return profile.has_secure_channel && profile.closes_with(ClosingStep::rotate_keys);
}

ChipProgress progress_of(const ChipState& state, bool begun) {
  if (state.activated && state.card_keys) return ChipProgress::closed;
  return state.activated || state.card_keys || begun ? ChipProgress::written : ChipProgress::untouched;
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
  TRY_STATUS(select_for_identity(channel, profile));
  return get_identity(channel, profile);
}

Result<ChipState> read_chip_state(CardChannel& channel, const ChipProfile& profile) {
  const DialectFunctions& dialect = functions_of(profile.dialect);
  ChipState state;
  TRY(state.identity, read_identity(channel, profile));
  if (shows_keys(profile)) {
    if (profile.identity.select != IdentityCommand::Select::issuer_domain) {
      TRY_STATUS(select_issuer_domain(channel, profile));
    }
    TRY(state.key_versions, read_key_versions(channel, profile));
    state.blank_keys = has_version(state.key_versions, profile.blank_keys.version);
    state.card_keys = has_version(state.key_versions, profile.card_keys.version);
  }
  TRY(state.activated, dialect.is_activated(channel, profile));
  if (!shows_keys(profile)) {
    state.blank_keys = !state.activated;
    state.card_keys = state.activated;
  }
  bool begun = state.activated;
  if (!begun) {
    TRY(begun, dialect.is_begun(channel, profile));
  }
  state.progress = progress_of(state, begun);
  return state;
}

}  // namespace imprimatur::chip
