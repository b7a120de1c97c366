#include "terminal.hpp"

#include "base/files.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices::testing {

HostKeys transport_keys() {
  const Bytes key = hex("404142434445464748494A4B4C4D4E4F");
  return {key, key, key};
}

CardIdentity identity_of(std::string serial, bool s16) {
  return {.serial = std::move(serial),
          .card_class = "utopia-id",
          .cplc = hex("4790D600470000000000324434295220844800000000000000001527823432393532000000000000"
                      "0000"),
          .diversification = Bytes(10, 0),
          .s16 = s16};
}

Memory blank(const HostKeys& keys, bool s16) {
  const CardKeys card_keys{Secret::copy_of(keys.enc), Secret::copy_of(keys.mac), Secret::copy_of(keys.dek)};
  return Memory::make_blank(identity_of("B000001", s16), card_keys);
}

StatusWord status_of(ByteView answer) {
  return answer.size() < 2 ? StatusWord{0} : static_cast<StatusWord>(read_be(answer.last(2)));
}

Bytes data_of(ByteView answer) {
  return answer.size() < 2 ? Bytes{} : copy_of(answer.first(answer.size() - 2));
}

Bytes dgi(std::uint16_t id, ByteView value) {
  Bytes out;
  append_be(out, id, 2);
  if (value.size() < 0xFF) {
    out.push_back(static_cast<std::uint8_t>(value.size()));
  } else {
    out.push_back(0xFF);
    append_be(out, value.size(), 2);
  }
  append(out, value);
  return out;
}

Bytes pattern(std::size_t size, std::uint8_t first) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i * 7);
  return out;
}

namespace {

Bytes kdf(ByteView key, std::uint8_t constant, ByteView context, std::size_t bits) {
  Bytes out;
  for (std::uint8_t counter = 1; out.size() * 8 < bits; ++counter) {
    Bytes block(11, 0);
    append(block, Bytes{constant, 0x00, static_cast<std::uint8_t>(bits >> 8),
                        static_cast<std::uint8_t>(bits & 0xFF), counter});
    append(block, context);
    append(out, crypto::aes_cmac(key, block));
  }
  out.resize(bits / 8);
  return out;
}

bool has_data(ByteView apdu) {
  return apdu.size() > 5;
}

// Header, data, Le of a short APDU; the tests send only these and case 4 extended by hand.
struct Parts {
  Bytes header;
  Bytes data;
  Bytes le;
};

Parts parts_of(ByteView apdu) {
  Parts parts{copy_of(apdu.first(4)), {}, {}};
  if (has_data(apdu)) {
    const std::size_t lc = apdu[4];
    parts.data = copy_of(apdu.subspan(5, lc));
    parts.le = copy_of(apdu.subspan(5 + lc));
  } else {
    parts.le = copy_of(apdu.subspan(4));
  }
  return parts;
}

}  // namespace

StatusWord Host::select(std::string_view name) {
  const Bytes aid = hex(name);
  Bytes apdu = hex("00A4040C");
  apdu.push_back(static_cast<std::uint8_t>(aid.size()));
  append(apdu, aid);
  level_ = 0;
  return status_of(card_.process(apdu));
}

StatusWord Host::open(std::uint8_t level, std::uint8_t key_version, bool trusting) {
  const Bytes challenge = hex("0001020304050607");
  Bytes apdu = {0x80, 0x50, key_version, 0x00, 0x08};
  append(apdu, challenge);
  apdu.push_back(0x00);
  const Bytes answer = card_.process(apdu);
  if (status_of(answer) != 0x9000) return status_of(answer);
  if (answer.size() != 34) return 0;
  const Bytes context = concat({challenge, ByteView(answer).subspan(13, 8)});
  s_enc_ = kdf(keys_.enc, 0x04, context, keys_.enc.size() * 8);
  s_mac_ = kdf(keys_.mac, 0x06, context, keys_.mac.size() * 8);
  s_rmac_ = kdf(keys_.mac, 0x07, context, keys_.mac.size() * 8);
  if (!trusting && !equal(kdf(s_mac_, 0x00, context, 64), ByteView(answer).subspan(21, 8))) return 1;
  chaining_ = Bytes(16, 0);
  level_ = 0x01;
  counter_ = 0;
  const Bytes authenticate =
      protect(concat({Bytes{0x80, 0x82, level, 0x00, 0x08}, kdf(s_mac_, 0x01, context, 64)}));
  const Bytes opened = card_.process(authenticate);
  level_ = level;
  counter_ = 0;
  blocks_sent = 0;
  return status_of(opened);
}

