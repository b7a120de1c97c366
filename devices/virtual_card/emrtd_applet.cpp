#include "devices/virtual_card/emrtd_applet.hpp"

#include "base/encoding.hpp"
#include "devices/virtual_card/ber.hpp"
#include "devices/virtual_card/document_keys.hpp"
#include "devices/virtual_card/document_numbers.hpp"
#include "devices/virtual_card/instructions.hpp"
#include "devices/virtual_card/update_binary.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kModulus = 0x0060;
constexpr std::uint16_t kPrivateExponent = 0x0061;
constexpr std::uint16_t kDocumentNumbers = 0x0062;
constexpr std::uint16_t kChipKey = 0x0063;
constexpr std::uint16_t kPaceSecrets = 0x0065;
constexpr std::uint16_t kReadyForLock = 0xDEAF;
constexpr std::uint16_t kLock = 0xDEAD;

bool is_file_of_applet(std::uint16_t file_id) {
  return (file_id >= 0x0101 && file_id <= 0x010F) || (file_id >= 0x011C && file_id <= 0x011E);
}

// DG3 and DG4 wait for terminal authentication, before the lock too.
bool is_guarded(std::uint16_t file_id) {
  return file_id == 0x0103 || file_id == 0x0104;
}

// The domain of P-256 (SEC 2 version 2.0 section 2.4.2) as the applet is told it: field, a, b, generator,
// order.
struct Domain {
  std::uint16_t tag;
  std::string_view value;
};
constexpr Domain kP256[] = {
    {0x81, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"},
    {0x82, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"},
    {0x83, "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"},
    {0x84,
     "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
     "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"},
    {0x85, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"},
};

// The private scalar when all the rest is P-256 with cofactor 1.
Result<ByteView> p256_scalar(ByteView data) {
  ByteReader reader(data, "chip authentication key");
  for (const Domain& member : kP256) {
    TRY(auto value, take_value(reader, member.tag));
    if (!equal(value, hex(member.value))) return fail("apdu.object", "the curve is not P-256");
  }
  TRY(auto scalar, take_value(reader, 0x86));
  TRY(auto cofactor, take_value(reader, 0x87));
  if (!reader.at_end() || cofactor.empty() || cofactor.back() != 0x01) {
    return fail("apdu.object", "the cofactor is not 1");
  }
  return scalar;
}

}  // namespace

std::optional<Response> EmrtdApplet::process(const Command& command, std::uint16_t& current) {
  const bool update = command.ins == ins::kUpdateBinary;
  const bool known = update || command.ins == ins::kCreateFile || command.ins == ins::kPutData;
  if (command.cla != cla::kInterindustry || !known) return {};
  if (memory_.application_life() == ApplicationLife::personalised) return sw::kConditionsNotSatisfied;
  if (command.ins == ins::kCreateFile) return create(command);
  if (command.ins == ins::kPutData) return put_data(command);
  if ((command.p1 & 0x80) != 0) return sw::kWrongParameters;
  const ShortIdLookup none = [](std::uint8_t) -> std::uint16_t { return 0; };
  return update_binary(memory_, command, none, current);
}

// 63 04, size, file id.
StatusWord EmrtdApplet::create(const Command& command) {
  if (command.p1_p2() != 0) return sw::kWrongParameters;
  const ByteView data = command.data;
  if (data.size() != 6) return sw::kWrongLength;
  if (data[0] != 0x63 || data[1] != 0x04) return sw::kWrongData;
  const auto size = static_cast<std::size_t>(read_be(data.subspan(2, 2)));
  const auto file_id = static_cast<std::uint16_t>(read_be(data.subspan(4, 2)));
  if (is_guarded(file_id)) return sw::kSecurityNotSatisfied;
  if (!is_file_of_applet(file_id) || size == 0) return sw::kWrongData;
  if (memory_.file(file_id) != nullptr) return sw::kFileExists;
  if (memory_.files_size_without(file_id) + size > kFilesSizeMax) return sw::kNotEnoughMemory;
  const StatusWord status = memory_.begin_file(file_id, size);
  if (status != sw::kDone) return status;
  return memory_.set_attributes(
      file_id, {.short_id = static_cast<std::uint8_t>(file_id & 0x1F),
                .read = file_id == 0x011C && !older() ? ReadRule::always : ReadRule::after_bac,
                .under_master_file = false});
}

StatusWord EmrtdApplet::put_data(const Command& command) {
  const std::uint16_t tag = command.p1_p2();
  const bool of_newer = tag == kChipKey || tag == kPaceSecrets || tag == kReadyForLock;
  if (older() && of_newer) return sw::kWrongParameters;
  switch (tag) {
    case kModulus:
    case kPrivateExponent:
      return put_rsa_number(tag, command.data);
    case kDocumentNumbers:
    case kPaceSecrets: {
      const Bytes* earlier = memory_.key_object(kAccessKeys);
      const ByteView before = earlier == nullptr ? ByteView() : ByteView(*earlier);
      const auto keys = tag == kDocumentNumbers ? access_keys_from_document(command.data, before)
                                                : access_keys_with_secrets(command.data, before);
      return keys ? memory_.store_key_object(kAccessKeys, *keys) : sw::kWrongData;
    }
    case kChipKey:
      return put_chip_authentication_key(command.data);
    case kReadyForLock:
    case kLock:
      return lock(tag);
    default:
      return sw::kWrongParameters;
  }
}

// `60 00 04 81 80 n` and `61 00 04 81 80 d`; with both there is a key. The public exponent is not told:
// 65537.
StatusWord EmrtdApplet::put_rsa_number(std::uint16_t tag, ByteView data) {
  constexpr std::size_t kSize = 128;
  const Bytes head = {static_cast<std::uint8_t>(tag), 0x00, 0x04, 0x81, kSize};
  if (data.size() != head.size() + kSize || !equal(data.first(head.size()), head)) return sw::kWrongData;
  const StatusWord status = memory_.store_key_object(tag, data.subspan(head.size()));
  if (status != sw::kDone) return status;
  const Bytes* modulus = memory_.key_object(kModulus);
  const Bytes* exponent = memory_.key_object(kPrivateExponent);
  if (modulus == nullptr || exponent == nullptr) return sw::kDone;
  const auto leading = static_cast<std::size_t>(
      std::find_if(exponent->begin(), exponent->end(), [](std::uint8_t byte) { return byte != 0; }) -
      exponent->begin());
  const Bytes key = tlv(0xA2, concat({tlv(0x80, *modulus), tlv(0x81, Bytes{0x01, 0x00, 0x01}),
                                      tlv(0x82, ByteView(*exponent).subspan(leading))}));
  if (!is_document_key(kActiveAuthenticationKey, key)) return sw::kWrongData;
  return memory_.store_key_object(kActiveAuthenticationKey, key);
}

StatusWord EmrtdApplet::put_chip_authentication_key(ByteView data) {
  constexpr std::size_t kScalarSize = 32;
  const auto scalar = p256_scalar(data);
  if (!scalar || scalar.value().size() != kScalarSize) return sw::kWrongData;
  const Bytes parameters = {static_cast<std::uint8_t>(crypto::Curve::p256)};
  return memory_.store_key_object(kChipAuthenticationKey,
                                  tlv(0xA1, concat({tlv(0x80, parameters), tlv(0x81, scalar.value())})));
}

StatusWord EmrtdApplet::lock(std::uint16_t which) {
  if (which == kReadyForLock) return memory_.set_ready_for_lock();
  if (!older() && !memory_.ready_for_lock()) return sw::kConditionsNotSatisfied;
  if (memory_.key_object(kAccessKeys) == nullptr) return sw::kConditionsNotSatisfied;
  return memory_.set_application_life(ApplicationLife::personalised);
}

}  // namespace imprimatur::devices
