#include "chip/secure_channel.hpp"

#include "base/encoding.hpp"
#include "chip/card_limits.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kCommandDataMin = 64;  // a card that says less is not believed

std::string version_text(std::uint8_t version) {
  return to_hex(ByteView(&version, 1));
}

// One command outside the channel that must be answered with 9000.
Result<Bytes> must_plain(CardChannel& channel, const ChipProfile& profile, std::string_view doing,
                         const Command& command) {
  TRY(auto response, exchange(channel, command, ApduForm::short_only));
  if (!response.done()) return refused(doing, response.sw, profile.status_words);
  return std::move(response.data);
}

Result<InitializeUpdateAnswer> ask_for_session(CardChannel& channel, const ChipProfile& profile,
                                               std::uint8_t key_version, ByteView host_challenge) {
  TRY(auto data,
      must_plain(channel, profile, "INITIALIZE UPDATE with key version " + version_text(key_version),
                 initialize_update(key_version, host_challenge)));
  TRY(auto answer, parse_initialize_update(data, profile.scp_mode));
  if (answer.key_version != key_version) {
    return fail("chip.scp03_answer",
                "INITIALIZE UPDATE: asked for key version " + version_text(key_version) + ", the card took " +
                    version_text(answer.key_version),
                {}, "Check that the card stock is the one of the profile.");
  }
  return answer;
}

// Bits of the i parameter (Amendment D, table 5-1): what a card cannot do is known before the attempt.
Status check_level(const InitializeUpdateAnswer& answer, std::uint8_t level) {
  constexpr std::uint8_t kRMac = 0x20;
  constexpr std::uint8_t kREnc = 0x60;
  const bool r_mac = (level & kLevelRMac) == 0 || (answer.i_parameter & kRMac) != 0;
  const bool r_enc = (level & kLevelREnc) == 0 || (answer.i_parameter & kREnc) == kREnc;
  if (r_mac && r_enc) return ok();
  return fail("chip.scp03_answer",
              "INITIALIZE UPDATE: the card does not protect its answers as the profile's level asks for", {},
              "Check that the card stock is the one of the profile.");
}

// The one attempt to authenticate: whatever the card answers but 9000, it did not take the keys.
Status authenticate(CardChannel& channel, Scp03Session& session) {
  TRY(auto response, exchange(channel, session.external_authenticate(), ApduForm::short_only));
  if (response.done()) return ok();
  Error error = refused("EXTERNAL AUTHENTICATE", response.sw);
  error.code = "chip.authentication_failed";
  error.remedy = "Set the card aside: it has other keys than its stock. Do not try it again.";
  return error;
}

}  // namespace

SecureChannel::SecureChannel(CardChannel& channel, const ChipProfile& profile, Scp03Session session)
    : channel_(&channel),
      profile_(&profile),
      form_(apdu_form(profile, channel)),
      limits_(profile.transfer),
      session_(std::move(session)) {}

Result<SecureChannel> SecureChannel::open(CardChannel& channel, const ChipProfile& profile, ByteView aid,
                                          const KeySetReference& key_set, const TransferLimits& limits,
                                          crypto::KeyVault& vault, Random& random) {
  const bool domain = equal(aid, profile.issuer_domain);
  TRY(auto selected,
      must_plain(channel, profile, domain ? "SELECT of the issuer domain" : "SELECT of the application",
                 domain ? select_security_domain(aid) : select_application(aid)));
  TRY(auto opened, open_selected(channel, profile, key_set, vault, random));
  opened.limits_ = limits;
  const auto limit = profile.transfer.from_card ? command_data_limit(selected) : std::nullopt;
  if (limit && *limit >= kCommandDataMin) {
    opened.limits_.command_bytes_max = std::min(opened.limits_.command_bytes_max, *limit);
    opened.limits_.extended_command_bytes_max = std::min(opened.limits_.extended_command_bytes_max, *limit);
  }
  return opened;
}

Result<SecureChannel> SecureChannel::open_selected(CardChannel& channel, const ChipProfile& profile,
                                                   const KeySetReference& key_set, crypto::KeyVault& vault,
                                                   Random& random) {
  const Bytes host_challenge = random.bytes(profile.scp_mode == ScpMode::s8 ? 8 : 16);
  TRY(auto answer, ask_for_session(channel, profile, key_set.version, host_challenge));
  TRY_STATUS(check_level(answer, profile.security_level));
  TRY(auto keys, vault.derive_card_keys(key_set.master, answer.diversification_data));
  TRY(auto session,
      Scp03Session::begin(keys, host_challenge, answer, profile.scp_mode, profile.security_level));
  TRY_STATUS(authenticate(channel, session));
  SecureChannel opened(channel, profile, std::move(session));
  opened.dek_ = std::move(keys.dek);
  opened.diversification_data_ = std::move(answer.diversification_data);
  return opened;
}

Result<Response> SecureChannel::send(const Command& command) {
  Command asked = command;
  // With R-MAC cards differ in whether Le counts the MAC: "as many as there are" is the same to all.
  if (asked.le && (profile_->security_level & kLevelRMac) != 0) {
    asked.le = *asked.le > kShortAnswerMax ? kExtendedAnswerMax : kShortAnswerMax;
  }
  TRY(auto wrapped, session_.wrap(asked));
  TRY(auto response, exchange(*channel_, wrapped, form_));
  auto opened = session_.unwrap(response);
  if (opened || only_reads(command)) return opened;
  Error error = std::move(opened).error();
  error.happened = Happened::unknown;  // a write whose answer cannot be believed
  return error;
}

Result<Bytes> SecureChannel::must(std::string_view doing, const Command& command) {
  auto response = send(command);
  if (!response) return while_doing(doing, std::move(response).error());
  if (!response.value().done()) return refused(doing, response.value().sw, profile_->status_words);
  return std::move(response.value().data);
}

std::size_t SecureChannel::command_data_max() const {
  return session_.plain_command_max(form_ == ApduForm::extended ? limits_.extended_command_bytes_max
                                                                : limits_.command_bytes_max);
}

std::size_t SecureChannel::answer_data_max() const {
  return session_.plain_answer_max(form_ == ApduForm::extended ? limits_.extended_answer_bytes_max
                                                               : kShortAnswerMax);
}

CardLink SecureChannel::link() {
  return {[this](const Command& command) { return send(command); }, answer_data_max()};
}

}  // namespace imprimatur::chip
