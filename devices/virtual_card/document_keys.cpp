#include "devices/virtual_card/document_keys.hpp"

#include "devices/virtual_card/ber.hpp"
#include "devices/virtual_card/offers.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kEc = 0xA1;
constexpr std::uint16_t kRsa = 0xA2;

// The value of the one object of this tag that fills all bytes.
Result<ByteView> unwrap(ByteView bytes, std::uint16_t tag) {
  ByteReader reader(bytes, "private key");
  TRY(auto content, take_value(reader, tag));
  if (!reader.at_end()) return fail("apdu.object", "there is more than one object");
  return content;
}

Result<RsaPrivateKey> rsa_members(ByteView value) {
  TRY(auto content, unwrap(value, kRsa));
  ByteReader reader(content, "RSA key");
  RsaPrivateKey key;
  std::uint16_t tag = 0x80;
  for (ByteView* member : {&key.n, &key.e, &key.d, &key.p, &key.q}) {
    if (tag == 0x83 && reader.at_end()) break;  // without its primes
    TRY(*member, take_value(reader, tag));
    if (member->empty() || member->front() == 0) return fail("apdu.object", "a number has a leading zero");
    ++tag;
  }
  if (!reader.at_end()) return fail("apdu.object", "there is one member too many");
  return key;
}

Result<EcPrivateKey> ec_members(ByteView value) {
  TRY(auto content, unwrap(value, kEc));
  ByteReader reader(content, "EC key");
  TRY(auto parameters, take_value(reader, 0x80));
  TRY(auto scalar, take_value(reader, 0x81));
  const auto curve = curve_of_parameters(parameters);
  if (!reader.at_end() || !curve || scalar.size() != crypto::field_bytes(*curve)) {
    return fail("apdu.object", "the curve or the scalar is not known");
  }
  return EcPrivateKey{*curve, scalar};
}

}  // namespace

std::size_t multiplication_work(crypto::Curve curve) {
  constexpr std::size_t kBytesOfUnit = 32;
  return crypto::field_bytes(curve) > kBytesOfUnit ? 3 : 1;
}

std::optional<AccessKeys> read_access_keys(ByteView value) {
  constexpr std::size_t kSeedSize = 16;
  constexpr std::size_t kMrzPasswordSize = 20;
  ByteReader reader(value, "access keys");
  AccessKeys keys;
  std::uint16_t last = 0;
  while (!reader.at_end()) {
    const auto object = take_object(reader);
    if (!object || object.value().value.empty()) return {};
    const auto [tag, content, encoded] = object.value();
    if (tag < 0x80 || tag > 0x84 || tag <= last) return {};
    if (tag == 0x80) keys.bac_seed = content;
    if (tag == 0x81) keys.mrz_password = content;
    if (tag == 0x82) keys.can = content;
    last = tag;
  }
  if (!keys.bac_seed.empty() && keys.bac_seed.size() != kSeedSize) return {};
  if (!keys.mrz_password.empty() && keys.mrz_password.size() != kMrzPasswordSize) return {};
  if (keys.bac_seed.empty() && keys.mrz_password.empty() && keys.can.empty()) return {};
  return keys;
}

std::optional<EcPrivateKey> read_ec_key(ByteView value) {
  auto key = ec_members(value);
  if (!key) return {};
  return key.value();
}

std::optional<RsaPrivateKey> read_rsa_key(ByteView value) {
  constexpr std::size_t kBytesMin = 128;
  constexpr std::size_t kBytesMax = 512;
  auto key = rsa_members(value);
  if (!key || key.value().n.size() < kBytesMin || key.value().n.size() > kBytesMax) return {};
  return key.value();
}

bool is_document_key(std::uint16_t dgi, ByteView value) {
  switch (dgi) {
    case kAccessKeys:
      return read_access_keys(value).has_value();
    case kActiveAuthenticationKey:
      return read_ec_key(value) || read_rsa_key(value);
    case kChipAuthenticationKey:
      return read_ec_key(value).has_value();
    default:
      return false;
  }
}

}  // namespace imprimatur::devices
