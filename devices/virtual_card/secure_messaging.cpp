#include "devices/virtual_card/secure_messaging.hpp"

#include <bit>

#include "base/byte_reader.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

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

struct DataObject {
  std::uint8_t tag = 0;
  ByteView value;
  ByteView encoded;
};

// A BER length of at most two bytes.
Result<DataObject> take_object(ByteReader& reader) {
  const ByteView start = reader.rest();
  TRY(auto tag, reader.take_u8());
  TRY(auto first, reader.take_u8());
  std::uint64_t length = first;
  if (first == 0x81 || first == 0x82) {
    TRY(length, reader.take_be(static_cast<std::size_t>(first - 0x80)));
  } else if (first > 0x7F) {
    return fail("apdu.length", "a length of an SM object is not allowed");
  }
  TRY(auto value, reader.take(static_cast<std::size_t>(length)));
  return DataObject{tag, value, start.first(start.size() - reader.left())};
}

void adjust_parity(Bytes& key) {
  for (std::uint8_t& byte : key) {
    const auto upper = static_cast<std::uint8_t>(byte & 0xFE);
    byte = static_cast<std::uint8_t>(upper | (std::popcount(upper) % 2 == 0 ? 1 : 0));
  }
}

Bytes derive_key(ByteView seed, std::uint8_t counter) {
  const Bytes tail = {0, 0, 0, counter};
  Bytes key = crypto::digest(crypto::HashAlgorithm::sha1, concat({seed, tail}));
  key.resize(16);
  adjust_parity(key);
  return key;
}

}  // namespace

SessionKeys3des derive_3des_keys(ByteView seed) {
  return {derive_key(seed, 1), derive_key(seed, 2)};
}

// What a protected command carries; views into its data.
struct SecureMessaging::Objects {
  ByteView cryptogram;
  ByteView expected_length;
  ByteView mac;
  Bytes authenticated;  // the objects under the MAC, as sent
};

void SecureMessaging::begin(SessionKeys3des keys, ByteView send_sequence_counter) {
  close();
  keys_ = std::move(keys);
  counter_ = read_be(send_sequence_counter);
  open_ = true;
}

void SecureMessaging::close() {
  open_ = false;
  wipe(keys_.enc);
  wipe(keys_.mac);
  keys_ = {};
}

Bytes SecureMessaging::mac(ByteView message) {
  Bytes input;
  append_be(input, counter_, 8);
  append(input, message);
  work_.des_blocks += input.size() / crypto::kDesBlock + 3;
  return crypto::retail_mac(keys_.mac, input);
}

StatusWord SecureMessaging::parse(ByteView data, std::uint8_t instruction, Objects& objects) const {
  ByteReader reader(data, "SM data");
  const std::uint8_t cryptogram_tag = instruction % 2 == 0 ? kCryptogramWithIndicator : kCryptogram;
  std::uint8_t last = 0;
  while (!reader.at_end()) {
    const auto object = take_object(reader);
    if (!object) return sw::kSecureObjectWrong;
    const std::uint8_t tag = object.value().tag;
    const ByteView value = object.value().value;
    if (tag == cryptogram_tag && last == 0) {
      objects.cryptogram = value;
      if (tag == kCryptogramWithIndicator) {
        if (value.empty() || value[0] != 0x01) return sw::kSecureObjectWrong;
        objects.cryptogram = value.subspan(1);
      }
      if (objects.cryptogram.empty() || objects.cryptogram.size() % crypto::kDesBlock != 0)
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
    Bytes message =
        crypto::pad_80(Bytes{command.cla, command.ins, command.p1, command.p2}, crypto::kDesBlock);
    append(message, objects.authenticated);
    if (!objects.authenticated.empty()) message = crypto::pad_80(message, crypto::kDesBlock);
    if (!crypto::equal_secret(mac(message), objects.mac)) status = sw::kSecureObjectWrong;
  }
  if (status != sw::kDone) {
    close();
    return status;
  }
  Bytes plain;
  if (!objects.cryptogram.empty()) {
    work_.des_blocks += objects.cryptogram.size() / crypto::kDesBlock;
    auto unpadded = crypto::unpad_80(
        crypto::des3_cbc_decrypt(keys_.enc, Bytes(crypto::kDesBlock, 0), objects.cryptogram));
    if (!unpadded) {
      close();
      return sw::kSecureObjectWrong;
    }
    plain = std::move(unpadded.value());
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
    work_.des_blocks += response.data.size() / crypto::kDesBlock + 1;
    const Bytes cryptogram = crypto::des3_cbc_encrypt(keys_.enc, Bytes(crypto::kDesBlock, 0),
                                                      crypto::pad_80(response.data, crypto::kDesBlock));
    const bool odd = instruction % 2 != 0;
    const Bytes indicator = odd ? Bytes{} : Bytes{0x01};
    append_tlv(out, odd ? kCryptogram : kCryptogramWithIndicator, concat({indicator, cryptogram}));
  }
  Bytes status;
  append_be(status, response.status, 2);
  append_tlv(out, kStatus, status);
  append_tlv(out, kMac, mac(crypto::pad_80(out, crypto::kDesBlock)));
  append(out, status);
  return out;
}

std::size_t SecureMessaging::plain_answer_max(std::size_t most) {
  return (most - kAnswerTail - kCryptogramHead) / crypto::kDesBlock * crypto::kDesBlock - 1;
}

}  // namespace imprimatur::devices
