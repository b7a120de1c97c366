#include "chip/scp03.hpp"

#include "base/check.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kConstantCardCryptogram = 0x00;
constexpr std::uint8_t kConstantHostCryptogram = 0x01;
constexpr std::uint8_t kConstantEnc = 0x04;
constexpr std::uint8_t kConstantMac = 0x06;
constexpr std::uint8_t kConstantRMac = 0x07;
constexpr std::uint8_t kScp03 = 0x03;
constexpr std::uint8_t kBitS16 = 0x01;
constexpr std::uint8_t kBitPseudoRandom = 0x10;
constexpr std::uint8_t kClaSecure = 0x04;
constexpr std::size_t kBlock = crypto::kAesBlock;

std::size_t short_size(ScpMode mode) {  // of challenge, cryptogram and MAC, bytes
  return mode == ScpMode::s8 ? 8 : 16;
}

Error bad_answer(std::string what) {
  return fail("chip.scp03_answer", "INITIALIZE UPDATE: " + std::move(what), {},
              "Check that the card stock is the one of the profile.");
}

Error lost(std::string what) {
  return fail("chip.session_lost", std::move(what), {},
              "Set the card aside; its state must be read before it is used.");
}

// Only these status words come with an R-MAC (Amendment D, 6.2.5): 9000, 62xx, 63xx.
bool carries_r_mac(std::uint16_t sw) {
  return sw == kSwDone || (sw >> 8) == 0x62 || (sw >> 8) == 0x63;
}

}  // namespace

bool is_security_level(std::uint8_t level) {
  return level == 0x00 || level == 0x01 || level == 0x03 || level == 0x11 || level == 0x13 || level == 0x33;
}

Bytes scp03_derive(ByteView key, std::uint8_t constant, ByteView context, std::size_t bits) {
  Bytes out;
  for (std::uint8_t counter = 1; out.size() * 8 < bits; ++counter) {
    Bytes block(11, 0);
    block.push_back(constant);
    block.push_back(0);
    append_be(block, bits, 2);
    block.push_back(counter);
    append(block, context);
    append(out, crypto::aes_cmac(key, block));
  }
  wipe(std::span(out).subspan(bits / 8));
  out.resize(bits / 8);
  return out;
}

Bytes key_check_value(ByteView key) {
  const Bytes ones(kBlock, 0x01);
  Bytes value = crypto::aes_ecb_encrypt(key, ones);
  value.resize(3);
  return value;
}

Result<InitializeUpdateAnswer> parse_initialize_update(ByteView data, ScpMode mode) {
  const std::size_t size = short_size(mode);
  const std::size_t without_counter = 13 + 2 * size;
  if (data.size() != without_counter && data.size() != without_counter + 3) {
    return bad_answer("the answer has " + std::to_string(data.size()) + " bytes, wanted " +
                      std::to_string(without_counter) + " or " + std::to_string(without_counter + 3));
  }
  InitializeUpdateAnswer answer;
  answer.diversification_data = copy_of(data.first(10));
  answer.key_version = data[10];
  answer.i_parameter = data[12];
  if (data[11] != kScp03) return bad_answer("the card speaks another secure channel protocol than SCP03");
  if (((answer.i_parameter & kBitS16) != 0) != (mode == ScpMode::s16)) {
    return bad_answer("S8 or S16 is not what the profile says");
  }
  const bool counter = data.size() != without_counter;
  if (((answer.i_parameter & kBitPseudoRandom) != 0) != counter) {
    return bad_answer("the sequence counter does not agree with the i parameter");
  }
  answer.card_challenge = copy_of(data.subspan(13, size));
  answer.card_cryptogram = copy_of(data.subspan(13 + size, size));
  answer.sequence_counter = copy_of(data.subspan(without_counter));
  return answer;
}

Command initialize_update(std::uint8_t key_version, ByteView host_challenge) {
  return {0x80, 0x50, key_version, 0x00, copy_of(host_challenge), kShortAnswerMax};
}

Result<Scp03Session> Scp03Session::begin(const crypto::CardKeys& keys, ByteView host_challenge,
                                         const InitializeUpdateAnswer& answer, ScpMode mode,
                                         std::uint8_t level) {
  CHECK(is_security_level(level) && host_challenge.size() == short_size(mode));
  const Bytes context = concat({host_challenge, answer.card_challenge});
  Scp03Session session;
  session.mode_ = mode;
  session.level_ = level;
  const std::size_t key_bits = 8 * keys.enc.size();
  session.s_enc_ = Secret(scp03_derive(keys.enc.reveal(), kConstantEnc, context, key_bits));
  session.s_mac_ = Secret(scp03_derive(keys.mac.reveal(), kConstantMac, context, key_bits));
  session.s_rmac_ = Secret(scp03_derive(keys.mac.reveal(), kConstantRMac, context, key_bits));
  const std::size_t bits = 8 * short_size(mode);
  const Bytes expected = scp03_derive(session.s_mac_.reveal(), kConstantCardCryptogram, context, bits);
  if (!crypto::equal_secret(expected, answer.card_cryptogram)) {
    return fail(
        "chip.authentication_failed", "the card's cryptogram is not that of its key set", {},
        "Set the card aside: it has other keys than its stock, or is a counterfeit. Do not try it again.");
  }
  session.host_cryptogram_ = scp03_derive(session.s_mac_.reveal(), kConstantHostCryptogram, context, bits);
  session.chaining_ = Bytes(kBlock, 0);
  return session;
}

