#include "chip/pace.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "chip/protocol_oid.hpp"
#include "chip/session_keys.hpp"
#include "chip/status_words.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

// Dynamic authentication data (9303-11 section 4.4.4).
constexpr std::uint32_t kDynamicData = 0x7C;
constexpr std::uint32_t kNonce = 0x80;
constexpr std::uint32_t kMappingOurs = 0x81;
constexpr std::uint32_t kMappingTheirs = 0x82;
constexpr std::uint32_t kKeyOurs = 0x83;
constexpr std::uint32_t kKeyTheirs = 0x84;
constexpr std::uint32_t kTokenOurs = 0x85;
constexpr std::uint32_t kTokenTheirs = 0x86;
constexpr std::uint32_t kAuthorityFirst =
    0x87;  // references for terminal authentication, which we do not use
constexpr std::uint32_t kAuthorityLast = 0x88;

constexpr std::size_t kNonceMin = 16;
constexpr std::size_t kNonceMax = 32;
constexpr std::size_t kTokenSize = 8;
constexpr std::size_t kCanDigits = 6;

Error access_failed(std::string what) {
  return fail(
      "chip.access_failed", "PACE: " + std::move(what), {},
      "Compare what is printed with the job: either the MRZ or CAN is not this card's, or the chip is "
      "not.");
}

Error access_failed(std::string_view step, const Error& cause) {
  return access_failed(std::string(step) + ": " + cause.message);
}

Command general_authenticate(bool last, ByteView content) {
  return {static_cast<std::uint8_t>(last ? 0x00 : 0x10), 0x86,           0x00, 0x00,
          lds::encode_tlv(kDynamicData, content),        kShortAnswerMax};
}

// The object `tag` as the first one of the dynamic authentication data; after it only what `may_follow`.
Result<Bytes> dynamic_object(ByteView answer, std::uint32_t tag, bool authorities_may_follow = false) {
  const auto content = lds::only_tlv(answer, kDynamicData, "dynamic authentication data");
  if (!content) return access_failed("the card's answer", content.error());
  ByteReader reader(content.value(), "dynamic authentication data");
  const auto value = lds::expect_tlv(reader, tag);
  if (!value) return access_failed("the card's answer", value.error());
  for (std::uint32_t next = kAuthorityFirst; !reader.at_end(); ++next) {
    if (!authorities_may_follow || next > kAuthorityLast) {
      return access_failed("the card's answer has more objects than it may");
    }
    const auto reference = lds::expect_tlv(reader, next);
    if (!reference) return access_failed("the card's answer", reference.error());
  }
  return copy_of(value.value());
}

}  // namespace

Result<PacePassword> pace_password(const lds::TravelMrz& mrz) {
  TRY(auto fields, lds::parse_any(mrz));
  Bytes hash = crypto::digest(crypto::HashAlgorithm::sha1, bytes_of(lds::mrz_information(fields)));
  return PacePassword{PasswordKind::mrz, Secret(std::move(hash))};
}

