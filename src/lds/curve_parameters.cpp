#include "lds/curve_parameters.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kSequence = 0x30;
constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint32_t kBitString = 0x03;
constexpr std::uint32_t kOctetString = 0x04;
constexpr std::uint32_t kObjectIdentifier = 0x06;
constexpr std::uint8_t kUncompressed = 0x04;

constexpr std::string_view kEcPublicKey = "2A8648CE3D0201";  // 1.2.840.10045.2.1
constexpr std::string_view kPrimeField = "2A8648CE3D0101";   // 1.2.840.10045.1.1

// Domain parameters in hex: FIPS 186-4 section D.1.2 and RFC 5639 section 3. All have cofactor 1.
struct CurveRow {
  crypto::Curve curve;
  std::string_view identifier;  // content octets of the curve's object identifier
  std::string_view p, a, b, generator_x, generator_y, order;
};
constexpr std::array<CurveRow, 4> kCurves{{
    {crypto::Curve::p256, "2A8648CE3D030107",
     "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
     "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC",
     "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
     "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
     "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
     "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"},
    {crypto::Curve::brainpool_p256r1, "2B2403030208010107",
     "A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377",
     "7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9",
     "26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6",
     "8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262",
     "547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997",
     "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"},
    {crypto::Curve::p384, "2B81040022",
     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC",
     "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
     "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7",
     "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F",
     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"},
    {crypto::Curve::brainpool_p384r1, "2B240303020801010B",
     "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53",
     "7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826",
     "04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11",
     "1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E",
     "8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315",
     "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565"},
}};

const CurveRow& row_of(crypto::Curve curve) {
  const auto* row = std::find_if(kCurves.begin(), kCurves.end(),
                                 [curve](const CurveRow& each) { return each.curve == curve; });
  CHECK(row != kCurves.end());
  return *row;
}

// The field's size: as long as the prime, whose first byte is never zero here.
std::size_t field_size(const CurveRow& row) {
  return row.p.size() / 2;
}

Error info_error(std::string_view sentence) {
  return fail("lds.security_infos", std::string(sentence));
}

// INTEGER of a positive number: a leading zero byte when the highest bit is set (X.690 section 8.3).
Bytes encode_positive(ByteView number) {
  Bytes content;
  if ((number[0] & 0x80) != 0) content.push_back(0);
  append(content, number);
  return encode_tlv(kInteger, content);
}

// SpecifiedECDomain, version 1, without a seed (SEC 1 section C.2).
Bytes encode_explicit(const CurveRow& row) {
  const Bytes field = concat({encode_tlv(kObjectIdentifier, hex(kPrimeField)), encode_positive(hex(row.p))});
  const Bytes equation = concat({encode_tlv(kOctetString, hex(row.a)), encode_tlv(kOctetString, hex(row.b))});
  const Bytes generator = concat({Bytes{kUncompressed}, hex(row.generator_x), hex(row.generator_y)});
  return encode_tlv(kSequence, concat({encode_tlv(kInteger, Bytes{1}), encode_tlv(kSequence, field),
                                       encode_tlv(kSequence, equation), encode_tlv(kOctetString, generator),
                                       encode_positive(hex(row.order)), encode_tlv(kInteger, Bytes{1})}));
}

// Whether the members of a SpecifiedECDomain are those of `row`.
struct ExplicitDomain {
  ByteView p, a, b, generator, order;

  bool is(const CurveRow& row) const {
    const Bytes uncompressed = concat({Bytes{kUncompressed}, hex(row.generator_x), hex(row.generator_y)});
    return equal(p, encode_positive(hex(row.p))) && equal(a, hex(row.a)) && equal(b, hex(row.b)) &&
           equal(generator, uncompressed) && equal(order, encode_positive(hex(row.order)));
  }
};

// One INTEGER with its tag and length, as encode_positive writes it.
Result<ByteView> whole_integer(ByteReader& reader) {
  const ByteView from = reader.rest();
  TRY_STATUS(expect_tlv(reader, kInteger));
  return from.first(from.size() - reader.left());
}

// The seed is no part of the curve, and an absent cofactor says nothing: both may be there or not.
Result<std::optional<crypto::Curve>> decode_explicit(ByteView content) {
  ByteReader reader(content, "curve parameters");
  TRY(const ByteView version, expect_tlv(reader, kInteger));
  if (version.size() != 1 || version[0] < 1 || version[0] > 3) {
    return info_error("the version of the curve parameters is not 1 to 3");
  }
  ExplicitDomain domain;
  TRY(const ByteView field, expect_tlv(reader, kSequence));
  ByteReader field_reader(field, "curve field");
  TRY(const ByteView kind, expect_tlv(field_reader, kObjectIdentifier));
  if (!equal(kind, hex(kPrimeField))) return std::optional<crypto::Curve>();
  TRY(domain.p, whole_integer(field_reader));
  TRY(const ByteView equation, expect_tlv(reader, kSequence));
  ByteReader equation_reader(equation, "curve equation");
  TRY(domain.a, expect_tlv(equation_reader, kOctetString));
  TRY(domain.b, expect_tlv(equation_reader, kOctetString));
  if (!equation_reader.at_end()) {
    TRY_STATUS(expect_tlv(equation_reader, kBitString));
  }
  TRY(domain.generator, expect_tlv(reader, kOctetString));
  TRY(domain.order, whole_integer(reader));
  bool cofactor_is_one = true;
  if (!reader.at_end()) {
    TRY(const ByteView cofactor, expect_tlv(reader, kInteger));
    cofactor_is_one = equal(cofactor, Bytes{1});
  }
  if (!field_reader.at_end() || !equation_reader.at_end() || !reader.at_end()) {
    return info_error("bytes stand behind the curve parameters");
  }
  for (const CurveRow& row : kCurves) {
    if (cofactor_is_one && domain.is(row)) return std::optional(row.curve);
  }
  return std::optional<crypto::Curve>();
}

// Nothing for another algorithm or curve.
Result<std::optional<crypto::Curve>> decode_algorithm(ByteView identifier) {
  ByteReader reader(identifier, "key algorithm");
  TRY(const ByteView algorithm, expect_tlv(reader, kObjectIdentifier));
  if (!equal(algorithm, hex(kEcPublicKey))) return std::optional<crypto::Curve>();
  TRY(const Tlv parameters, read_tlv(reader));
  if (!reader.at_end()) return info_error("bytes stand behind the algorithm's parameters");
  if (parameters.tag == kSequence) return decode_explicit(parameters.value);
  if (parameters.tag != kObjectIdentifier) return info_error("the curve is neither named nor explicit");
  for (const CurveRow& row : kCurves) {
    if (equal(parameters.value, hex(row.identifier))) return std::optional(row.curve);
  }
  return std::optional<crypto::Curve>();
}

}  // namespace