Bytes Scp03Session::mac_of(const Command& command, ByteView data) const {
  Bytes input = chaining_;
  append(input, Bytes{command.cla, command.ins, command.p1, command.p2});
  const std::size_t length = data.size() + short_size(mode_);
  if (length <= kShortDataMax && command.le.value_or(0) <= kShortAnswerMax) {
    input.push_back(static_cast<std::uint8_t>(length));
  } else {
    append_be(input, length, 3);  // extended Lc: 00 and two bytes
  }
  append(input, data);
  return crypto::aes_cmac(s_mac_.reveal(), input);
}

Bytes Scp03Session::counter_block(std::uint8_t top) const {
  Bytes block(8, 0);
  block[0] = top;
  append_be(block, counter_, 8);
  return crypto::aes_ecb_encrypt(s_enc_.reveal(), block);
}

Command Scp03Session::external_authenticate() {
  Command command{0x84, 0x82, level_, 0x00, {}, {}};
  chaining_ = mac_of(command, host_cryptogram_);
  command.data = concat({host_cryptogram_, ByteView(chaining_).first(short_size(mode_))});
  return command;
}

Result<Command> Scp03Session::wrap(const Command& command) {
  ++counter_;
  Command wrapped = command;
  if ((level_ & kLevelCMac) == 0) return wrapped;
  wrapped.cla |= kClaSecure;
  if ((level_ & kLevelCDec) != 0 && !command.data.empty()) {
    Bytes padded = crypto::pad_80(command.data, kBlock);
    wrapped.data = crypto::aes_cbc_encrypt(s_enc_.reveal(), counter_block(0x00), padded);
    wipe(padded);
  }
  if (wrapped.data.size() + short_size(mode_) > kExtendedDataMax) {
    return fail("chip.apdu_too_long", "the secured command has more than 65535 data bytes");
  }
  chaining_ = mac_of(wrapped, wrapped.data);
  append(wrapped.data, ByteView(chaining_).first(short_size(mode_)));
  return wrapped;
}

Result<Response> Scp03Session::unwrap(const Response& response) {
  if ((level_ & kLevelRMac) == 0) return response;
  if (!carries_r_mac(response.sw)) {
    if (!response.data.empty()) return lost("an error answer of the card carries data");
    return response;
  }
  const std::size_t size = short_size(mode_);
  if (response.data.size() < size) return lost("the card's answer has no R-MAC");
  const ByteView data = ByteView(response.data).first(response.data.size() - size);
  Bytes input = concat({chaining_, data});
  append_be(input, response.sw, 2);
  const Bytes expected = crypto::aes_cmac(s_rmac_.reveal(), input);
  if (!crypto::equal_secret(ByteView(expected).first(size), ByteView(response.data).last(size))) {
    return lost("the R-MAC of the card's answer is wrong");
  }
  if ((level_ & kLevelREnc) == 0 || data.empty()) return Response{copy_of(data), response.sw};
  if (data.size() % kBlock != 0) return lost("the enciphered answer is not a whole number of blocks");
  const Bytes padded = crypto::aes_cbc_decrypt(s_enc_.reveal(), counter_block(0x80), data);
  auto plain = crypto::unpad_80(padded);
  if (!plain) return lost("the padding of the enciphered answer is wrong");
  return Response{std::move(plain).value(), response.sw};
}

std::size_t Scp03Session::plain_command_max(std::size_t wire_bytes) const {
  if ((level_ & kLevelCMac) == 0) return wire_bytes;
  const std::size_t without_mac = wire_bytes - short_size(mode_);
  if ((level_ & kLevelCDec) == 0) return without_mac;
  return without_mac / kBlock * kBlock - 1;  // padding takes at least one byte
}

std::size_t Scp03Session::plain_answer_max(std::size_t wire_bytes) const {
  if ((level_ & kLevelRMac) == 0) return wire_bytes;
  const std::size_t without_mac = wire_bytes - short_size(mode_);
  if ((level_ & kLevelREnc) == 0) return without_mac;
  return without_mac / kBlock * kBlock - 1;
}

}  // namespace imprimatur::chip
