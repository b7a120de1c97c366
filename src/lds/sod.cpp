#include "lds/sod.hpp"

#include <algorithm>
#include <iterator>

#include "base/check.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kSequence = 0x30;
constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint32_t kOctetString = 0x04;
constexpr std::uint32_t kObjectIdentifier = 0x06;
constexpr std::uint32_t kPrintableString = 0x13;
constexpr std::string_view kLdsVersion = "0108";
constexpr std::string_view kUnicodeVersion = "040000";
constexpr std::size_t kGroupsMin = 2;
constexpr std::size_t kGroupsMax = 16;

struct HashRow {
  crypto::HashAlgorithm algorithm;
  std::string_view oid;  // content octets of 2.16.840.1.101.3.4.2.n
};
// What ICAO Doc 9303-12 section 4.4.4 allows; SHA-1 is not among them.
constexpr HashRow kHashes[] = {
    {crypto::HashAlgorithm::sha256, "\x60\x86\x48\x01\x65\x03\x04\x02\x01"},
    {crypto::HashAlgorithm::sha384, "\x60\x86\x48\x01\x65\x03\x04\x02\x02"},
    {crypto::HashAlgorithm::sha512, "\x60\x86\x48\x01\x65\x03\x04\x02\x03"},
    {crypto::HashAlgorithm::sha224, "\x60\x86\x48\x01\x65\x03\x04\x02\x04"},
};

Error object_error(std::string_view sentence) {
  return fail("lds.security_object", std::string(sentence), "EF.SOD");
}

Result<std::uint8_t> small_integer(ByteReader& reader) {
  TRY(const ByteView value, expect_tlv(reader, kInteger));
  if (value.size() != 1 || value[0] > 0x7F) return object_error("a number is not one byte from 0 to 127");
  return value[0];
}

Result<crypto::HashAlgorithm> decode_algorithm(ByteView identifier) {
  ByteReader reader(identifier, "hash algorithm");
  TRY(const ByteView oid, expect_tlv(reader, kObjectIdentifier));
  // Parameters are absent or NULL (RFC 5754 section 2).
  if (!reader.at_end() && !equal(reader.rest(), Bytes{0x05, 0x00})) {
    return object_error("the hash algorithm has parameters");
  }
  for (const HashRow& row : kHashes) {
    if (equal(oid, bytes_of(row.oid))) return row.algorithm;
  }
  return object_error("the hash algorithm is not SHA-224, SHA-256, SHA-384 or SHA-512");
}

Status decode_hashes(ByteView list, SecurityObject& object) {
  ByteReader reader(list, "data group hashes");
  while (!reader.at_end()) {
    if (object.hashes.size() == kGroupsMax) return object_error("more than 16 data groups are listed");
    TRY(const ByteView entry, expect_tlv(reader, kSequence));
    ByteReader inside(entry, "data group hash");
    TRY(const std::uint8_t number, small_integer(inside));
    TRY(const ByteView hash, only_tlv(inside.rest(), kOctetString, "data group hash"));
    if (number < 1 || number > kGroupsMax) return object_error("a data group number is not 1 to 16");
    if (hash.size() != crypto::digest_size(object.hash)) return object_error("a hash has the wrong length");
    if (!object.hashes.emplace(number, copy_of(hash)).second)
      return object_error("a data group is listed twice");
  }
  if (object.hashes.size() < kGroupsMin) return object_error("fewer than two data groups are listed");
  return ok();
}

Status check_digits(ByteView text, std::size_t count) {
  bool good = text.size() == count;
  for (std::uint8_t c : text) good = good && c >= '0' && c <= '9';
  return good ? ok() : Status(object_error("a version is not written in digits"));
}