Bytes Host::protect(ByteView plain) {
  Parts parts = parts_of(plain);
  counter_ += 1;
  if ((level_ & 0x02) != 0 && !parts.data.empty()) {
    Bytes block(8, 0);
    append_be(block, counter_, 8);
    parts.data = crypto::aes_cbc_encrypt(s_enc_, crypto::aes_ecb_encrypt(s_enc_, block),
                                         crypto::pad_80(parts.data, 16));
  }
  parts.header[0] |= 0x04;
  Bytes head = parts.header;
  head.push_back(static_cast<std::uint8_t>(parts.data.size() + 8));
  append(head, parts.data);
  chaining_ = crypto::aes_cmac(s_mac_, concat({chaining_, head}));
  return concat({head, ByteView(chaining_).first(8), parts.le});
}

Bytes Host::unprotect(ByteView answer) {
  const StatusWord status = status_of(answer);
  if (status != 0x9000 && status >> 8 != 0x62 && status >> 8 != 0x63) return copy_of(answer);
  Bytes data = data_of(answer);
  const Bytes word = copy_of(answer.last(2));
  if ((level_ & 0x10) != 0) {
    EXPECT_GE(data.size(), 8U) << "there is no R-MAC";
    if (data.size() < 8) return {};
    const Bytes mac(data.end() - 8, data.end());
    data.resize(data.size() - 8);
    EXPECT_TRUE(equal(ByteView(crypto::aes_cmac(s_rmac_, concat({chaining_, data, word}))).first(8), mac));
  }
  if ((level_ & 0x20) != 0 && !data.empty()) {
    Bytes block = {0x80, 0, 0, 0, 0, 0, 0, 0};
    append_be(block, counter_, 8);
    data = crypto::unpad_80(crypto::aes_cbc_decrypt(s_enc_, crypto::aes_ecb_encrypt(s_enc_, block), data))
               .value();
  }
  return concat({data, word});
}

Bytes Host::send(ByteView plain) {
  return unprotect(card_.process(protect(plain)));
}

StatusWord Host::send_status(ByteView plain) {
  return status_of(send(plain));
}

Bytes Host::encipher(ByteView value) const {
  return crypto::aes_cbc_encrypt(keys_.dek, Bytes(16, 0), crypto::pad_80(value, 16));
}

StatusWord Host::store(ByteView stream, bool enciphered, bool last, std::size_t size) {
  while (!stream.empty()) {
    const std::size_t count = std::min(size, stream.size());
    const bool is_last = last && count == stream.size();
    const auto p1 = static_cast<std::uint8_t>(0x08 | (enciphered ? 0x60 : 0) | (is_last ? 0x80 : 0));
    Bytes apdu = {0x80, 0xE2, p1, static_cast<std::uint8_t>(blocks_sent), static_cast<std::uint8_t>(count)};
    append(apdu, stream.first(count));
    const StatusWord status = send_status(apdu);
    if (status != 0x9000) return status;
    blocks_sent = is_last ? 0 : blocks_sent + 1;
    stream = stream.subspan(count);
  }
  return 0x9000;
}

Bytes document_seed() {
  return hex("239AB9CB282DAF66231DC5A4DF6BFBAE");
}

Bytes ef_com() {
  return hex("60145F0104303130365F36063034303030305C026175");
}

void personalise(Card& card, std::size_t photo_size) {
  Host host(card, transport_keys());
  card.power_on();
  ASSERT_EQ(host.select(kIssuerDomain), 0x9000);
  ASSERT_EQ(host.open(0x33), 0x9000);
  ASSERT_EQ(host.send_status(hex("80E620000D000007A000000247100100000000")), 0x9000);
  const Bytes files =
      concat({dgi(0x011E, ef_com()), dgi(0x0101, pattern(95, 1)), dgi(0x0102, pattern(photo_size, 2)),
              dgi(0x0103, pattern(40, 3)), dgi(0x011D, pattern(700, 4)), dgi(0x011C, pattern(20, 5))});
  ASSERT_EQ(host.store(files, false, false), 0x9000);
  ASSERT_EQ(host.store(dgi(0x8F01, host.encipher(concat({hex("8010"), document_seed()}))), true, false),
            0x9000);
  ASSERT_EQ(host.store(dgi(0x8FFF, {})), 0x9000);
}

namespace {

Bytes des_key(ByteView seed, std::uint8_t counter) {
  Bytes key = crypto::digest(crypto::HashAlgorithm::sha1, concat({seed, Bytes{0, 0, 0, counter}}));
  key.resize(16);
  for (std::uint8_t& byte : key) {
    int ones = 0;
    for (int bit = 1; bit < 8; ++bit) ones += byte >> bit & 1;
    byte = static_cast<std::uint8_t>((byte & 0xFE) | (ones % 2 == 0 ? 1 : 0));
  }
  return key;
}

}  // namespace