Result<PacePassword> pace_password_can(std::string_view can) {
  const bool digits = std::all_of(can.begin(), can.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (can.size() != kCanDigits || !digits) {
    return fail("chip.can", "a card access number has six digits", {}, "Type the six digits of the face.");
  }
  return PacePassword{PasswordKind::can, Secret::copy_of(bytes_of(can))};
}

struct PaceTerminal::State {
  lds::PaceInfo info;
  PasswordKind kind;
  bool name_parameters;
  Secret password_key;
  Secret mapping_scalar;
  Secret agreement_scalar;
  Secret nonce;
  Bytes mapping_point;
  Bytes generator;
  Bytes agreement_point;
  Bytes their_point;
  Secret agreed;
};

PaceTerminal::PaceTerminal(lds::PaceInfo info, const PacePassword& password, Random& random,
                           bool name_parameters)
    : state_(std::make_unique<State>()) {
  state_->info = info;
  state_->kind = password.kind;
  state_->name_parameters = name_parameters;
  state_->password_key = derive_key(password.secret.reveal(), DerivedKey::password, info.suite);
  state_->mapping_scalar = crypto::random_scalar(info.curve, random);
  state_->agreement_scalar = crypto::random_scalar(info.curve, random);
  auto point = crypto::multiply(info.curve, state_->mapping_scalar);
  CHECK(point.has_value());
  state_->mapping_point = std::move(point).value();
}

PaceTerminal::~PaceTerminal() = default;

Command PaceTerminal::set_authentication_template() const {
  Bytes data = concat({lds::encode_tlv(0x80, pace_oid(state_->info.suite)),
                       lds::encode_tlv(0x83, Bytes{static_cast<std::uint8_t>(state_->kind)})});
  if (state_->name_parameters) {
    append(data, lds::encode_tlv(0x84, Bytes{static_cast<std::uint8_t>(state_->info.curve)}));
  }
  return {0x00, 0x22, 0xC1, 0xA4, std::move(data), {}};
}

Command PaceTerminal::get_nonce() const {
  return general_authenticate(false, {});
}

Status PaceTerminal::take_nonce(ByteView answer) {
  TRY(auto sealed, dynamic_object(answer, kNonce));
  const bool des3 = state_->info.suite == lds::CipherSuite::des3;
  const std::size_t block = des3 ? crypto::kDesBlock : crypto::kAesBlock;
  if (sealed.size() < kNonceMin || sealed.size() > kNonceMax || sealed.size() % block != 0) {
    return access_failed("the enciphered nonce has " + std::to_string(sealed.size()) + " bytes");
  }
  const ByteView key = state_->password_key.reveal();
  const Bytes iv(block, 0);
  state_->nonce =
      Secret(des3 ? crypto::des3_cbc_decrypt(key, iv, sealed) : crypto::aes_cbc_decrypt(key, iv, sealed));
  return ok();
}

Command PaceTerminal::map() const {
  return general_authenticate(false, lds::encode_tlv(kMappingOurs, state_->mapping_point));
}

Status PaceTerminal::take_mapping(ByteView answer) {
  CHECK(!state_->nonce.empty());
  TRY(auto theirs, dynamic_object(answer, kMappingTheirs));
  if (theirs == state_->mapping_point) return access_failed("the card sent our own mapping key back");
  const auto shared = crypto::multiply(state_->info.curve, state_->mapping_scalar, theirs);
  if (!shared) return access_failed("the card's mapping key", shared.error());
  auto generator = crypto::map_nonce(state_->info.curve, state_->nonce, shared.value());
  if (!generator) return access_failed("the mapped generator", generator.error());
  state_->generator = std::move(generator).value();
  return ok();
}

Result<Command> PaceTerminal::agree() {
  CHECK(!state_->generator.empty());
  auto point = crypto::multiply(state_->info.curve, state_->agreement_scalar, state_->generator);
  if (!point) return access_failed("our key", point.error());
  state_->agreement_point = std::move(point).value();
  return general_authenticate(false, lds::encode_tlv(kKeyOurs, state_->agreement_point));
}

Status PaceTerminal::take_agreement(ByteView answer) {
  CHECK(!state_->agreement_point.empty());
  TRY(state_->their_point, dynamic_object(answer, kKeyTheirs));
  // 9303-11 section 4.4.1: both check that the keys differ.
  if (state_->their_point == state_->agreement_point) {
    return access_failed("the card sent our own key back");
  }
  auto shared = crypto::multiply(state_->info.curve, state_->agreement_scalar, state_->their_point);
  if (!shared) return access_failed("the card's key", shared.error());
  state_->agreed = crypto::x_coordinate(shared.value());
  wipe(shared.value());
  return ok();
}

Command PaceTerminal::authenticate() const {
  CHECK(!state_->agreed.empty());
  const auto suite = state_->info.suite;
  const Secret mac_key = derive_key(state_->agreed.reveal(), DerivedKey::mac, suite);
  const Bytes token = authentication_token(mac_key, suite, pace_oid(suite), state_->their_point);
  return general_authenticate(true, lds::encode_tlv(kTokenOurs, token));
}

Result<SecureMessaging> PaceTerminal::finish(ByteView answer) {
  CHECK(!state_->agreed.empty());
  const auto suite = state_->info.suite;
  TRY(auto token, dynamic_object(answer, kTokenTheirs, true));
  const Secret mac_key = derive_key(state_->agreed.reveal(), DerivedKey::mac, suite);
  const Bytes expected = authentication_token(mac_key, suite, pace_oid(suite), state_->agreement_point);
  if (token.size() != kTokenSize || !crypto::equal_secret(token, expected)) {
    return access_failed("the card's token is wrong");
  }
  return start_messaging(state_->agreed.reveal(), suite);
}

namespace {

Result<Bytes> must(CardChannel& channel, std::string_view step, const Command& command) {
  TRY(auto response, exchange(channel, command, ApduForm::short_only));
  if (!response.done()) return access_failed(refused(step, response.sw).message);
  return std::move(response.data);
}

}  // namespace

Result<SecureMessaging> open_pace(CardChannel& channel, const lds::PaceInfo& info,
                                  const PacePassword& password, Random& random, bool name_parameters) {
  PaceTerminal terminal(info, password, random, name_parameters);
  TRY_STATUS(must(channel, "MSE:Set AT", terminal.set_authentication_template()));
  TRY(auto nonce, must(channel, "GENERAL AUTHENTICATE (nonce)", terminal.get_nonce()));
  TRY_STATUS(terminal.take_nonce(nonce));
  TRY(auto mapping, must(channel, "GENERAL AUTHENTICATE (mapping)", terminal.map()));
  TRY_STATUS(terminal.take_mapping(mapping));
  TRY(auto agree, terminal.agree());
  TRY(auto agreement, must(channel, "GENERAL AUTHENTICATE (key agreement)", agree));
  TRY_STATUS(terminal.take_agreement(agreement));
  TRY(auto token, must(channel, "GENERAL AUTHENTICATE (mutual authentication)", terminal.authenticate()));
  return terminal.finish(token);
}

}  // namespace imprimatur::chip
