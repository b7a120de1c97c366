#include "chip/bac.hpp"

#include <bit>

#include "base/check.hpp"
#include "chip/status_words.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kChallengeSize = 8;
constexpr std::size_t kKeySize = 16;
constexpr std::size_t kAnswerSize = 40;  // R enciphered (32), MAC (8)

Error access_failed(std::string what) {
  return fail("chip.access_failed", "BAC: " + std::move(what), {},
              "Compare the printed MRZ with the job: either the MRZ is not this card's, or the chip is not.");
}

}  // namespace

Secret bac_key_seed(std::string_view mrz_information) {
  Bytes hash = crypto::digest(crypto::HashAlgorithm::sha1, bytes_of(mrz_information));
  Secret seed = Secret::copy_of(ByteView(hash).first(kKeySize));
  wipe(hash);
  return seed;
}

Result<Secret> bac_key_seed(const lds::Mrz& mrz) {
  TRY(auto fields, lds::parse_td1(mrz));
  return bac_key_seed(lds::mrz_information(fields));
}

Secret derive_des3_key(const Secret& seed, KeyPurpose purpose) {
  Bytes input = copy_of(seed.reveal());
  append_be(input, static_cast<std::uint8_t>(purpose), 4);
  Bytes key = crypto::digest(crypto::HashAlgorithm::sha1, input);
  wipe(input);
  wipe(std::span(key).subspan(kKeySize));
  key.resize(kKeySize);
  for (std::uint8_t& byte : key) {  // odd parity in the lowest bit
    const auto upper = static_cast<std::uint8_t>(byte & 0xFE);
    byte = static_cast<std::uint8_t>(upper | ((std::popcount(upper) & 1) ^ 1));
  }
  return Secret(std::move(key));
}

BacTerminal::BacTerminal(const Secret& seed, ByteView rnd_ic, ByteView rnd_ifd, Secret k_ifd)
    : k_enc_(derive_des3_key(seed, KeyPurpose::encryption)),
      k_mac_(derive_des3_key(seed, KeyPurpose::mac)),
      rnd_ic_(copy_of(rnd_ic)),
      rnd_ifd_(copy_of(rnd_ifd)),
      k_ifd_(std::move(k_ifd)) {
  CHECK(rnd_ic.size() == kChallengeSize && rnd_ifd.size() == kChallengeSize && k_ifd_.size() == kKeySize);
}

Command BacTerminal::external_authenticate() const {
  Bytes secret = concat({rnd_ifd_, rnd_ic_, k_ifd_.reveal()});
  Bytes cryptogram = crypto::des3_cbc_encrypt(k_enc_.reveal(), Bytes(crypto::kDesBlock, 0), secret);
  wipe(secret);
  const Bytes mac = crypto::retail_mac(k_mac_.reveal(), crypto::pad_80(cryptogram, crypto::kDesBlock));
  append(cryptogram, mac);
  return {0x00, 0x82, 0x00, 0x00, std::move(cryptogram), kAnswerSize};
}

Result<SecureMessaging> BacTerminal::finish(ByteView answer) const {
  if (answer.size() != kAnswerSize) {
    return access_failed("the card answered " + std::to_string(answer.size()) + " bytes, wanted 40");
  }
  const ByteView cryptogram = answer.first(32);
  const Bytes mac = crypto::retail_mac(k_mac_.reveal(), crypto::pad_80(cryptogram, crypto::kDesBlock));
  if (!crypto::equal_secret(mac, answer.last(8))) return access_failed("the card's MAC is wrong");
  const Secret plain(crypto::des3_cbc_decrypt(k_enc_.reveal(), Bytes(crypto::kDesBlock, 0), cryptogram));
  if (!equal(plain.reveal().first(8), rnd_ic_) || !equal(plain.reveal().subspan(8, 8), rnd_ifd_)) {
    return access_failed("the card did not answer the challenges");
  }
  const ByteView k_ic = plain.reveal().last(kKeySize);
  Bytes mixed(kKeySize);
  for (std::size_t i = 0; i < kKeySize; ++i) mixed[i] = k_ifd_.reveal()[i] ^ k_ic[i];
  const Secret seed(std::move(mixed));
  // Send sequence counter: the last four bytes of both challenges (9303-11 section 9.8.6.3).
  return SecureMessaging(SmCipher::des3, derive_des3_key(seed, KeyPurpose::encryption),
                         derive_des3_key(seed, KeyPurpose::mac),
                         concat({ByteView(rnd_ic_).last(4), ByteView(rnd_ifd_).last(4)}));
}

Result<SecureMessaging> open_bac(CardChannel& channel, const Secret& seed, Random& random) {
  const Command get_challenge{0x00, 0x84, 0x00, 0x00, {}, kChallengeSize};
  TRY(auto challenge, exchange(channel, get_challenge, ApduForm::short_only));
  if (!challenge.done() || challenge.data.size() != kChallengeSize) {
    return access_failed(refused("GET CHALLENGE", challenge.sw).message);
  }
  const Bytes rnd_ifd = random.bytes(kChallengeSize);
  const BacTerminal terminal(seed, challenge.data, rnd_ifd, Secret(random.bytes(kKeySize)));
  TRY(auto answer, exchange(channel, terminal.external_authenticate(), ApduForm::short_only));
  if (!answer.done()) return access_failed(refused("EXTERNAL AUTHENTICATE", answer.sw).message);
  return terminal.finish(answer.data);
}

}  // namespace imprimatur::chip