StatusWord Terminal::open(ByteView seed) {
  const Bytes challenge_answer = card_.process(hex("0084000008"));
  if (status_of(challenge_answer) != 0x9000) return status_of(challenge_answer);
  const Bytes challenge = data_of(challenge_answer);
  const Bytes own = hex("781723860C06C226");
  const Bytes own_key = hex("0B795240CB7049B01C19B33E32804F0B");
  const Bytes enc = des_key(seed, 1);
  const Bytes mac = des_key(seed, 2);
  const Bytes cryptogram = crypto::des3_cbc_encrypt(enc, Bytes(8, 0), concat({own, challenge, own_key}));
  const Bytes answer = card_.process(concat(
      {hex("0082000028"), cryptogram, crypto::retail_mac(mac, crypto::pad_80(cryptogram, 8)), Bytes{0x28}}));
  if (status_of(answer) != 0x9000) return status_of(answer);
  const Bytes received = crypto::des3_cbc_decrypt(enc, Bytes(8, 0), ByteView(answer).first(32));
  EXPECT_TRUE(equal(crypto::retail_mac(mac, crypto::pad_80(ByteView(answer).first(32), 8)),
                    ByteView(answer).subspan(32, 8)));
  EXPECT_TRUE(equal(ByteView(received).first(16), concat({challenge, own})));
  Bytes session(16);
  for (std::size_t i = 0; i < 16; ++i) session[i] = static_cast<std::uint8_t>(own_key[i] ^ received[16 + i]);
  enc_ = des_key(session, 1);
  mac_ = des_key(session, 2);
  counter_ = read_be(concat({ByteView(challenge).last(4), ByteView(own).last(4)}));
  return 0x9000;
}

Bytes Terminal::protect(ByteView plain) {
  const Parts parts = parts_of(plain);
  counter_ += 1;
  Bytes counter;
  append_be(counter, counter_, 8);
  Bytes header = parts.header;
  header[0] = 0x0C;
  const bool odd = header[1] % 2 != 0;
  Bytes objects;
  if (!parts.data.empty()) {
    const Bytes cryptogram = crypto::des3_cbc_encrypt(enc_, Bytes(8, 0), crypto::pad_80(parts.data, 8));
    const Bytes head = odd ? Bytes{0x85, static_cast<std::uint8_t>(cryptogram.size())}
                           : Bytes{0x87, static_cast<std::uint8_t>(cryptogram.size() + 1), 0x01};
    append(objects, concat({head, cryptogram}));
  }
  if (!parts.le.empty())
    append(objects, concat({Bytes{0x97, static_cast<std::uint8_t>(parts.le.size())}, parts.le}));
  const Bytes message = concat({counter, crypto::pad_80(header, 8), objects});
  const Bytes mac = crypto::retail_mac(mac_, crypto::pad_80(message, 8));
  append(objects, concat({hex("8E08"), mac}));
  return concat({header, Bytes{static_cast<std::uint8_t>(objects.size())}, objects, Bytes{0x00}});
}

Bytes Terminal::unprotect(ByteView answer) {
  counter_ += 1;
  if (answer.size() < 16) return copy_of(answer);  // an error without secure messaging
  Bytes counter;
  append_be(counter, counter_, 8);
  const ByteView body = answer.first(answer.size() - 2);
  const ByteView authenticated = body.first(body.size() - 10);
  EXPECT_TRUE(
      equal(crypto::retail_mac(mac_, crypto::pad_80(concat({counter, authenticated}), 8)), body.last(8)));
  ByteView cryptogram = authenticated.first(authenticated.size() - 4);
  Bytes plain;
  if (!cryptogram.empty()) {
    const bool odd = cryptogram[0] == 0x85;
    std::size_t head = 2;
    if (cryptogram[1] == 0x81) head = 3;
    if (cryptogram[1] == 0x82) head = 4;
    cryptogram = cryptogram.subspan(odd ? head : head + 1);
    plain = crypto::unpad_80(crypto::des3_cbc_decrypt(enc_, Bytes(8, 0), cryptogram)).value();
  }
  return concat({plain, answer.last(2)});
}

Bytes Terminal::send(ByteView plain) {
  return unprotect(card_.process(protect(plain)));
}

json::object vectors(std::string_view name) {
  const std::string path = std::string(TEST_DATA_DIR) + "/" + std::string(name);
  return parse_json_object(read_text_file(path).value()).value();
}

Bytes hex_member(const json::object& object, std::string_view name) {
  const auto text = member_text(object, name);
  EXPECT_TRUE(text.has_value()) << name;
  return text ? from_hex(text.value()).value() : Bytes{};
}

}  // namespace imprimatur::devices::testing
