#include "devices/virtual_card/chip_authentication.hpp"

#include "devices/virtual_card/ber.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kDg14 = 0x010E;

// Objects of MSE:Set; empty where there is none.
struct Template {
  ByteView identifier;    // 80
  ByteView key_id;        // 84
  ByteView terminal_key;  // 91
};

Result<Template> read_template(ByteView data) {
  ByteReader reader(data, "MSE:Set");
  Template found;
  while (!reader.at_end()) {
    TRY(auto object, take_object(reader));
    if (object.tag == 0x80) {
      found.identifier = object.value;
    } else if (object.tag == 0x84) {
      found.key_id = object.value;
    } else if (object.tag == 0x91) {
      found.terminal_key = object.value;
    } else {
      return fail("apdu.object", "the object is not known");
    }
  }
  return found;
}

}  // namespace

// The suite is offered (else 6A80), there is a private key, and a key id, when given, is that of DG14 (else
// 6A88).
StatusWord ChipAuthentication::check_offer(CipherSuite suite, ByteView key_id) const {
  const File* dg14 = memory_.file(kDg14);
  if (memory_.key_object(kChipAuthenticationKey) == nullptr) return sw::kReferenceNotFound;
  if (dg14 == nullptr) return sw::kWrongData;
  StatusWord status = sw::kWrongData;
  for (const ChipAuthenticationOffer& offer : chip_authentication_offers(dg14->content)) {
    if (offer.suite != suite) continue;
    if (key_id.empty() || equal(key_id, offer.key_id)) return sw::kDone;
    status = sw::kReferenceNotFound;
  }
  return status;
}

StatusWord ChipAuthentication::set_template(const Command& command) {
  suite_.reset();
  const auto found = read_template(command.data);
  if (!found || !found.value().terminal_key.empty()) return sw::kWrongData;
  const auto suite = chip_authentication_suite(found.value().identifier);
  if (!suite || *suite == CipherSuite::des3) return sw::kWrongData;
  const StatusWord status = check_offer(*suite, found.value().key_id);
  if (status == sw::kDone) suite_ = suite;
  return status;
}

Response ChipAuthentication::general_authenticate(const Command& command, SecureMessaging& channel) {
  if (!suite_) return sw::kConditionsNotSatisfied;
  const CipherSuite suite = *suite_;
  suite_.reset();
  if (command.p1_p2() != 0) return sw::kWrongParameters;
  ByteReader reader(command.data, "GENERAL AUTHENTICATE");
  const auto content = take_value(reader, 0x7C);
  if (!content || !reader.at_end()) return sw::kWrongData;
  ByteReader inner(content.value(), "dynamic authentication data");
  const auto terminal_key = take_value(inner, 0x80);
  if (!terminal_key || !inner.at_end()) return sw::kWrongData;
  const StatusWord status = agree(suite, terminal_key.value(), channel);
  if (status != sw::kDone) return status;
  return Response(tlv(0x7C, {}));
}

Response ChipAuthentication::set_key_agreement(const Command& command, SecureMessaging& channel) {
  suite_.reset();
  const auto found = read_template(command.data);
  if (!found || !found.value().identifier.empty() || found.value().terminal_key.empty())
    return sw::kWrongData;
  const StatusWord status = check_offer(CipherSuite::des3, found.value().key_id);
  if (status != sw::kDone) return status;
  return agree(CipherSuite::des3, found.value().terminal_key, channel);
}

StatusWord ChipAuthentication::agree(CipherSuite suite, ByteView terminal_key, SecureMessaging& channel) {
  const auto key = read_ec_key(*memory_.key_object(kChipAuthenticationKey));
  if (!key) return sw::kReferenceNotFound;
  Secret scalar = Secret::copy_of(key->scalar);
  if (counterfeit_) {
    Bytes other = copy_of(key->scalar);
    other.back() ^= 0x5A;
    scalar = Secret(std::move(other));
  }
  const auto shared = crypto::multiply(key->curve, scalar, terminal_key);
  if (!shared) return sw::kWrongData;
  work_.curve_multiplications += multiplication_work(key->curve);
  channel.begin_after_answer(derive_messaging_keys(suite, crypto::x_coordinate(shared.value()).reveal()));
  return sw::kDone;
}

}  // namespace imprimatur::devices
