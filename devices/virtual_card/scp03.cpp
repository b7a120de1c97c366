#include "devices/virtual_card/scp03.hpp"

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices {

namespace {

// Amendment D table 4-1.
constexpr std::uint8_t kCardCryptogram = 0x00;
constexpr std::uint8_t kHostCryptogram = 0x01;
constexpr std::uint8_t kCardChallenge = 0x02;
constexpr std::uint8_t kSessionEnc = 0x04;
constexpr std::uint8_t kSessionMac = 0x06;
constexpr std::uint8_t kSessionResponseMac = 0x07;

constexpr std::uint8_t kLevelCommandDecryption = 0x02;
constexpr std::uint8_t kLevelResponseMac = 0x10;
constexpr std::uint8_t kLevelResponseEncryption = 0x20;

constexpr std::uint8_t kSecureMessagingBit = 0x04;

bool is_known_level(std::uint8_t level) {
  return level == 0x01 || level == 0x03 || level == 0x11 || level == 0x13 || level == 0x33;
}

Secret counterfeit(const Secret& key) {
  Bytes other = copy_of(key.reveal());
  for (std::uint8_t& byte : other) byte ^= 0x5A;
  return Secret(std::move(other));
}

}  // namespace

void Scp03::close() {
  challenge_given_ = false;
  level_ = 0;
  keys_ = {};
  data_encryption_key_ = {};
  host_cryptogram_.clear();
  mac_chaining_.clear();
  counter_ = 0;
}

// Amendment D 4.1.5: SP 800-108 counter mode, label = 11 zeros and the constant.
Bytes Scp03::derive(const Secret& key, std::uint8_t constant, ByteView context, std::size_t size) {
  Bytes out;
  for (std::uint8_t counter = 1; out.size() < size; ++counter) {
    Bytes block(11, 0);
    block.push_back(constant);
    block.push_back(0);
    append_be(block, size * 8, 2);
    block.push_back(counter);
    append(block, context);
    append(out, crypto::aes_cmac(key.reveal(), block));
    work_.aes_blocks += block.size() / crypto::kAesBlock + 1;
  }
  out.resize(size);
  return out;
}

Response Scp03::initialize_update(const Command& command, bool wrong_keys) {
  close();
  if (command.p2 != 0) return sw::kWrongParameters;
  const std::size_t size = mac_size();
  if (command.data.size() != size) return sw::kWrongLength;
  const std::uint8_t version =
      command.p1 != 0 || memory_.key_sets().empty() ? command.p1 : memory_.key_sets().begin()->first;
  const KeySet* set = memory_.key_set(version);
  if (set == nullptr) return sw::kReferenceNotFound;
  if (set->blocked()) return sw::kMethodBlocked;
  const std::size_t answer_size = kDiversificationSize + 3 + 2 * size + 3;
  if (command.ne < answer_size) return static_cast<StatusWord>(sw::kWrongExpectedLength | answer_size);

  const std::uint32_t counter = set->sequence_counter + 1;
  if (const StatusWord status = memory_.set_sequence_counter(version, counter); status != sw::kDone)
    return status;
  const Secret enc = wrong_keys ? counterfeit(set->keys.enc) : set->keys.enc.clone();
  const Secret mac = wrong_keys ? counterfeit(set->keys.mac) : set->keys.mac.clone();
  Bytes sequence;
  append_be(sequence, counter, 3);
  const Bytes challenge = derive(enc, kCardChallenge, concat({sequence, domain_}), size);
  const Bytes context = concat({command.data, challenge});
  keys_.enc = Secret(derive(enc, kSessionEnc, context, enc.size()));
  keys_.mac = Secret(derive(mac, kSessionMac, context, mac.size()));
  keys_.response_mac = Secret(derive(mac, kSessionResponseMac, context, mac.size()));
  host_cryptogram_ = derive(keys_.mac, kHostCryptogram, context, size);
  data_encryption_key_ = set->keys.dek.clone();
  key_version_ = version;
  challenge_given_ = true;

  const Bytes key_information = {version, 0x03,
                                 static_cast<std::uint8_t>(memory_.identity().s16 ? 0x71 : 0x70)};
  return Response(concat({memory_.identity().diversification, key_information, challenge,
                          derive(keys_.mac, kCardCryptogram, context, size), sequence}));
}

Response Scp03::fail_authentication() {
  const KeySet* set = memory_.key_set(key_version_);
  const auto failed = static_cast<std::uint8_t>(set == nullptr ? 0 : set->failed_authentications + 1);
  const std::uint8_t version = key_version_;
  close();
  if (set != nullptr) {
    if (const StatusWord status = memory_.set_failed_authentications(version, failed); status != sw::kDone)
      return status;
  }
  return sw::kAuthenticationFailed;
}

Response Scp03::external_authenticate(const Command& command) {
  if (!challenge_given_) return sw::kConditionsNotSatisfied;
  challenge_given_ = false;
  const std::size_t size = mac_size();
  StatusWord wrong = sw::kDone;
  if (command.data.size() != 2 * size) wrong = sw::kWrongLength;
  if (command.p2 != 0 || !is_known_level(command.p1)) wrong = sw::kWrongParameters;
  if (wrong != sw::kDone) {
    close();
    return wrong;
  }
  mac_chaining_ = Bytes(crypto::kAesBlock, 0);
  const Bytes mac = command_mac(command);
  const ByteView data = command.data;
  if (!crypto::equal_secret(data.first(size), host_cryptogram_) ||
      !crypto::equal_secret(data.last(size), ByteView(mac).first(size))) {
    return fail_authentication();
  }
  if (memory_.key_set(key_version_)->failed_authentications != 0) {
    const StatusWord status = memory_.set_failed_authentications(key_version_, 0);
    if (status != sw::kDone) return status;
  }
  mac_chaining_ = mac;
  counter_ = 0;
  level_ = command.p1;
  return sw::kDone;
}

Bytes Scp03::command_mac(const Command& command) {
  Bytes message = mac_chaining_;
  append(message, Bytes{command.cla, command.ins, command.p1, command.p2});
  if (command.extended) message.push_back(0);
  append_be(message, command.data.size(), command.extended ? 2 : 1);
  append(message, ByteView(command.data).first(command.data.size() - mac_size()));
  work_.aes_blocks += message.size() / crypto::kAesBlock + 1;
  return crypto::aes_cmac(keys_.mac.reveal(), message);
}

// Amendment D 6.2.6 and 6.2.7: the counter block enciphered; the top byte is 80 for answers.
Bytes Scp03::chaining_vector(bool of_answer) {
  Bytes block(8, 0);
  append_be(block, counter_, 8);
  if (of_answer) block[0] = 0x80;
  work_.aes_blocks += 1;
  return crypto::aes_ecb_encrypt(keys_.enc.reveal(), block);
}

StatusWord Scp03::unwrap(Command& command) {
  if (!open()) return sw::kSecurityNotSatisfied;
  const std::size_t size = mac_size();
  if (command.data.size() < size) {
    close();
    return sw::kSecureObjectWrong;
  }
  const Bytes mac = command_mac(command);
  const ByteView sent = ByteView(command.data).last(size);
  if (!crypto::equal_secret(sent, ByteView(mac).first(size))) {
    close();
    return sw::kSecureObjectWrong;
  }
  mac_chaining_ = mac;
  command.data.resize(command.data.size() - size);
  counter_ += 1;
  if ((level_ & kLevelCommandDecryption) != 0 && !command.data.empty()) {
    if (command.data.size() % crypto::kAesBlock != 0) {
      close();
      return sw::kSecureObjectWrong;
    }
    work_.aes_blocks += command.data.size() / crypto::kAesBlock;
    auto plain =
        crypto::unpad_80(crypto::aes_cbc_decrypt(keys_.enc.reveal(), chaining_vector(false), command.data));
    if (!plain) {
      close();
      return sw::kSecureObjectWrong;
    }
    command.data = std::move(plain.value());
  }
  command.cla = static_cast<std::uint8_t>(command.cla & ~kSecureMessagingBit);
  return sw::kDone;
}

Response Scp03::wrap(Response response) {
  if (!open() || !response.carries_data()) return response;
  if ((level_ & kLevelResponseEncryption) != 0 && !response.data.empty()) {
    response.data = crypto::aes_cbc_encrypt(keys_.enc.reveal(), chaining_vector(true),
                                            crypto::pad_80(response.data, crypto::kAesBlock));
    work_.aes_blocks += response.data.size() / crypto::kAesBlock;
  }
  if ((level_ & kLevelResponseMac) != 0) {
    Bytes message = concat({mac_chaining_, response.data});
    append_be(message, response.status, 2);
    work_.aes_blocks += message.size() / crypto::kAesBlock + 1;
    append(response.data, ByteView(crypto::aes_cmac(keys_.response_mac.reveal(), message)).first(mac_size()));
  }
  return response;
}

std::size_t Scp03::plain_answer_max(std::size_t most) const {
  if ((level_ & kLevelResponseMac) != 0) most -= mac_size();
  if ((level_ & kLevelResponseEncryption) != 0) most = most / crypto::kAesBlock * crypto::kAesBlock - 1;
  return most;
}

}  // namespace imprimatur::devices