Status decode_version_info(ByteReader& reader) {
  TRY(const ByteView info, expect_tlv(reader, kSequence));
  ByteReader inside(info, "LDS version info");
  TRY(const ByteView lds_version, expect_tlv(inside, kPrintableString));
  TRY_STATUS(check_digits(lds_version, 4));
  TRY(const ByteView unicode_version, expect_tlv(inside, kPrintableString));
  TRY_STATUS(check_digits(unicode_version, 6));
  return inside.at_end() ? ok() : Status(object_error("bytes stand behind the Unicode version"));
}

std::string_view oid_of(crypto::HashAlgorithm algorithm) {
  const auto* row = std::find_if(std::begin(kHashes), std::end(kHashes),
                                 [algorithm](const HashRow& each) { return each.algorithm == algorithm; });
  CHECK(row != std::end(kHashes));
  return row->oid;
}

}  // namespace

bool vouches_for(const SecurityObject& object, FileId file, ByteView content) {
  const auto listed = object.hashes.find(data_group_number(file).value_or(0));
  return listed != object.hashes.end() && equal(listed->second, crypto::digest(object.hash, content));
}

Bytes encode_security_object(const SecurityObject& object) {
  CHECK(object.hashes.size() >= kGroupsMin && object.hashes.size() <= kGroupsMax);
  Bytes hashes;
  for (const auto& [number, hash] : object.hashes) {
    CHECK(number >= 1 && number <= 16 && hash.size() == crypto::digest_size(object.hash));
    const Bytes id = encode_tlv(kInteger, Bytes{static_cast<std::uint8_t>(number)});
    append(hashes, encode_tlv(kSequence, concat({id, encode_tlv(kOctetString, hash)})));
  }
  const std::uint8_t version = object.lds_version_info ? 1 : 0;
  const Bytes algorithm = encode_tlv(kSequence, encode_tlv(kObjectIdentifier, bytes_of(oid_of(object.hash))));
  Bytes content = concat({encode_tlv(kInteger, Bytes{version}), algorithm, encode_tlv(kSequence, hashes)});
  if (object.lds_version_info) {
    append(content, encode_tlv(kSequence, concat({encode_tlv(kPrintableString, bytes_of(kLdsVersion)),
                                                  encode_tlv(kPrintableString, bytes_of(kUnicodeVersion))})));
  }
  return encode_tlv(kSequence, content);
}

Result<SecurityObject> decode_security_object(ByteView der) {
  TRY(const ByteView content, only_tlv(der, kSequence, "LDS security object"));
  ByteReader reader(content, "LDS security object");
  TRY(const std::uint8_t version, small_integer(reader));
  if (version > 1) return object_error("the version is neither 0 nor 1");
  SecurityObject object;
  object.lds_version_info = version == 1;
  TRY(const ByteView algorithm, expect_tlv(reader, kSequence));
  TRY(object.hash, decode_algorithm(algorithm));
  TRY(const ByteView hashes, expect_tlv(reader, kSequence));
  TRY_STATUS(decode_hashes(hashes, object));
  if (object.lds_version_info) {
    TRY_STATUS(decode_version_info(reader));
  }
  if (!reader.at_end()) return object_error("bytes stand behind the last member");
  return object;
}

Result<Bytes> build_sod(const FileMap& files, const crypto::Certificate& signer_certificate,
                        const crypto::Signer& signer) {
  const crypto::KeyType key = signer_certificate.public_key().type();
  if (key == crypto::KeyType::rsa || key == crypto::KeyType::ed25519) {
    return fail("lds.signer_key", "documents are signed with EC keys", "EF.SOD");
  }
  SecurityObject object;
  object.hash = crypto::signature_hash(key);
  for (const auto& [file, content] : files) {
    const auto number = data_group_number(file);
    if (number) object.hashes.emplace(*number, crypto::digest(object.hash, content));
  }
  TRY(const Bytes signed_data,
      crypto::build_signed_data(kLdsSecurityObjectOid, encode_security_object(object), signer_certificate,
                                signer));
  return encode_tlv(tag_of(FileId::sod), signed_data);
}

}  // namespace imprimatur::lds
