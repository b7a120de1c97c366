#include "devices/virtual_card/bac.hpp"

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices {

namespace {
constexpr std::size_t kChallengeSize = 8;
constexpr std::size_t kCryptogramSize = 32;
constexpr std::size_t kMacSize = 8;
}  // namespace

Response BasicAccessControl::get_challenge(const Command& command) {
  challenge_.clear();
  if (command.p1_p2() != 0) return sw::kWrongParameters;
  if (!command.data.empty()) return sw::kWrongLength;
  if (command.ne != kChallengeSize && !command.ne_all) {
    return static_cast<StatusWord>(sw::kWrongExpectedLength | kChallengeSize);
  }
  challenge_ = random_.bytes(kChallengeSize);
  return Response(challenge_);
}

Response BasicAccessControl::external_authenticate(const Command& command, ByteView seed,
                                                   SecureMessaging& channel) {
  const Bytes challenge = std::exchange(challenge_, {});
  if (command.p1_p2() != 0) return sw::kWrongParameters;
  if (command.data.size() != kCryptogramSize + kMacSize) return sw::kWrongLength;
  if (command.ne < kCryptogramSize + kMacSize) return sw::kWrongLength;
  if (challenge.empty()) return sw::kConditionsNotSatisfied;

  const MessagingKeys keys = derive_messaging_keys(CipherSuite::des3, seed);
  const ByteView cryptogram = ByteView(command.data).first(kCryptogramSize);
  const Bytes zeros(crypto::kDesBlock, 0);
  work_.des_blocks += 20;
  const Bytes mac = message_mac(keys, crypto::pad_80(cryptogram, crypto::kDesBlock));
  if (!crypto::equal_secret(mac, ByteView(command.data).last(kMacSize))) return sw::kAuthenticationFailed;
  // S = RND.IFD (8), RND.IC (8), K.IFD (16).
  const Bytes sent = crypto::des3_cbc_decrypt(keys.enc.reveal(), zeros, cryptogram);
  const ByteView terminal_challenge = ByteView(sent).first(kChallengeSize);
  if (!crypto::equal_secret(ByteView(sent).subspan(kChallengeSize, kChallengeSize), challenge)) {
    return sw::kAuthenticationFailed;
  }
  const ByteView terminal_key = ByteView(sent).last(16);
  const Bytes chip_key = random_.bytes(16);
  const Bytes answer =
      crypto::des3_cbc_encrypt(keys.enc.reveal(), zeros, concat({challenge, terminal_challenge, chip_key}));
  const Bytes answer_mac = message_mac(keys, crypto::pad_80(answer, crypto::kDesBlock));

  Bytes session_seed(16);
  for (std::size_t i = 0; i < session_seed.size(); ++i) {
    session_seed[i] = static_cast<std::uint8_t>(terminal_key[i] ^ chip_key[i]);
  }
  channel.begin(derive_messaging_keys(CipherSuite::des3, session_seed),
                read_be(concat({ByteView(challenge).last(4), terminal_challenge.last(4)})));
  wipe(session_seed);
  return Response(concat({answer, answer_mac}));
}

}  // namespace imprimatur::devices