Bytes encode_ec_public_key(crypto::Curve curve, ByteView point, CurveForm form) {
  const CurveRow& row = row_of(curve);
  CHECK(point.size() == 1 + 2 * field_size(row) && point[0] == kUncompressed);
  const Bytes parameters =
      form == CurveForm::named ? encode_tlv(kObjectIdentifier, hex(row.identifier)) : encode_explicit(row);
  const Bytes algorithm =
      encode_tlv(kSequence, concat({encode_tlv(kObjectIdentifier, hex(kEcPublicKey)), parameters}));
  return encode_tlv(kSequence, concat({algorithm, encode_tlv(kBitString, concat({Bytes{0}, point}))}));
}

Result<std::optional<EcPublicKey>> decode_ec_public_key(ByteView subject_public_key_info) {
  TRY(const ByteView content, only_tlv(subject_public_key_info, kSequence, "public key"));
  ByteReader reader(content, "public key");
  TRY(const ByteView identifier, expect_tlv(reader, kSequence));
  TRY(const auto curve, decode_algorithm(identifier));
  TRY(const ByteView bits, expect_tlv(reader, kBitString));
  if (!reader.at_end()) return info_error("bytes stand behind the public key");
  if (!curve) return std::optional<EcPublicKey>();
  const std::size_t size = 1 + 2 * field_size(row_of(*curve));
  if (bits.size() != 1 + size || bits[0] != 0 || bits[1] != kUncompressed) {
    return info_error("the public key is not an uncompressed point of its curve");
  }
  return std::optional(EcPublicKey{*curve, copy_of(bits.subspan(1))});
}

}  // namespace imprimatur::lds
