// A hostile card that knows the document's access keys: BAC succeeds, and every answer under secure messaging
// is well protected and says what the input says. So the parsers behind secure messaging see it all: files,
// lengths, chip and active authentication.
#include "base/check.hpp"
#include "base/encoding.hpp"
#include "chip/bac.hpp"
#include "chip/inspect.hpp"
#include "chip/session_keys.hpp"
#include "crypto/cipher.hpp"
#include "lds/tlv.hpp"
#include "tests/fuzz/answer_script.hpp"

using namespace imprimatur;

namespace {

// The fictional holder of ICAO Doc 9303-5, appendix A.
const lds::Mrz& specimen() {
  static const lds::Mrz mrz{
      {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}};
  return mrz;
}

class HostileCard final : public chip::CardChannel {
 public:
  explicit HostileCard(ByteView input) : script_(input) {}

  Result<Bytes> transmit(ByteView bytes) override {
    const auto command = chip::decode_command(bytes);
    CHECK(command.has_value());
    if ((command.value().cla & 0x0C) != 0) return protected_answer();
    switch (command.value().ins) {
      case 0xA4:
        return hex("9000");
      case 0x84:
        return concat({challenge_, hex("9000")});
      case 0x82:
        return authenticate(command.value().data);
      default:
        return hex("6982");
    }
  }
  Result<Bytes> reset() override { return atr_; }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return false; }

 private:
  // 9303-11 section 4.3.3, the chip's side.
  Bytes authenticate(ByteView data) {
    const Secret seed = chip::bac_key_seed(specimen()).value();
    const Secret enc = chip::derive_des3_key(seed, chip::KeyPurpose::encryption);
    const Secret mac = chip::derive_des3_key(seed, chip::KeyPurpose::mac);
    CHECK(data.size() == 40);
    const Bytes zero(8, 0);
    const Bytes theirs = crypto::des3_cbc_decrypt(enc.reveal(), zero, data.first(32));
    const ByteView rnd_ifd = ByteView(theirs).first(8);
    const Bytes ours(16, 0x5A);
    Bytes answer = crypto::des3_cbc_encrypt(enc.reveal(), zero, concat({challenge_, rnd_ifd, ours}));
    append(answer, crypto::retail_mac(mac.reveal(), crypto::pad_80(answer, 8)));
    append(answer, hex("9000"));
    Bytes mixed(16);
    for (std::size_t i = 0; i < 16; ++i) mixed[i] = static_cast<std::uint8_t>(theirs[16 + i] ^ ours[i]);
    const Secret session(std::move(mixed));
    enc_ = chip::derive_des3_key(session, chip::KeyPurpose::encryption);
    mac_ = chip::derive_des3_key(session, chip::KeyPurpose::mac);
    counter_ = concat({ByteView(challenge_).last(4), rnd_ifd.last(4)});
    return answer;
  }

  void advance() {
    for (std::size_t i = counter_.size(); i-- > 0;) {
      if (++counter_[i] != 0) return;
    }
  }

  // The next answer of the script in its data objects. One of a single byte is handed out as it is.
  Result<Bytes> protected_answer() {
    TRY(auto plain, script_.next());
    if (plain.size() < 2) return concat({plain, hex("6988")});
    advance();
    advance();
    const ByteView sw = ByteView(plain).last(2);
    const ByteView data = ByteView(plain).first(plain.size() - 2);
    Bytes objects;
    if (!data.empty()) {
      const Bytes cryptogram = crypto::des3_cbc_encrypt(enc_.reveal(), Bytes(8, 0), crypto::pad_80(data, 8));
      append(objects, lds::encode_tlv(0x87, concat({hex("01"), cryptogram})));
    }
    append(objects, lds::encode_tlv(0x99, sw));
    const Bytes mac = crypto::retail_mac(mac_.reveal(), crypto::pad_80(concat({counter_, objects}), 8));
    append(objects, lds::encode_tlv(0x8E, mac));
    append(objects, sw);
    return objects;
  }

  fuzz::AnswerScript script_;
  Bytes challenge_ = hex("4608F91988702212");
  Bytes atr_ = hex("3B00");
  Secret enc_;
  Secret mac_;
  Bytes counter_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HostileCard card({data, size});
  SeededRandom random(1);
  chip::InspectionRequest request;
  request.mrz = specimen();
  request.at = WallTime{std::chrono::seconds(1'790'000'000)};
  const auto report = chip::inspect(card, request, random);
  CHECK(!report || !report.value().passed());  // nothing is trusted without an anchor
  return 0;
}
