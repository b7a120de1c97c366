// EF.CardAccess, DG14 and DG15 (ICAO Doc 9303-11 section 9.2; BSI TR-03110-3 section A.1 for the objects).
#include "lds/security_infos.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "lds/curve_parameters.hpp"
#include "lds/object_identifier.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kSet = 0x31;
constexpr std::uint32_t kSequence = 0x30;
constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint32_t kObjectIdentifier = 0x06;
constexpr std::size_t kInfosMax = 64;

constexpr std::string_view kPaceEcdhGm = "0.4.0.127.0.7.2.2.4.2.";
constexpr std::string_view kChipAuthentication = "0.4.0.127.0.7.2.2.3.2.";
constexpr std::string_view kPublicKeyEcdh = "0.4.0.127.0.7.2.2.1.2";
constexpr std::string_view kActiveAuthentication = "2.23.136.1.1.5";
constexpr std::uint8_t kPaceVersion = 2;
constexpr std::uint8_t kChipAuthenticationVersion = 1;
constexpr std::uint8_t kActiveAuthenticationVersion = 1;

struct SuiteRow {
  CipherSuite suite;
  std::string_view name;
  std::string_view arc;  // last number of the protocol's object identifier
};
constexpr std::array<SuiteRow, 4> kSuites{{{CipherSuite::des3, "3des", "1"},
                                           {CipherSuite::aes128, "aes-128", "2"},
                                           {CipherSuite::aes192, "aes-192", "3"},
                                           {CipherSuite::aes256, "aes-256", "4"}}};

// ecdsa-plain-signatures of TR-03111 section 5.2.1, which 9303-11 asks for, and those of RFC 5758, which
// documents in the field carry too.
struct HashRow {
  crypto::HashAlgorithm hash;
  std::string_view plain;
  std::string_view x962;
};
constexpr std::array<HashRow, 5> kSignatureHashes{{
    {crypto::HashAlgorithm::sha1, "0.4.0.127.0.7.1.1.4.1.1", "1.2.840.10045.4.1"},
    {crypto::HashAlgorithm::sha224, "0.4.0.127.0.7.1.1.4.1.2", "1.2.840.10045.4.3.1"},
    {crypto::HashAlgorithm::sha256, "0.4.0.127.0.7.1.1.4.1.3", "1.2.840.10045.4.3.2"},
    {crypto::HashAlgorithm::sha384, "0.4.0.127.0.7.1.1.4.1.4", "1.2.840.10045.4.3.3"},
    {crypto::HashAlgorithm::sha512, "0.4.0.127.0.7.1.1.4.1.5", "1.2.840.10045.4.3.4"},
}};

constexpr std::array kCurves{crypto::Curve::p256, crypto::Curve::brainpool_p256r1, crypto::Curve::p384,
                             crypto::Curve::brainpool_p384r1};

const SuiteRow& row_of(CipherSuite suite) {
  const auto* row = std::find_if(kSuites.begin(), kSuites.end(),
                                 [suite](const SuiteRow& each) { return each.suite == suite; });
  CHECK(row != kSuites.end());
  return *row;
}

// The suite when `identifier` is one of the protocol's, whose arcs are `protocol` and a last number.
std::optional<CipherSuite> suite_of(std::string_view identifier, std::string_view protocol) {
  if (!identifier.starts_with(protocol)) return std::nullopt;
  for (const SuiteRow& row : kSuites) {
    if (identifier.substr(protocol.size()) == row.arc) return row.suite;
  }
  return std::nullopt;
}

Error info_error(std::string_view sentence) {
  return fail("lds.security_infos", std::string(sentence));
}

// A number of at most 32 bits, not negative, in its shortest form (X.690 section 8.3).
Result<std::uint32_t> read_number(ByteReader& reader) {
  TRY(const ByteView value, expect_tlv(reader, kInteger));
  const bool minimal = value.size() < 2 || value[0] != 0 || (value[1] & 0x80) != 0;
  if (value.empty() || !minimal || (value[0] & 0x80) != 0) {
    return info_error("a number is negative or not in its shortest form");
  }
  if (value.size() > 5 || (value.size() == 5 && value[0] != 0)) return info_error("a number exceeds 32 bits");
  return static_cast<std::uint32_t>(read_be(value));
}

