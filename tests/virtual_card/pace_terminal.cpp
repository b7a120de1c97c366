#include "pace_terminal.hpp"

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices::testing {

Bytes specimen_mrz_password() {
  return hex("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD");
}

void personalise(Card& card, const Document& document) {
  Host host(card, transport_keys());
  card.power_on();
  ASSERT_EQ(host.select(kIssuerDomain), 0x9000);
  ASSERT_EQ(host.open(0x33), 0x9000);
  ASSERT_EQ(host.send_status(hex("80E620000D000007A000000247100100000000")), 0x9000);
  Bytes files = concat({dgi(0x011E, ef_com()), dgi(0x0101, pattern(95, 1))});
  if (!document.card_access.empty()) append(files, dgi(0x011C, document.card_access));
  if (!document.dg14.empty()) append(files, dgi(0x010E, document.dg14));
  ASSERT_EQ(host.store(files, false, false), 0x9000);
  Bytes keys = dgi(0x8F01, host.encipher(document.access_keys));
  if (!document.active_key.empty()) append(keys, dgi(0x8F02, host.encipher(document.active_key)));
  if (!document.chip_key.empty()) append(keys, dgi(0x8F03, host.encipher(document.chip_key)));
  ASSERT_EQ(host.store(keys, true, false), 0x9000);
  ASSERT_EQ(host.store(dgi(0x8FFF, {})), 0x9000);
  card.power_off();
  card.power_on();
}

Bytes card_access_of(std::uint8_t suite, std::uint8_t parameters) {
  return concat({hex("31143012060A"), hex(kPaceEcdhGm), Bytes{suite}, hex("0201020201"), Bytes{parameters}});
}

Bytes derive(std::uint8_t suite, ByteView secret, std::uint8_t counter) {
  const auto hash = suite >= 3 ? crypto::HashAlgorithm::sha256 : crypto::HashAlgorithm::sha1;
  Bytes key = crypto::digest(hash, concat({secret, Bytes{0, 0, 0, counter}}));
  key.resize(suite == 4 ? 32 : suite == 3 ? 24 : 16);
  return key;
}

void AesTerminal::begin(Bytes enc, Bytes mac) {
  enc_ = std::move(enc);
  mac_ = std::move(mac);
  counter_ = 0;
}

Bytes AesTerminal::counter() const {
  Bytes block(8, 0);
  append_be(block, counter_, 8);
  return block;
}

Bytes AesTerminal::mac(ByteView message) const {
  Bytes full = crypto::aes_cmac(mac_, concat({counter(), message}));
  full.resize(8);
  return full;
}

// Plain short commands, as in terminal.cpp.
Bytes AesTerminal::protect(ByteView plain) {
  counter_ += 1;
  Bytes header = copy_of(plain.first(4));
  header[0] = 0x0C;
  const bool with_data = plain.size() > 5;
  const Bytes data = with_data ? copy_of(plain.subspan(5, plain[4])) : Bytes{};
  const Bytes le = copy_of(with_data ? plain.subspan(5 + data.size()) : plain.subspan(4));
  Bytes objects;
  if (!data.empty()) {
    const Bytes cryptogram =
        crypto::aes_cbc_encrypt(enc_, crypto::aes_ecb_encrypt(enc_, counter()), crypto::pad_80(data, 16));
    append_tlv(objects, 0x87, concat({Bytes{0x01}, cryptogram}));
  }
  if (!le.empty()) append_tlv(objects, 0x97, le);
  Bytes message = crypto::pad_80(header, 16);
  if (!objects.empty()) message = crypto::pad_80(concat({message, objects}), 16);
  append_tlv(objects, 0x8E, mac(message));
  return concat({header, Bytes{static_cast<std::uint8_t>(objects.size())}, objects, Bytes{0x00}});
}

Bytes AesTerminal::unprotect(ByteView answer) {
  counter_ += 1;
  if (answer.size() < 16) return copy_of(answer);  // an error without secure messaging
  const ByteView body = answer.first(answer.size() - 2);
  const ByteView authenticated = body.first(body.size() - 10);
  EXPECT_TRUE(equal(mac(crypto::pad_80(authenticated, 16)), body.last(8))) << "the answer's MAC is wrong";
  ByteView cryptogram = authenticated.first(authenticated.size() - 4);
  Bytes plain;
  if (!cryptogram.empty()) {
    const std::size_t head = cryptogram[1] == 0x81 ? 4 : cryptogram[1] == 0x82 ? 5 : 3;
    plain = crypto::unpad_80(crypto::aes_cbc_decrypt(enc_, crypto::aes_ecb_encrypt(enc_, counter()),
                                                     cryptogram.subspan(head)))
                .value();
  }
  return concat({plain, answer.last(2)});
}

Bytes AesTerminal::send(ByteView plain) {
  return unprotect(card_.process(protect(plain)));
}

namespace {

Bytes general_authenticate(std::uint8_t cla, ByteView content) {
  const Bytes data = tlv(0x7C, content);
  return concat({Bytes{cla, 0x86, 0x00, 0x00, static_cast<std::uint8_t>(data.size())}, data, Bytes{0x00}});
}

// The one object in 7C, short lengths only; P-384 points have 81 in front of their length.
Bytes object_of(ByteView answer) {
  const ByteView content = answer.first(answer.size() - 2);
  const std::size_t outer = content[1] == 0x81 ? 3 : 2;
  const std::size_t inner = content[outer + 1] == 0x81 ? 3 : 2;
  return copy_of(content.subspan(outer + inner));
}

Bytes token_for(const Bytes& mac_key, ByteView identifier, ByteView point) {
  Bytes token = crypto::aes_cmac(mac_key, tlv(0x7F49, concat({tlv(0x06, identifier), tlv(0x86, point)})));
  token.resize(8);
  return token;
}

}  // namespace

StatusWord open_pace(Card& card, const PaceTry& wanted, AesTerminal& terminal) {
  SeededRandom random(99);
  const Bytes identifier = concat({hex(kPaceEcdhGm), Bytes{wanted.suite}});
  const Bytes parameters = {static_cast<std::uint8_t>(wanted.curve)};
  const Bytes set =
      concat({tlv(0x80, identifier), tlv(0x83, Bytes{wanted.password_reference}), tlv(0x84, parameters)});
  Bytes answer = card.process(concat({hex("0022C1A4"), Bytes{static_cast<std::uint8_t>(set.size())}, set}));
  if (status_of(answer) != 0x9000) return status_of(answer);

  answer = card.process(general_authenticate(0x10, {}));
  if (status_of(answer) != 0x9000) return status_of(answer);
  const Secret nonce(
      crypto::aes_cbc_decrypt(derive(wanted.suite, wanted.password, 3), Bytes(16, 0), object_of(answer)));
  const Secret map_scalar = crypto::random_scalar(wanted.curve, random);
  answer =
      card.process(general_authenticate(0x10, tlv(0x81, crypto::multiply(wanted.curve, map_scalar).value())));
  if (status_of(answer) != 0x9000) return status_of(answer);
  const Bytes shared = crypto::multiply(wanted.curve, map_scalar, object_of(answer)).value();
  const Bytes generator = crypto::map_nonce(wanted.curve, nonce, shared).value();

  const Secret scalar = crypto::random_scalar(wanted.curve, random);
  const Bytes own = crypto::multiply(wanted.curve, scalar, generator).value();
  answer = card.process(general_authenticate(0x10, tlv(0x83, own)));
  if (status_of(answer) != 0x9000) return status_of(answer);
  const Bytes chip = object_of(answer);
  const Secret agreed = crypto::x_coordinate(crypto::multiply(wanted.curve, scalar, chip).value());
  const Bytes mac_key = derive(wanted.suite, agreed.reveal(), 2);
  answer = card.process(general_authenticate(0x00, tlv(0x85, token_for(mac_key, identifier, chip))));
  if (status_of(answer) != 0x9000) return status_of(answer);
  EXPECT_EQ(to_hex(object_of(answer)), to_hex(token_for(mac_key, identifier, own)));
  terminal.begin(derive(wanted.suite, agreed.reveal(), 1), mac_key);
  return 0x9000;
}

}  // namespace imprimatur::devices::testing
