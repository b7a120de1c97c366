#include "devices/virtual_card/pace.hpp"

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "devices/virtual_card/ber.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kCardAccessFile = 0x011C;
constexpr std::uint16_t kDynamicData = 0x7C;
constexpr std::size_t kNonceSize = 16;  // ICAO Doc 9303-11 table 5: one block of AES; 3DES two of its own

// Dynamic authentication data with one object, as all steps of the generic mapping have.
Bytes dynamic_data(std::uint8_t tag, ByteView value) {
  return tlv(kDynamicData, tlv(tag, value));
}

// The one object of this tag in dynamic authentication data.
Result<ByteView> one_object(ByteView content, std::uint16_t tag) {
  ByteReader reader(content, "dynamic authentication data");
  TRY(auto value, take_value(reader, tag));
  if (!reader.at_end()) return fail("apdu.object", "there is one object too many");
  return value;
}

}  // namespace

StatusWord Pace::set_template(const Command& command) {
  run_ = {};
  ByteReader reader(command.data, "MSE:Set AT");
  ByteView identifier, password, parameters;
  while (!reader.at_end()) {
    const auto object = take_object(reader);
    if (!object) return sw::kWrongData;
    const auto [tag, value, encoded] = object.value();
    if (tag == 0x80) {
      identifier = value;
    } else if (tag == 0x83) {
      password = value;
    } else if (tag == 0x84) {
      parameters = value;
    } else {
      return sw::kWrongData;
    }
  }
  if (identifier.empty() || password.empty()) return sw::kWrongData;
  if (const StatusWord status = choose_offer(identifier, parameters); status != sw::kDone) return status;
  if (const StatusWord status = choose_password(password); status != sw::kDone) return status;
  run_.next = Step::nonce;
  return sw::kDone;
}

StatusWord Pace::choose_offer(ByteView identifier, ByteView parameters) {
  const File* card_access = memory_.file(kCardAccessFile);
  const auto suite = pace_suite(identifier);
  if (card_access == nullptr || !suite) return sw::kWrongData;
  std::size_t offered = 0;
  std::size_t chosen = 0;
  for (const PaceOffer& offer : pace_offers(card_access->content)) {
    if (offer.suite != *suite) continue;
    ++offered;
    if (!parameters.empty() && curve_of_parameters(parameters) != offer.curve) continue;
    ++chosen;
    run_.curve = offer.curve;
  }
  if (offered == 0) return sw::kWrongData;
  if (chosen != 1) return sw::kReferenceNotFound;  // not offered, or the choice is not made
  run_.suite = *suite;
  run_.identifier = copy_of(identifier);
  return sw::kDone;
}

StatusWord Pace::choose_password(ByteView reference) {
  if (reference.size() != 1 || reference[0] < 1 || reference[0] > 2) return sw::kReferenceNotFound;
  run_.password = static_cast<Password>(reference[0]);
  if (password_bytes().empty()) return sw::kReferenceNotFound;
  const bool blocked = memory_.failed_can_tries() >= kCanTriesMax;
  return run_.password == Password::can && blocked ? sw::kMethodBlocked : sw::kDone;
}

ByteView Pace::password_bytes() const {
  const Bytes* value = memory_.key_object(kAccessKeys);
  const auto keys = value == nullptr ? std::nullopt : read_access_keys(*value);
  if (!keys) return {};
  return run_.password == Password::mrz ? keys->mrz_password : keys->can;
}

Response Pace::general_authenticate(const Command& command, bool chained, SecureMessaging& channel) {
  const bool last = run_.next == Step::token;
  Response response = sw::kConditionsNotSatisfied;
  if (run_.next == Step::none) return response;
  if (command.p1_p2() != 0) {
    response = sw::kWrongParameters;
  } else if (chained == last) {
    response = last ? sw::kLastOfChainExpected : sw::kConditionsNotSatisfied;
  } else {
    ByteReader reader(command.data, "GENERAL AUTHENTICATE");
    const auto content = take_value(reader, kDynamicData);
    response = content && reader.at_end() ? step(content.value(), channel) : Response(sw::kWrongData);
  }
  if (response.status != sw::kDone || last) run_ = {};
  return response;
}

