#include "chip/secure_messaging.hpp"

#include "base/check.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kClaProtected = 0x0C;
constexpr std::uint8_t kPaddingIndicator = 0x01;
constexpr std::size_t kMacSize = 8;
constexpr std::uint32_t kDoCryptogramOdd = 0x85;
constexpr std::uint32_t kDoCryptogram = 0x87;
constexpr std::uint32_t kDoMac = 0x8E;
constexpr std::uint32_t kDoLe = 0x97;
constexpr std::uint32_t kDoStatus = 0x99;

Error broken(std::string what) {
  return fail("chip.secure_messaging", "secure messaging: " + std::move(what), {}, "Set the card aside.");
}

struct AnswerObjects {
  std::optional<ByteView> cryptogram;
  ByteView status;
  ByteView mac;
  std::size_t covered = 0;  // bytes in front of DO 8E, which the MAC is over
};

// DO 85 or 87 (when there is data), then 99, then 8E, each once (9303-11 section 9.8.5).
Result<AnswerObjects> parse_objects(ByteView data, std::uint32_t cryptogram_tag) {
  AnswerObjects objects;
  ByteReader reader(data, "protected answer");
  TRY(auto object, lds::read_tlv(reader));
  if (object.tag == cryptogram_tag) {
    objects.cryptogram = object.value;
    TRY(object, lds::read_tlv(reader));
  }
  if (object.tag != kDoStatus || object.value.size() != 2) return broken("DO 99 is missing");
  objects.status = object.value;
  objects.covered = reader.offset();
  TRY(auto mac, lds::expect_tlv(reader, kDoMac));
  if (mac.size() != kMacSize || !reader.at_end()) return broken("DO 8E is not the last object of 8 bytes");
  objects.mac = mac;
  return objects;
}

}  // namespace

SecureMessaging::SecureMessaging(SmCipher cipher, Secret enc, Secret mac, Bytes counter)
    : cipher_(cipher), enc_(std::move(enc)), mac_(std::move(mac)), counter_(std::move(counter)) {
  CHECK(counter_.size() == block());
}

std::size_t SecureMessaging::block() const {
  return cipher_ == SmCipher::des3 ? crypto::kDesBlock : crypto::kAesBlock;
}

void SecureMessaging::advance() {
  for (std::size_t i = counter_.size(); i-- > 0;) {
    if (++counter_[i] != 0) return;
  }
}

// 3DES: zero IV; AES: the enciphered counter (9303-11 section 9.8.6).
Bytes SecureMessaging::encipher(ByteView plain) const {
  Bytes padded = crypto::pad_80(plain, block());
  Bytes cryptogram =
      cipher_ == SmCipher::des3
          ? crypto::des3_cbc_encrypt(enc_.reveal(), Bytes(block(), 0), padded)
          : crypto::aes_cbc_encrypt(enc_.reveal(), crypto::aes_ecb_encrypt(enc_.reveal(), counter_), padded);
  wipe(padded);
  return cryptogram;
}

Result<Bytes> SecureMessaging::decipher(ByteView cryptogram) const {
  if (cryptogram.empty() || cryptogram.size() % block() != 0)
    return broken("the cryptogram has no whole blocks");
  const Bytes padded = cipher_ == SmCipher::des3
                           ? crypto::des3_cbc_decrypt(enc_.reveal(), Bytes(block(), 0), cryptogram)
                           : crypto::aes_cbc_decrypt(
                                 enc_.reveal(), crypto::aes_ecb_encrypt(enc_.reveal(), counter_), cryptogram);
  auto plain = crypto::unpad_80(padded);
  if (!plain) return broken("the padding of the answer is wrong");
  return plain;
}

Bytes SecureMessaging::mac(ByteView message) const {
  Bytes input;  // counter ‖ message, padded: put together once, for the messages are long
  input.reserve(counter_.size() + message.size() + block());
  append(input, counter_);
  append(input, message);
  input.push_back(0x80);
  input.resize((input.size() + block() - 1) / block() * block(), 0);
  Bytes value = cipher_ == SmCipher::des3 ? crypto::retail_mac(mac_.reveal(), input)
                                          : crypto::aes_cmac(mac_.reveal(), input);
  value.resize(kMacSize);
  return value;
}

