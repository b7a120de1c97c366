#include "devices/virtual_card/data_objects.hpp"

#include "base/byte_reader.hpp"
#include "base/encoding.hpp"
#include "crypto/cipher.hpp"
#include "devices/virtual_card/issuer_domain.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint8_t kAes = 0x88;
constexpr std::size_t kCheckValueSize = 3;

// Key information template: C0 { key id, key version, type, length } for each key.
Bytes key_information(const Memory& memory) {
  Bytes entries;
  for (const auto& [version, set] : memory.key_sets()) {
    for (std::uint8_t key_id = 1; key_id <= 3; ++key_id) {
      append_tlv(entries, 0xC0, Bytes{key_id, version, kAes, static_cast<std::uint8_t>(set.keys.enc.size())});
    }
  }
  return tlv(0xE0, entries);
}

// Card recognition data (GlobalPlatform H.2): GlobalPlatform, version 2.3.1, card identification, SCP03 with
// i.
Bytes card_data(const Memory& memory) {
  const auto oid = [](std::string_view content) { return tlv(0x06, hex(content)); };
  const std::string_view secure_channel = memory.identity().s16 ? "2A864886FC6B040371" : "2A864886FC6B040370";
  return tlv(0x66, tlv(0x73, concat({oid("2A864886FC6B01"), tlv(0x60, oid("2A864886FC6B02020301")),
                                     tlv(0x63, oid("2A864886FC6B03")), tlv(0x64, oid(secure_channel))})));
}

Bytes sequence_counter(const Memory& memory) {
  Bytes counter;
  append_be(counter, memory.key_sets().empty() ? 0 : memory.key_sets().begin()->second.sequence_counter, 3);
  return tlv(0xC1, counter);
}

// One key field. The key length byte decides; what the cryptogram has more is padding (24-byte keys).
StatusWord read_key_field(ByteReader& reader, const Secret& data_encryption_key, Secret& key,
                          Bytes& check_values) {
  const auto type = reader.take_u8();
  const auto field_length = reader.take_u8();
  const auto key_length = reader.take_u8();
  if (!type || !field_length || !key_length) return sw::kWrongData;
  if (type.value() != kAes) return sw::kAlgorithmNotSupported;
  const std::size_t size = key_length.value();
  if (size != 16 && size != 24 && size != 32) return sw::kWrongData;
  const std::size_t cryptogram_size = (size + crypto::kAesBlock - 1) / crypto::kAesBlock * crypto::kAesBlock;
  if (field_length.value() != cryptogram_size + 1) return sw::kWrongData;
  const auto cryptogram = reader.take(cryptogram_size);
  const auto check_length = reader.take_u8();
  const auto check_value = reader.take(kCheckValueSize);
  if (!cryptogram || !check_length || check_length.value() != kCheckValueSize || !check_value)
    return sw::kWrongData;
  Bytes plain =
      crypto::aes_cbc_decrypt(data_encryption_key.reveal(), Bytes(crypto::kAesBlock, 0), cryptogram.value());
  key = Secret::copy_of(ByteView(plain).first(size));
  wipe(plain);
  const Bytes computed = crypto::aes_ecb_encrypt(key.reveal(), Bytes(crypto::kAesBlock, 0x01));
  if (!equal(ByteView(computed).first(kCheckValueSize), check_value.value())) return sw::kWrongCheckValue;
  append(check_values, check_value.value());
  return sw::kDone;
}

}  // namespace

Bytes data_object(const Memory& memory, std::uint16_t tag) {
  switch (tag) {
    case 0x9F7F:
      return tlv(0x9F7F, memory.shown_cplc());
    case 0x00E0:
      return key_information(memory);
    case 0x0066:
      return card_data(memory);
    case 0x00CF:
      return tlv(0xCF, memory.identity().diversification);
    case 0x00C1:
      return sequence_counter(memory);
    default:
      return {};
  }
}

Bytes domain_status(const Memory& memory) {
  const Bytes life = {static_cast<std::uint8_t>(memory.card_life())};
  return tlv(0xE3, concat({tlv(0x4F, issuer_domain_name()), tlv(0x9F70, life), tlv(0xC5, hex("9EFE80")),
                           tlv(0xC4, hex("A0000001515350"))}));
}

Bytes application_status(const Memory& memory) {
  const Bytes life = {static_cast<std::uint8_t>(memory.application_life())};
  return tlv(0xE3, concat({tlv(0x4F, application_name()), tlv(0x9F70, life), tlv(0xC5, hex("000000")),
                           tlv(0xCC, issuer_domain_name())}));
}

StatusWord read_key_fields(ByteView data, const Secret& data_encryption_key, KeyFields& fields) {
  ByteReader reader(data, "PUT KEY");
  const auto new_version = reader.take_u8();
  if (!new_version || new_version.value() == 0 || new_version.value() > 0x7F) return sw::kWrongData;
  fields.new_version = new_version.value();
  for (Secret* key : {&fields.keys.enc, &fields.keys.mac, &fields.keys.dek}) {
    const StatusWord status = read_key_field(reader, data_encryption_key, *key, fields.check_values);
    if (status != sw::kDone) return status;
  }
  const bool same_size =
      fields.keys.enc.size() == fields.keys.mac.size() && fields.keys.mac.size() == fields.keys.dek.size();
  return reader.at_end() && same_size ? sw::kDone : sw::kWrongData;
}

}  // namespace imprimatur::devices
