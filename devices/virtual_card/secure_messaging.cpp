#include "devices/virtual_card/secure_messaging.hpp"

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "devices/virtual_card/ber.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint8_t kCryptogramWithIndicator = 0x87;
constexpr std::uint8_t kCryptogram = 0x85;
constexpr std::uint8_t kExpectedLength = 0x97;
constexpr std::uint8_t kStatus = 0x99;
constexpr std::uint8_t kMac = 0x8E;

// The last 16 bytes of an answer: DO 99 (4) and DO 8E (10); DO 87 has at most 5 bytes before the data.
constexpr std::size_t kAnswerTail = 14;
constexpr std::size_t kCryptogramHead = 5;

}  // namespace

// What a protected command carries; views into its data.
struct SecureMessaging::Objects {
  ByteView cryptogram;
  ByteView expected_length;
  ByteView mac;
  Bytes authenticated;  // the objects under the MAC, as sent
};

void SecureMessaging::begin(MessagingKeys keys, std::uint64_t send_sequence_counter) {
  close();
  keys_ = std::move(keys);
  counter_ = send_sequence_counter;
  open_ = true;
}

void SecureMessaging::close() {
  open_ = false;
  keys_ = {};
  next_keys_.reset();
}

void SecureMessaging::count_blocks(std::size_t bytes) {
  (keys_.suite == CipherSuite::des3 ? work_.des_blocks : work_.aes_blocks) += bytes / block() + 1;
}

Bytes SecureMessaging::counter_block() const {
  Bytes counter(block() - sizeof counter_, 0);
  append_be(counter, counter_, sizeof counter_);
  return counter;
}

// 9303-11 sections 9.8.6.1 and 9.8.7.1: zeros for 3DES, the enciphered counter for AES.
Bytes SecureMessaging::initial_vector() const {
  if (keys_.suite == CipherSuite::des3) return Bytes(crypto::kDesBlock, 0);
  return crypto::aes_ecb_encrypt(keys_.enc.reveal(), counter_block());
}

Bytes SecureMessaging::encipher(ByteView plain) {
  count_blocks(plain.size());
  const Bytes padded = crypto::pad_80(plain, block());
  return keys_.suite == CipherSuite::des3
             ? crypto::des3_cbc_encrypt(keys_.enc.reveal(), initial_vector(), padded)
             : crypto::aes_cbc_encrypt(keys_.enc.reveal(), initial_vector(), padded);
}

StatusWord SecureMessaging::decipher(ByteView cryptogram, Bytes& plain) {
  if (cryptogram.empty()) return sw::kDone;
  count_blocks(cryptogram.size());
  auto unpadded =
      crypto::unpad_80(keys_.suite == CipherSuite::des3
                           ? crypto::des3_cbc_decrypt(keys_.enc.reveal(), initial_vector(), cryptogram)
                           : crypto::aes_cbc_decrypt(keys_.enc.reveal(), initial_vector(), cryptogram));
  if (!unpadded) return sw::kSecureObjectWrong;
  plain = std::move(unpadded.value());
  return sw::kDone;
}

Bytes SecureMessaging::mac(ByteView message) {
  const Bytes input = concat({counter_block(), message});
  count_blocks(input.size());
  return message_mac(keys_, input);
}

StatusWord SecureMessaging::parse(ByteView data, std::uint8_t instruction, Objects& objects) const {
  ByteReader reader(data, "SM data");
  const std::uint8_t cryptogram_tag = instruction % 2 == 0 ? kCryptogramWithIndicator : kCryptogram;
  std::uint16_t last = 0;
  while (!reader.at_end()) {
    const auto object = take_object(reader);
    if (!object) return sw::kSecureObjectWrong;
    const std::uint16_t tag = object.value().tag;
    const ByteView value = object.value().value;
    if (tag == cryptogram_tag && last == 0) {
      objects.cryptogram = value;
      if (tag == kCryptogramWithIndicator) {
        if (value.empty() || value[0] != 0x01) return sw::kSecureObjectWrong;
        objects.cryptogram = value.subspan(1);
      }
      if (objects.cryptogram.empty() || objects.cryptogram.size() % block() != 0)
        return sw::kSecureObjectWrong;
    } else if (tag == kExpectedLength && last != kExpectedLength && last != kMac) {
      if (value.empty() || value.size() > 2) return sw::kSecureObjectWrong;
      objects.expected_length = value;
    } else if (tag == kMac && last != kMac) {
      if (value.size() != 8) return sw::kSecureObjectWrong;
      objects.mac = value;
    } else {
      return sw::kSecureObjectWrong;
    }
    if (tag != kMac) append(objects.authenticated, object.value().encoded);
    last = tag;
  }
  return last == kMac ? sw::kDone : sw::kSecureObjectMissing;
}

StatusWord SecureMessaging::unwrap(Command& command) {
  Objects objects;
  StatusWord status = parse(command.data, command.ins, objects);
  counter_ += 1;
  if (status == sw::kDone) {
    Bytes message = crypto::pad_80(Bytes{command.cla, command.ins, command.p1, command.p2}, block());
    append(message, objects.authenticated);
    if (!objects.authenticated.empty()) message = crypto::pad_80(message, block());
    if (!crypto::equal_secret(mac(message), objects.mac)) status = sw::kSecureObjectWrong;
  }
  Bytes plain;
  if (status == sw::kDone) status = decipher(objects.cryptogram, plain);
  if (status != sw::kDone) {
    close();
    return status;
  }
  command.ne = static_cast<std::size_t>(read_be(objects.expected_length));
  command.ne_all = !objects.expected_length.empty() && command.ne == 0;
  if (command.ne_all) command.ne = objects.expected_length.size() == 1 ? 256 : 65536;
  command.data = std::move(plain);
  command.cla = static_cast<std::uint8_t>(command.cla & ~0x0C);
  return sw::kDone;
}

Bytes SecureMessaging::wrap(const Response& response, std::uint8_t instruction) {
  counter_ += 1;
  Bytes out;
  if (response.carries_data() && !response.data.empty()) {
    const Bytes cryptogram = encipher(response.data);
    const bool odd = instruction % 2 != 0;
    const Bytes indicator = odd ? Bytes{} : Bytes{0x01};
    append_tlv(out, odd ? kCryptogram : kCryptogramWithIndicator, concat({indicator, cryptogram}));
  }
  Bytes status;
  append_be(status, response.status, 2);
  append_tlv(out, kStatus, status);
  append_tlv(out, kMac, mac(crypto::pad_80(out, block())));
  append(out, status);
  if (next_keys_ && response.status == sw::kDone) {
    MessagingKeys keys = std::move(*next_keys_);
    begin(std::move(keys));
  }
  next_keys_.reset();
  return out;
}

std::size_t SecureMessaging::plain_answer_max(std::size_t most) const {
  const std::size_t room = most > kAnswerTail + kCryptogramHead ? most - kAnswerTail - kCryptogramHead : 0;
  return room < block() ? 0 : room / block() * block() - 1;
}

}  // namespace imprimatur::devices