// Whether an answer with `le` bytes of data fits into a short one with its data objects around it: DO 87 (at
// most four bytes of tag, length and padding indicator), DO 99 and DO 8E. 256 means "as many as there are" in
// the short form.
bool SecureMessaging::fits_short_answer(std::size_t le) const {
  constexpr std::size_t kObjectsAround = 4 + 4 + 10;
  if (le >= kShortAnswerMax) return le == kShortAnswerMax;
  return (le / block() + 1) * block() + kObjectsAround <= kShortAnswerMax;
}

Result<Command> SecureMessaging::protect(const Command& command) {
  if (!alive_) return broken("the session is over");
  advance();
  odd_ins_ = (command.ins & 1) != 0;
  Command out{
      static_cast<std::uint8_t>(command.cla | kClaProtected), command.ins, command.p1, command.p2, {}, {}};
  if (!command.data.empty()) {
    const Bytes cryptogram = encipher(command.data);
    append(out.data, odd_ins_
                         ? lds::encode_tlv(kDoCryptogramOdd, cryptogram)
                         : lds::encode_tlv(kDoCryptogram, concat({Bytes{kPaddingIndicator}, cryptogram})));
  }
  if (command.le) {
    const bool extended = *command.le > kShortAnswerMax || command.data.size() > kShortDataMax;
    Bytes le;
    append_be(le, *command.le, extended ? 2 : 1);
    append(out.data, lds::encode_tlv(kDoLe, le));
  }
  const Bytes header = crypto::pad_80(Bytes{out.cla, out.ins, out.p1, out.p2}, block());
  append(out.data, lds::encode_tlv(kDoMac, mac(concat({header, out.data}))));
  const bool extended = out.data.size() > kShortDataMax || !fits_short_answer(command.le.value_or(0));
  out.le = extended ? kExtendedAnswerMax : kShortAnswerMax;
  return out;
}

Result<Response> SecureMessaging::open(const Response& response) {
  if (!alive_) return broken("the session is over");
  advance();
  alive_ = false;  // until everything was found right
  if (response.data.empty() && response.sw != kSwDone && (response.sw >> 8) != 0x62 &&
      (response.sw >> 8) != 0x63) {
    return response;
  }
  auto parsed = parse_objects(response.data, odd_ins_ ? kDoCryptogramOdd : kDoCryptogram);
  if (!parsed) {
    Error error = std::move(parsed).error();
    return error.code == "chip.secure_messaging" ? error : broken(error.message);
  }
  const AnswerObjects& objects = parsed.value();
  const Bytes expected = mac(ByteView(response.data).first(objects.covered));
  if (!crypto::equal_secret(expected, objects.mac)) return broken("the MAC of the answer is wrong");
  if (read_be(objects.status) != response.sw) return broken("DO 99 differs from the status word");
  Bytes data;
  if (objects.cryptogram) {
    ByteView cryptogram = *objects.cryptogram;
    if (!odd_ins_) {
      if (cryptogram.empty() || cryptogram[0] != kPaddingIndicator)
        return broken("DO 87 has no padding indicator 01");
      cryptogram = cryptogram.subspan(1);
    }
    TRY(data, decipher(cryptogram));
  }
  alive_ = true;
  return Response{std::move(data), response.sw};
}

std::size_t SecureMessaging::plain_answer_max(std::size_t wire_bytes) const {
  // DO 99 and DO 8E take 4 and 10 bytes, DO 87 a tag, up to 3 bytes of length and the padding indicator.
  const std::size_t length_bytes = wire_bytes <= 0x100 ? 2 : 3;
  const std::size_t room = wire_bytes - 14 - 1 - length_bytes - 1;
  return room / block() * block() - 1;
}

}  // namespace imprimatur::chip
