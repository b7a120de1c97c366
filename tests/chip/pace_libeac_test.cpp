// OpenPACE's library plays the card: an implementation of PACE that we did not write.
#include <eac/eac.h>
#include <eac/objects.h>
#include <eac/pace.h>

#include "chip/pace.hpp"
#include "lds/tlv.hpp"
#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

struct FreeBuffer {
  void operator()(BUF_MEM* buffer) const { BUF_MEM_free(buffer); }
};
using Buffer = std::unique_ptr<BUF_MEM, FreeBuffer>;

Buffer buffer_of(ByteView bytes) {
  Buffer out(BUF_MEM_new());
  BUF_MEM_grow(out.get(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), out->data);
  return out;
}

Bytes bytes_in(const Buffer& buffer) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(buffer->data);
  return {data, data + buffer->length};
}

class EacCard final : public CardChannel {
 public:
  EacCard(int protocol, crypto::Curve curve, std::string_view secret, s_type kind)
      : context_(EAC_CTX_new()), secret_(PACE_SEC_new(secret.data(), secret.size(), kind)) {
    good_ = context_ != nullptr && secret_ != nullptr &&
            EAC_CTX_init_pace(context_, protocol, static_cast<int>(curve)) == 1;
  }
  ~EacCard() override {
    PACE_SEC_clear_free(secret_);
    EAC_CTX_clear_free(context_);
  }
  EacCard(const EacCard&) = delete;
  EacCard& operator=(const EacCard&) = delete;

  Result<Bytes> transmit(ByteView bytes) override {
    const auto command = decode_command(bytes).value();
    if (command.ins == 0x22) return hex("9000");
    const auto content = lds::only_tlv(command.data, 0x7C, "command").value();
    if (content.empty()) return answer(0x80, Buffer(PACE_STEP1_enc_nonce(context_, secret_)));
    ByteReader reader(content, "command");
    const auto object = lds::read_tlv(reader).value();
    const Buffer value = buffer_of(object.value);
    switch (object.tag) {
      case 0x81: {
        Buffer ours(PACE_STEP3A_generate_mapping_data(context_));
        if (PACE_STEP3A_map_generator(context_, value.get()) != 1) return hex("6300");
        return answer(0x82, std::move(ours));
      }
      case 0x83:
        terminal_key_ = copy_of(object.value);
        ours_.reset(PACE_STEP3B_generate_ephemeral_key(context_));
        if (PACE_STEP3B_compute_shared_secret(context_, value.get()) != 1 ||
            PACE_STEP3C_derive_keys(context_) != 1) {
          return hex("6300");
        }
        return answer(0x84, buffer_of(bytes_in(ours_)));
      case 0x85: {
        if (PACE_STEP3D_verify_authentication_token(context_, value.get()) != 1) return hex("6300");
        const Buffer theirs = buffer_of(terminal_key_);
        return answer(0x86, Buffer(PACE_STEP3D_compute_authentication_token(context_, theirs.get())));
      }
      default:
        return hex("6A80");
    }
  }
  Result<Bytes> reset() override { return atr_; }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return false; }

  bool good() const { return good_; }
  // Whether the data field of a SELECT under secure messaging says `wanted`, by the card's session keys.
  bool understands(const Command& wrapped, ByteView wanted) {
    ByteReader reader(wrapped.data, "command");
    const ByteView cryptogram = lds::expect_tlv(reader, 0x87).value().subspan(1);
    const std::size_t covered = reader.offset();
    const ByteView mac = lds::expect_tlv(reader, 0x8E).value();
    if (EAC_CTX_set_encryption_ctx(context_, EAC_ID_PACE) != 1 || EAC_increment_ssc(context_) != 1)
      return false;
    Bytes header{wrapped.cla, wrapped.ins, wrapped.p1, wrapped.p2, 0x80};
    header.resize(16);
    const Buffer authenticated = buffer_of(concat({header, ByteView(wrapped.data).first(covered)}));
    const Buffer padded(EAC_add_iso_pad(context_, authenticated.get()));
    const Buffer given = buffer_of(mac);
    if (EAC_verify_authentication(context_, padded.get(), given.get()) != 1) return false;
    const Buffer sealed = buffer_of(cryptogram);
    const Buffer plain(EAC_decrypt(context_, sealed.get()));
    const Buffer unpadded(EAC_remove_iso_pad(plain.get()));
    return unpadded && equal(bytes_in(unpadded), wanted);
  }

 private:
  static Bytes answer(std::uint32_t tag, Buffer value) {
    if (!value) return hex("6F00");
    return concat({lds::encode_tlv(0x7C, lds::encode_tlv(tag, bytes_in(value))), hex("9000")});
  }

  EAC_CTX* context_;
  PACE_SEC* secret_;
  bool good_ = false;
  Buffer ours_;
  Bytes terminal_key_;
  Bytes atr_;
};

class PaceWithOpenPace : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { EAC_init(); }
  static void TearDownTestSuite() { EAC_cleanup(); }

  static int protocol(lds::CipherSuite suite) {
    switch (suite) {
      case lds::CipherSuite::des3:
        return NID_id_PACE_ECDH_GM_3DES_CBC_CBC;
      case lds::CipherSuite::aes128:
        return NID_id_PACE_ECDH_GM_AES_CBC_CMAC_128;
      case lds::CipherSuite::aes192:
        return NID_id_PACE_ECDH_GM_AES_CBC_CMAC_192;
      case lds::CipherSuite::aes256:
        return NID_id_PACE_ECDH_GM_AES_CBC_CMAC_256;
    }
    return 0;
  }

  static constexpr crypto::Curve kCurves[] = {crypto::Curve::p256, crypto::Curve::p384,
                                              crypto::Curve::brainpool_p256r1,
                                              crypto::Curve::brainpool_p384r1};
  static constexpr lds::CipherSuite kSuites[] = {lds::CipherSuite::aes128, lds::CipherSuite::aes192,
                                                 lds::CipherSuite::aes256};
  // The fictional holder of ICAO Doc 9303-5, appendix A.
  const lds::Mrz mrz{
      {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}};
  SystemRandom random;
};

TEST_F(PaceWithOpenPace, OpensWithMrzAndCanOnEveryCurveAndSuite) {
  for (const auto curve : kCurves) {
    for (const auto suite : kSuites) {
      for (const bool by_mrz : {true, false}) {
        const std::string secret = by_mrz ? mrz.joined() : "362849";
        EacCard card(protocol(suite), curve, secret, by_mrz ? PACE_MRZ : PACE_CAN);
        ASSERT_TRUE(card.good());
        const auto password = by_mrz ? pace_password(mrz).value() : pace_password_can(secret).value();
        auto opened = open_pace(card, {suite, curve}, password, random);
        ASSERT_TRUE(opened) << opened.error().message << " " << crypto::name_of(curve) << " "
                            << lds::name_of(suite);
        const Command select = select_application(hex("A0000002471001"));
        EXPECT_TRUE(card.understands(opened.value().protect(select).value(), select.data));
      }
    }
  }
}

TEST_F(PaceWithOpenPace, FailsWithAnotherPassword) {
  EacCard card(protocol(lds::CipherSuite::aes128), crypto::Curve::p256, "362849", PACE_CAN);
  ASSERT_TRUE(card.good());
  const auto opened = open_pace(card, {lds::CipherSuite::aes128, crypto::Curve::p256},
                                pace_password_can("362840").value(), random);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "chip.access_failed");
}

}  // namespace
}  // namespace imprimatur::chip