Response Pace::step(ByteView content, SecureMessaging& channel) {
  switch (run_.next) {
    case Step::none:
      break;
    case Step::nonce:
      return give_nonce(content);
    case Step::mapping:
      return map(content);
    case Step::agreement:
      return agree(content);
    case Step::token:
      return authenticate(content, channel);
  }
  return sw::kConditionsNotSatisfied;
}

// 9303-11 section 4.4.3.3: z = E(K_pi, s), CBC with zero IV.
Response Pace::give_nonce(ByteView content) {
  if (!content.empty()) return sw::kWrongData;
  const Secret key = derive_password_key(run_.suite, password_bytes());
  run_.nonce = Secret(random_.bytes(kNonceSize));
  const Bytes zeros(block_size(run_.suite), 0);
  const Bytes enciphered = run_.suite == CipherSuite::des3
                               ? crypto::des3_cbc_encrypt(key.reveal(), zeros, run_.nonce.reveal())
                               : crypto::aes_cbc_encrypt(key.reveal(), zeros, run_.nonce.reveal());
  work_.aes_blocks += 1;
  run_.next = Step::mapping;
  return Response(dynamic_data(0x80, enciphered));
}

Response Pace::map(ByteView content) {
  const auto terminal = one_object(content, 0x81);
  if (!terminal) return sw::kWrongData;
  const Secret scalar = crypto::random_scalar(run_.curve, random_);
  const auto own = crypto::multiply(run_.curve, scalar);
  const auto shared = crypto::multiply(run_.curve, scalar, terminal.value());
  if (!own || !shared || equal(own.value(), terminal.value())) return sw::kAuthenticationFailed;
  auto mapped = crypto::map_nonce(run_.curve, run_.nonce, shared.value());
  if (!mapped) return sw::kAuthenticationFailed;
  run_.generator = std::move(mapped.value());
  work_.curve_multiplications += 3 * multiplication_work(run_.curve);
  run_.next = Step::agreement;
  return Response(dynamic_data(0x82, own.value()));
}

Response Pace::agree(ByteView content) {
  const auto terminal = one_object(content, 0x83);
  if (!terminal) return sw::kWrongData;
  const Secret scalar = crypto::random_scalar(run_.curve, random_);
  auto own = crypto::multiply(run_.curve, scalar, run_.generator);
  const auto shared = crypto::multiply(run_.curve, scalar, terminal.value());
  if (!own || !shared || equal(own.value(), terminal.value())) return sw::kAuthenticationFailed;
  run_.keys = derive_messaging_keys(run_.suite, crypto::x_coordinate(shared.value()).reveal());
  run_.own_key = std::move(own.value());
  run_.terminal_key = copy_of(terminal.value());
  work_.curve_multiplications += 2 * multiplication_work(run_.curve);
  run_.next = Step::token;
  return Response(dynamic_data(0x84, run_.own_key));
}

// 9303-11 section 4.4.3.4: MAC over the other side's public key object.
Bytes Pace::token(ByteView public_key) {
  const Bytes object = tlv(0x7F49, concat({tlv(0x06, run_.identifier), tlv(0x86, public_key)}));
  work_.aes_blocks += object.size() / crypto::kAesBlock + 1;
  return message_mac(run_.keys,
                     run_.suite == CipherSuite::des3 ? crypto::pad_80(object, crypto::kDesBlock) : object);
}

Response Pace::authenticate(ByteView content, SecureMessaging& channel) {
  const auto sent = one_object(content, 0x85);
  if (!sent) return sw::kWrongData;
  const bool with_can = run_.password == Password::can;
  const auto tries = static_cast<std::uint8_t>(memory_.failed_can_tries() + (with_can ? 1 : 0));
  if (with_can) {
    // Counted first, so that pulling the card at the right moment does not save a try.
    const StatusWord status = memory_.set_failed_can_tries(tries);
    if (status != sw::kDone) return status;
  }
  if (!crypto::equal_secret(sent.value(), token(run_.own_key))) {
    if (!with_can) {
      work_.penalties += 1;
      return sw::kAuthenticationFailed;
    }
    return static_cast<StatusWord>(sw::kTriesLeft | (kCanTriesMax - std::min(tries, kCanTriesMax)));
  }
  if (tries != 0) {
    const StatusWord status = memory_.set_failed_can_tries(0);
    if (status != sw::kDone) return status;
  }
  Response response(dynamic_data(0x86, token(run_.terminal_key)));
  channel.begin(std::move(run_.keys));
  return response;
}

}  // namespace imprimatur::devices
