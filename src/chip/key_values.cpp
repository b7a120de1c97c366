#include "chip/key_values.hpp"

#include "base/check.hpp"
#include "chip/bac.hpp"
#include "chip/pace.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kDocumentNumberSize = 9;
// The largest value: five numbers of an RSA key of 4096 bits with their headers.
constexpr std::size_t kValueBytesMax = 2048;

// Data objects side by side in a secret that does not leave copies behind while it grows.
class SecretObjects {
 public:
  SecretObjects() { bytes_.reserve(kValueBytesMax); }
  ~SecretObjects() { wipe(bytes_); }
  SecretObjects(const SecretObjects&) = delete;
  SecretObjects& operator=(const SecretObjects&) = delete;

  void add(std::uint8_t tag, ByteView value) {
    CHECK(bytes_.size() + value.size() + 4 <= kValueBytesMax);
    bytes_.push_back(tag);
    append(bytes_, lds::encode_length(value.size()));
    append(bytes_, value);
  }
  ByteView bytes() const { return bytes_; }
  Secret take() { return Secret(std::move(bytes_)); }

 private:
  Bytes bytes_;
};

Secret within(std::uint8_t tag, const SecretObjects& objects) {
  SecretObjects outer;
  outer.add(tag, objects.bytes());
  return outer.take();
}

Secret ec_value(crypto::Curve curve, const Secret& scalar) {
  SecretObjects objects;
  objects.add(0x80, Bytes{static_cast<std::uint8_t>(curve)});
  objects.add(0x81, scalar.reveal());
  return within(0xA1, objects);
}

// A number with zeros in front up to `size`.
Secret padded_to(const Secret& number, std::size_t size) {
  Bytes bytes(size - std::min(size, number.size()), 0);
  bytes.reserve(size + number.size());
  append(bytes, number.reveal());
  return Secret(std::move(bytes));
}

Secret text_secret(std::string_view text) {
  return Secret::copy_of(bytes_of(text));
}

void add_active_slots(const crypto::PrivateKey& key, SlotValues& values) {
  values[Slot::aa_key] = active_authentication_value(key);
  if (key.type() != crypto::KeyType::rsa) {
    values[Slot::aa_scalar] = key.ec_scalar();
    return;
  }
  crypto::RsaComponents rsa = key.rsa_components();
  values[Slot::aa_private_exponent] = padded_to(rsa.d, rsa.n.size());
  values[Slot::aa_modulus] = Secret(std::move(rsa.n));
  values[Slot::aa_public_exponent] = Secret(std::move(rsa.e));
  values[Slot::aa_prime_p] = std::move(rsa.p);
  values[Slot::aa_prime_q] = std::move(rsa.q);
}

}  // namespace

Result<Secret> access_keys_value(const ChipProfile& profile, const ChipContent& content) {
  SecretObjects objects;
  if (profile.offers(AccessProtocol::bac)) {
    TRY(auto seed, bac_key_seed(content.mrz));
    objects.add(0x80, seed.reveal());
  }
  if (profile.offers(AccessProtocol::pace)) {
    TRY(auto password, pace_password(content.mrz));
    objects.add(0x81, password.secret.reveal());
    if (!content.can.empty()) objects.add(0x82, bytes_of(content.can));
  }
  return objects.take();
}

Secret active_authentication_value(const crypto::PrivateKey& key) {
  const crypto::KeyType type = key.type();
  if (const auto curve = crypto::curve_of(type)) return ec_value(*curve, key.ec_scalar());
  const crypto::RsaComponents rsa = key.rsa_components();
  SecretObjects objects;
  objects.add(0x80, rsa.n);
  objects.add(0x81, rsa.e);
  objects.add(0x82, rsa.d.reveal());
  objects.add(0x83, rsa.p.reveal());
  objects.add(0x84, rsa.q.reveal());
  return within(0xA2, objects);
}

Secret chip_authentication_value(const ChipAuthenticationPair& pair) {
  return ec_value(pair.curve, pair.scalar);
}

Result<SlotValues> key_slot_values(const ChipProfile& profile, const ChipContent& content) {
  SlotValues values;
  TRY(auto fields, lds::parse_td1(content.mrz));
  std::string number = fields.document_number;
  if (number.size() < kDocumentNumberSize) number.resize(kDocumentNumberSize, '<');
  values[Slot::document_number] = text_secret(number);
  values[Slot::birth_date] = text_secret(fields.birth_date);
  values[Slot::expiry_date] = text_secret(fields.expiry_date);
  TRY(values[Slot::bac_seed], bac_key_seed(content.mrz));
  TRY(auto password, pace_password(content.mrz));
  values[Slot::mrz_hash] = std::move(password.secret);
  if (!content.can.empty()) values[Slot::can] = text_secret(content.can);
  TRY(values[Slot::access_keys], access_keys_value(profile, content));
  if (content.keys.active_authentication) add_active_slots(*content.keys.active_authentication, values);
  if (content.keys.chip_authentication) {
    values[Slot::ca_key] = chip_authentication_value(*content.keys.chip_authentication);
    values[Slot::ca_scalar] = content.keys.chip_authentication->scalar.clone();
    values[Slot::ca_point] = Secret::copy_of(content.keys.chip_authentication->point);
  }
  values[Slot::application] = Secret::copy_of(profile.application);
  return values;
}

}  // namespace imprimatur::chip