Result<std::optional<std::uint32_t>> read_optional_number(ByteReader& reader) {
  if (reader.at_end()) return std::optional<std::uint32_t>();
  TRY(const std::uint32_t number, read_number(reader));
  if (!reader.at_end()) return info_error("an entry has more members than it may");
  return std::optional(number);
}

Bytes encode_number(std::uint32_t number) {
  Bytes content;
  append_be(content, number, 5);  // 33 bits and more, so that the sign bit is free
  const auto shortest = std::find_if(content.begin(), content.end() - 1, [](auto byte) { return byte != 0; });
  content.erase(content.begin(), shortest);
  if ((content[0] & 0x80) != 0) content.insert(content.begin(), 0);
  return encode_tlv(kInteger, content);
}

Bytes identifier(std::string_view dotted) {
  return encode_tlv(kObjectIdentifier, encode_object_identifier(dotted));
}

Bytes encode_pace(const PaceInfo& info) {
  return encode_tlv(kSequence, concat({identifier(std::string(kPaceEcdhGm).append(row_of(info.suite).arc)),
                                       encode_number(kPaceVersion),
                                       encode_number(static_cast<std::uint32_t>(info.curve))}));
}

Bytes encode_chip_authentication(const ChipAuthenticationInfo& info) {
  Bytes content = concat({identifier(std::string(kChipAuthentication).append(row_of(info.suite).arc)),
                          encode_number(kChipAuthenticationVersion)});
  if (info.key_id) append(content, encode_number(*info.key_id));
  return encode_tlv(kSequence, content);
}

Bytes encode_key(const ChipAuthenticationKey& key, CurveForm form) {
  Bytes content = concat({identifier(kPublicKeyEcdh), encode_ec_public_key(key.curve, key.point, form)});
  if (key.key_id) append(content, encode_number(*key.key_id));
  return encode_tlv(kSequence, content);
}

Bytes encode_active_authentication(crypto::HashAlgorithm hash) {
  const auto* row = std::find_if(kSignatureHashes.begin(), kSignatureHashes.end(),
                                 [hash](const HashRow& each) { return each.hash == hash; });
  CHECK(row != kSignatureHashes.end());
  return encode_tlv(kSequence, concat({identifier(kActiveAuthentication),
                                       encode_number(kActiveAuthenticationVersion), identifier(row->plain)}));
}

// SET OF in DER: in the order of the encodings (X.690 section 11.6).
Bytes encode_set(std::vector<Bytes> entries) {
  std::sort(entries.begin(), entries.end());
  Bytes content;
  for (const Bytes& entry : entries) append(content, entry);
  return encode_tlv(kSet, content);
}

// Puts one entry where it belongs, or its identifier among the unknown ones.
class EntryReader {
 public:
  EntryReader(ByteReader& reader, std::string name, SecurityInfos& infos)
      : reader_(reader), name_(std::move(name)), infos_(infos) {}

  Status read() {
    if (const auto suite = suite_of(name_, kPaceEcdhGm)) return read_pace(*suite);
    if (const auto suite = suite_of(name_, kChipAuthentication)) return read_chip_authentication(*suite);
    if (name_ == kPublicKeyEcdh) return read_key();
    if (name_ == kActiveAuthentication) return read_active_authentication();
    // Whatever it holds, it must at least be objects side by side.
    while (!reader_.at_end()) {
      TRY_STATUS(read_tlv(reader_));
    }
    return unknown();
  }

 private:
  Status unknown() {
    infos_.unknown.push_back(name_);
    return ok();
  }

  Status read_pace(CipherSuite suite) {
    TRY(const std::uint32_t version, read_number(reader_));
    TRY(const auto parameters, read_optional_number(reader_));
    for (const crypto::Curve curve : kCurves) {
      if (version != kPaceVersion || parameters != static_cast<std::uint32_t>(curve)) continue;
      infos_.pace.push_back({suite, curve});
      return ok();
    }
    return unknown();
  }

