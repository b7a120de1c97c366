#include "devices/virtual_card/document_numbers.hpp"

#include <map>

#include "crypto/digest.hpp"
#include "devices/virtual_card/apdu.hpp"
#include "devices/virtual_card/ber.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kSeed = 0x80;
constexpr std::uint16_t kMrzPassword = 0x81;
constexpr std::size_t kSeedSize = 16;

using Members = std::map<std::uint16_t, Bytes>;

// The members of a value of 8F01; empty for none.
Members members_of(ByteView value) {
  Members members;
  ByteReader reader(value, "access keys");
  while (!reader.at_end()) {
    const auto object = take_object(reader);
    if (!object) break;
    members[object.value().tag] = copy_of(object.value().value);
  }
  return members;
}

Bytes encode(const Members& members) {
  Bytes out;
  for (const auto& [tag, value] : members) append_tlv(out, tag, value);
  return out;
}

// ICAO Doc 9303-3 section 4.9: weights 7, 3, 1. Digits are themselves, A is 10, the filler 0; nothing for
// another character.
std::optional<std::uint8_t> check_digit(ByteView text) {
  constexpr std::array<unsigned, 3> kWeights = {7, 3, 1};
  unsigned sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t character = text[i];
    unsigned value = 0;
    if (character >= '0' && character <= '9') {
      value = character - std::uint8_t{'0'};
    } else if (character >= 'A' && character <= 'Z') {
      value = character - std::uint8_t{'A'} + 10U;
    } else if (character != '<') {
      return {};
    }
    sum += value * kWeights[i % 3];
  }
  return static_cast<std::uint8_t>('0' + sum % 10);
}

Result<std::array<ByteView, 3>> three_fields(ByteView data) {
  ByteReader outer(data, "document numbers");
  TRY(auto content, take_value(outer, 0x62));
  ByteReader reader(content, "document numbers");
  std::array<ByteView, 3> fields;
  for (ByteView& field : fields) {
    TRY(field, take_value(reader, 0x04));
  }
  if (!outer.at_end() || !reader.at_end()) return fail("apdu.object", "there is one object too many");
  return fields;
}

}  // namespace

std::optional<Bytes> access_keys_from_document(ByteView data, ByteView earlier) {
  constexpr std::size_t kNumberSizeMin = 9;
  constexpr std::size_t kNumberSizeMax = 24;
  constexpr std::size_t kDateSize = 6;
  const auto fields = three_fields(data);
  if (!fields) return {};
  const auto& [number, birth, expiry] = fields.value();
  if (number.size() < kNumberSizeMin || number.size() > kNumberSizeMax || birth.size() != kDateSize ||
      expiry.size() != kDateSize) {
    return {};
  }
  Bytes information;
  for (const ByteView field : fields.value()) {
    const auto digit = check_digit(field);
    if (!digit) return {};
    append(information, field);
    information.push_back(*digit);
  }
  Bytes password = crypto::digest(crypto::HashAlgorithm::sha1, information);
  Members members = members_of(earlier);
  members[kSeed] = copy_of(ByteView(password).first(kSeedSize));
  members[kMrzPassword] = std::move(password);
  return encode(members);
}

std::optional<Bytes> access_keys_with_secrets(ByteView data, ByteView earlier) {
  Members members = members_of(earlier);
  ByteReader reader(data, "PACE secrets");
  while (!reader.at_end()) {
    const auto secret = take_value(reader, 0x66);
    if (!secret || secret.value().size() < 2) return {};
    const std::uint8_t reference = secret.value()[0];
    if (reference < 2 || reference > 4) return {};
    members[static_cast<std::uint16_t>(kSeed + reference)] = copy_of(secret.value().subspan(1));
  }
  return encode(members);
}

}  // namespace imprimatur::devices
