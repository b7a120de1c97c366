#include "chip/chip_authentication.hpp"

#include "base/check.hpp"
#include "chip/protocol_oid.hpp"
#include "chip/session_keys.hpp"
#include "chip/status_words.hpp"
#include "crypto/rsa_raw.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint32_t kDoProtocol = 0x80;
constexpr std::uint32_t kDoKeyReference = 0x84;
constexpr std::uint32_t kDoEphemeralKey = 0x91;
constexpr std::uint32_t kDynamicData = 0x7C;
constexpr std::uint32_t kOurKey = 0x80;
constexpr std::size_t kChallengeSize = 8;

Error chip_authentication_failed(std::string what) {
  return fail("chip.chip_authentication", "chip authentication: " + std::move(what), {},
              "Set the card aside: its chip may be a copy.");
}

Error active_authentication_failed(std::string what) {
  return fail("chip.active_authentication", "active authentication: " + std::move(what), {},
              "Set the card aside: its chip may be a copy.");
}

Bytes key_reference(const lds::ChipAuthenticationInfo& info) {
  if (!info.key_id) return {};
  Bytes id;
  append_be(id, *info.key_id,
            *info.key_id > 0xFFFFFF ? 4
            : *info.key_id > 0xFFFF ? 3
            : *info.key_id > 0xFF   ? 2
                                    : 1);
  return lds::encode_tlv(kDoKeyReference, id);
}

Result<Bytes> must(const CardLink& link, std::string_view step, const Command& command) {
  TRY(auto response, link.send(command));
  if (!response.done()) return chip_authentication_failed(refused(step, response.sw).message);
  return std::move(response.data);
}

// 9303-11 section 6.2.4.1: 3DES, one command.
Status agree_with_des3(const CardLink& link, const lds::ChipAuthenticationInfo& info, ByteView our_key) {
  TRY_STATUS(must(link, "MSE:Set KAT",
                  {0x00,
                   0x22,
                   0x41,
                   0xA6,
                   concat({lds::encode_tlv(kDoEphemeralKey, our_key), key_reference(info)}),
                   {}}));
  return ok();
}

// 9303-11 section 6.2.4.2: AES, two commands.
Status agree_with_aes(const CardLink& link, const lds::ChipAuthenticationInfo& info, ByteView our_key) {
  TRY_STATUS(
      must(link, "MSE:Set AT",
           {0x00,
            0x22,
            0x41,
            0xA4,
            concat({lds::encode_tlv(kDoProtocol, chip_authentication_oid(info.suite)), key_reference(info)}),
            {}}));
  TRY(auto answer, must(link, "GENERAL AUTHENTICATE",
                        {0x00, 0x86, 0x00, 0x00,
                         lds::encode_tlv(kDynamicData, lds::encode_tlv(kOurKey, our_key)), kShortAnswerMax}));
  const auto content = lds::only_tlv(answer, kDynamicData, "dynamic authentication data");
  if (!content || !content.value().empty()) {
    return chip_authentication_failed("GENERAL AUTHENTICATE was not answered with 7C 00");
  }
  return ok();
}

bool is_signed(const crypto::PublicKey& key, std::optional<crypto::HashAlgorithm> ecdsa_hash,
               ByteView challenge, ByteView signature) {
  if (key.type() == crypto::KeyType::rsa) return crypto::verify_iso9796_2(key, challenge, signature);
  return ecdsa_hash && key.verify(*ecdsa_hash, crypto::SignatureForm::raw, challenge, signature);
}

}  // namespace

Result<SecureMessaging> authenticate_chip(const CardLink& link, const lds::ChipAuthenticationInfo& info,
                                          const lds::ChipAuthenticationKey& key, Random& random) {
  const Secret scalar = crypto::random_scalar(key.curve, random);
  auto shared = crypto::multiply(key.curve, scalar, key.point);
  if (!shared) return chip_authentication_failed("the chip's key: " + shared.error().message);
  const Secret agreed = crypto::x_coordinate(shared.value());
  wipe(shared.value());
  const auto ours = crypto::multiply(key.curve, scalar);
  CHECK(ours.has_value());
  TRY_STATUS(info.suite == lds::CipherSuite::des3 ? agree_with_des3(link, info, ours.value())
                                                  : agree_with_aes(link, info, ours.value()));
  return start_messaging(agreed.reveal(), info.suite);
}

Status authenticate_actively(const CardLink& link, const crypto::PublicKey& key,
                             std::optional<crypto::HashAlgorithm> ecdsa_hash, Random& random) {
  if (key.type() == crypto::KeyType::ed25519) return active_authentication_failed("DG15 has a foreign key");
  if (key.type() != crypto::KeyType::rsa && !ecdsa_hash) {
    return active_authentication_failed("DG14 does not say with which hash the chip signs");
  }
  const Bytes challenge = random.bytes(kChallengeSize);
  // A signature of 256 bytes and more needs the extended form under secure messaging, where there is one.
  const std::size_t wanted = link.answer_max > kShortAnswerMax ? kExtendedAnswerMax : kShortAnswerMax;
  TRY(auto response, link.send({0x00, 0x88, 0x00, 0x00, challenge, wanted}));
  if (!response.done()) {
    return active_authentication_failed(refused("INTERNAL AUTHENTICATE", response.sw).message);
  }
  if (!is_signed(key, ecdsa_hash, challenge, response.data)) {
    return active_authentication_failed("the signature is not made with the key of DG15");
  }
  return ok();
}

}  // namespace imprimatur::chip