  Status read_chip_authentication(CipherSuite suite) {
    TRY(const std::uint32_t version, read_number(reader_));
    TRY(const auto key_id, read_optional_number(reader_));
    if (version != kChipAuthenticationVersion) return unknown();
    infos_.chip_authentication.push_back({suite, key_id});
    return ok();
  }

  Status read_key() {
    const ByteView from = reader_.rest();
    TRY_STATUS(expect_tlv(reader_, kSequence));
    TRY(auto key, decode_ec_public_key(from.first(from.size() - reader_.left())));
    TRY(const auto key_id, read_optional_number(reader_));
    if (!key) return unknown();
    infos_.chip_authentication_keys.push_back({key->curve, std::move(key->point), key_id});
    return ok();
  }

  Status read_active_authentication() {
    TRY(const std::uint32_t version, read_number(reader_));
    TRY(const ByteView value, expect_tlv(reader_, kObjectIdentifier));
    if (!reader_.at_end()) return info_error("the active authentication entry has more members than it may");
    TRY(const std::string algorithm, decode_object_identifier(value));
    for (const HashRow& row : kSignatureHashes) {
      if (version != kActiveAuthenticationVersion || (algorithm != row.plain && algorithm != row.x962))
        continue;
      const auto before = infos_.active_authentication_hash;
      if (before && *before != row.hash) {
        return info_error("two active authentication entries name different hashes");
      }
      infos_.active_authentication_hash = row.hash;
      return ok();
    }
    return unknown();
  }

  ByteReader& reader_;
  std::string name_;
  SecurityInfos& infos_;
};

Result<SecurityInfos> decode_set(ByteView content, std::string_view what) {
  ByteReader reader(content, what);
  SecurityInfos infos;
  for (std::size_t count = 0; !reader.at_end(); ++count) {
    if (count == kInfosMax) return info_error("there are more than 64 entries");
    TRY(const ByteView entry, expect_tlv(reader, kSequence));
    ByteReader inside(entry, "security info");
    TRY(const ByteView protocol, expect_tlv(inside, kObjectIdentifier));
    TRY(std::string name, decode_object_identifier(protocol));
    TRY_STATUS(EntryReader(inside, std::move(name), infos).read());
  }
  return infos;
}

}  // namespace

std::string_view name_of(CipherSuite suite) {
  return row_of(suite).name;
}

std::optional<CipherSuite> cipher_suite_named(std::string_view name) {
  for (const SuiteRow& row : kSuites) {
    if (row.name == name) return row.suite;
  }
  return std::nullopt;
}

Bytes encode_card_access(const std::vector<PaceInfo>& pace) {
  std::vector<Bytes> entries;
  for (const PaceInfo& info : pace) entries.push_back(encode_pace(info));
  return encode_set(std::move(entries));
}

Result<SecurityInfos> decode_card_access(ByteView file) {
  TRY(const ByteView content, only_tlv(file, kSet, "EF.CardAccess"));
  return decode_set(content, "EF.CardAccess");
}

Bytes encode_dg14(const SecurityInfos& infos, CurveForm form) {
  std::vector<Bytes> entries;
  for (const PaceInfo& info : infos.pace) entries.push_back(encode_pace(info));
  for (const auto& info : infos.chip_authentication) entries.push_back(encode_chip_authentication(info));
  for (const auto& key : infos.chip_authentication_keys) entries.push_back(encode_key(key, form));
  if (infos.active_authentication_hash) {
    entries.push_back(encode_active_authentication(*infos.active_authentication_hash));
  }
  return encode_tlv(tag_of(FileId::dg14), encode_set(std::move(entries)));
}

Result<SecurityInfos> decode_dg14(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg14), "DG14"));
  TRY(const ByteView set, only_tlv(content, kSet, "DG14"));
  return decode_set(set, "DG14");
}

Bytes subject_public_key_info(crypto::Curve curve, ByteView point, CurveForm form) {
  return encode_ec_public_key(curve, point, form);
}

Bytes encode_dg15(ByteView subject_public_key_info) {
  return encode_tlv(tag_of(FileId::dg15), subject_public_key_info);
}

Result<crypto::PublicKey> decode_dg15(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg15), "DG15"));
  return crypto::PublicKey::from_spki_der(content);
}

}  // namespace imprimatur::lds
