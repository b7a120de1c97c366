#include "devices/virtual_card/offers.hpp"

#include "devices/virtual_card/ber.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::size_t kEntriesMax = 32;
constexpr std::uint16_t kSet = 0x31;
constexpr std::uint16_t kSequence = 0x30;
constexpr std::uint16_t kObjectIdentifier = 0x06;
constexpr std::uint16_t kInteger = 0x02;
constexpr std::uint16_t kDg14 = 0x6E;

// bsi-de protocols smartcard: 4 PACE, 2 ECDH-GM; 3 CA, 2 ECDH; 1 PK, 2 ECDH.
constexpr std::array<std::uint8_t, 9> kPaceEcdhGm = {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02};
constexpr std::array<std::uint8_t, 9> kCaEcdh = {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02};
constexpr std::array<std::uint8_t, 9> kPkEcdh = {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, 0x02};

struct Entry {
  ByteView identifier;
  std::vector<DataObject> parameters;
};

Result<Entry> read_entry(ByteView content) {
  ByteReader reader(content, "SecurityInfo");
  Entry entry;
  TRY(entry.identifier, take_value(reader, kObjectIdentifier));
  while (!reader.at_end() && entry.parameters.size() < 3) {
    TRY(auto parameter, take_object(reader));
    entry.parameters.push_back(parameter);
  }
  return entry;
}

Result<std::vector<Entry>> read_entries(ByteView set) {
  ByteReader outer(set, "SecurityInfos");
  TRY(auto content, take_value(outer, kSet));
  ByteReader reader(content, "SecurityInfos");
  std::vector<Entry> entries;
  while (!reader.at_end() && entries.size() < kEntriesMax) {
    TRY(auto sequence, take_value(reader, kSequence));
    TRY(auto entry, read_entry(sequence));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<CipherSuite> suite_below(ByteView prefix, ByteView identifier) {
  if (identifier.size() != prefix.size() + 1 || !equal(identifier.first(prefix.size()), prefix)) return {};
  switch (identifier.back()) {
    case 1:
      return CipherSuite::des3;
    case 2:
      return CipherSuite::aes128;
    case 3:
      return CipherSuite::aes192;
    case 4:
      return CipherSuite::aes256;
    default:
      return {};
  }
}

bool is_integer(const DataObject& object, std::uint8_t value) {
  return object.tag == kInteger && object.value.size() == 1 && object.value[0] == value;
}

}  // namespace

std::optional<CipherSuite> pace_suite(ByteView identifier) {
  return suite_below(kPaceEcdhGm, identifier);
}

std::optional<CipherSuite> chip_authentication_suite(ByteView identifier) {
  return suite_below(kCaEcdh, identifier);
}

std::optional<crypto::Curve> curve_of_parameters(ByteView domain_parameters) {
  if (domain_parameters.size() != 1) return {};
  for (const crypto::Curve curve : {crypto::Curve::p256, crypto::Curve::brainpool_p256r1, crypto::Curve::p384,
                                    crypto::Curve::brainpool_p384r1}) {
    if (domain_parameters[0] == static_cast<std::uint8_t>(curve)) return curve;
  }
  return {};
}

std::vector<PaceOffer> pace_offers(ByteView card_access) {
  std::vector<PaceOffer> offers;
  const auto entries = read_entries(card_access);
  if (!entries) return offers;
  for (const Entry& entry : entries.value()) {
    const auto suite = pace_suite(entry.identifier);
    if (!suite || entry.parameters.size() != 2 || !is_integer(entry.parameters[0], 2)) continue;
    const auto curve = curve_of_parameters(entry.parameters[1].value);
    if (curve) offers.push_back({*suite, *curve});
  }
  return offers;
}

std::vector<ChipAuthenticationOffer> chip_authentication_offers(ByteView dg14) {
  std::vector<ChipAuthenticationOffer> offers;
  ByteReader reader(dg14, "DG14");
  const auto set = take_value(reader, kDg14);
  if (!set) return offers;
  const auto entries = read_entries(set.value());
  if (!entries) return offers;
  bool has_key = false;
  for (const Entry& entry : entries.value()) {
    has_key = has_key || equal(entry.identifier, kPkEcdh);
    const auto suite = chip_authentication_suite(entry.identifier);
    if (!suite || entry.parameters.empty() || !is_integer(entry.parameters[0], 1)) continue;
    offers.push_back({*suite, entry.parameters.size() > 1 ? copy_of(entry.parameters[1].value) : Bytes{}});
  }
  // 9303-11 section 6.2: a key without ChipAuthenticationInfo means 3DES.
  if (has_key && offers.empty()) offers.push_back({CipherSuite::des3, {}});
  return offers;
}

}  // namespace imprimatur::devices
