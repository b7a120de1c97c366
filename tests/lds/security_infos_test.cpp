#include "lds/security_infos.hpp"

#include "lds/tlv.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

using crypto::Curve;
using crypto::HashAlgorithm;

Bytes value_of(const std::string& file, std::string_view pointer) {
  return hex_at(vectors(file), pointer);
}

TEST(CardAccess, ReadsAndWritesTheExampleOfTheStandard) {
  const Bytes file = value_of("pace.json", "/examples/0/ef_card_access");  // 9303-11 appendix G.1
  const SecurityInfos infos = decode_card_access(file).value();
  const std::vector<PaceInfo> expected{{CipherSuite::aes128, Curve::brainpool_p256r1}};
  EXPECT_EQ(infos.pace, expected);
  EXPECT_TRUE(infos.unknown.empty());
  EXPECT_EQ(to_hex(encode_card_access(expected)), to_hex(file));
}

TEST(CardAccess, ReadsAndWritesTheSharedExample) {
  const std::vector<PaceInfo> expected{{CipherSuite::aes128, Curve::p256}};
  EXPECT_EQ(decode_card_access(example("ef_card_access")).value().pace, expected);
  EXPECT_EQ(to_hex(encode_card_access(expected)), to_hex(example("ef_card_access")));
}

// The last arc of the object identifier and the parameter id (9303-11 sections 9.2.3 and 9.5.1).
TEST(CardAccess, WritesEverySuiteAndCurve) {
  const auto written = [](CipherSuite suite, Curve curve) {
    return to_hex(encode_card_access({{suite, curve}}));
  };
  EXPECT_EQ(written(CipherSuite::des3, Curve::p256), "31143012060A04007F0007020204020102010202010C");
  EXPECT_EQ(written(CipherSuite::aes192, Curve::p384), "31143012060A04007F0007020204020302010202010F");
  EXPECT_EQ(written(CipherSuite::aes256, Curve::brainpool_p384r1),
            "31143012060A04007F00070202040204020102020110");
}

TEST(CardAccess, OffersOfOtherMappingsAndParametersAreUnknown) {
  // 9303-11 appendix G.2: finite field Diffie-Hellman.
  const auto dh = decode_card_access(value_of("pace.json", "/examples/1/ef_card_access")).value();
  EXPECT_TRUE(dh.pace.empty());
  EXPECT_EQ(dh.unknown, std::vector<std::string>{"0.4.0.127.0.7.2.2.4.1.2"});
  // Parameter 14 (brainpoolP320r1), no parameter, version 1: generic mapping all the same.
  for (const char* end : {"02010202010E", "020102", "02010102010C"}) {
    const Bytes info = encode_tlv(0x30, concat({hex("060A04007F00070202040202"), hex(end)}));
    const auto infos = decode_card_access(encode_tlv(0x31, info)).value();
    EXPECT_TRUE(infos.pace.empty()) << end;
    EXPECT_EQ(infos.unknown, std::vector<std::string>{"0.4.0.127.0.7.2.2.4.2.2"}) << end;
  }
}

TEST(Dg14, ReadsTheSharedExampleAndWritesItAgain) {
  const SecurityInfos infos = decode_dg14(example("dg14")).value();
  EXPECT_EQ(infos.pace, (std::vector<PaceInfo>{{CipherSuite::aes128, Curve::p256}}));
  EXPECT_EQ(infos.chip_authentication,
            (std::vector<ChipAuthenticationInfo>{{CipherSuite::aes128, std::nullopt}}));
  ASSERT_EQ(infos.chip_authentication_keys.size(), 1U);
  const auto& key = infos.chip_authentication_keys[0];
  EXPECT_EQ(key.curve, Curve::brainpool_p256r1);
  EXPECT_EQ(key.point, value_of("ca-aa.json", "/chip_authentication_own/pk_ic"));
  EXPECT_FALSE(key.key_id);
  EXPECT_EQ(infos.active_authentication_hash, HashAlgorithm::sha256);
  EXPECT_EQ(to_hex(encode_dg14(infos, CurveForm::explicit_)), to_hex(example("dg14")));
}

TEST(Dg14, ReadsAndWritesTheChipAuthenticationExample) {
  const Bytes file = value_of("ca-aa.json", "/chip_authentication_own/dg14");
  const SecurityInfos infos = decode_dg14(file).value();
  EXPECT_TRUE(infos.pace.empty());
  EXPECT_FALSE(infos.active_authentication_hash);
  EXPECT_EQ(to_hex(encode_dg14(infos, CurveForm::explicit_)), to_hex(file));
}

TEST(Dg14, ReadsAndWritesTheActiveAuthenticationExample) {
  const Bytes file = value_of("ca-aa.json", "/active_authentication_own/2/dg14");
  SecurityInfos infos;
  infos.active_authentication_hash = HashAlgorithm::sha256;
  EXPECT_EQ(decode_dg14(file).value(), infos);
  EXPECT_EQ(to_hex(encode_dg14(infos)), to_hex(file));
}

// A passport of 2013: brainpoolP224r1 by explicit parameters is none of our curves.
TEST(Dg14, KeepsAForeignCurveAmongTheUnknown) {
  const SecurityInfos infos = decode_dg14(value_of("lds.json", "/public_sod_example/dg14")).value();
  EXPECT_TRUE(infos.chip_authentication_keys.empty());
  EXPECT_EQ(infos.chip_authentication,
            (std::vector<ChipAuthenticationInfo>{{CipherSuite::des3, std::nullopt}}));
  EXPECT_EQ(infos.unknown, (std::vector<std::string>{"0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.2"}));
}

// Keys as `openssl ec -pubout` writes them, by name and with -param_enc explicit (with seed and cofactor).
struct OpensslKey {
  Curve curve;
  const char* named;
  const char* explicit_;
};
const OpensslKey kOpensslKeys[] = {
    {Curve::p256,
     "3059301306072A8648CE3D020106082A8648CE3D0301070342000471211CC58883941E721F51CBDC7C208A1A47BBBF4B7B71D99"
     "6"
     "111965189F7545484A5C2E996148CDB6D1AF8D95487435DD05ADBF78B565113AD0BADA4865AEB1",
     "3082014B3082010306072A8648CE3D02013081F7020101302C06072A8648CE3D0101022100FFFFFFFF000000010000000000000"
     "0"
     "0000000000FFFFFFFFFFFFFFFFFFFFFFFF305B0420FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFF"
     "F"
     "FC04205AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B031500C49D360886E704936A6678E1139"
     "D"
     "26B7819F7E900441046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7E"
     "B"
     "4A7C0F9E162BCE33576B315ECECBB6406837BF51F5022100FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC"
     "2"
     "FC6325510201010342000471211CC58883941E721F51CBDC7C208A1A47BBBF4B7B71D996111965189F7545484A5C2E996148CDB"
     "6"
     "D1AF8D95487435DD05ADBF78B565113AD0BADA4865AEB1"},
    {Curve::p384,
     "3076301006072A8648CE3D020106052B81040022036200040B28C62C7A7516F19C6E0D924D35D52769224F8555277D0EBD4BC55"
     "8"
     "8D17CA62F2D645E4EDE1E67B2C7EF6593A835BB57EE8E01FA171A4139996ED4899DDC4D30882C5448050AD6884B1D90E36ABB14"
     "F"
     "40651A7399D3E259734F0262E7BA6027",
     "308201CC3082016406072A8648CE3D020130820157020101303C06072A8648CE3D0101023100FFFFFFFFFFFFFFFFFFFFFFFFFFF"
     "F"
     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF307B0430FFFFFFFFFFFFFFFFFFFFFFFFFFF"
     "F"
     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC0430B3312FA7E23EE7E4988E056BE3F82D1"
     "918"
     "1D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF031500A335926AA319A27A1D00896A6773A4827AC"
     "D"
     "AC73046104AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760"
     "A"
     "B73617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F02310"
     "0"
     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC529730201010"
     "3"
     "6200040B28C62C7A7516F19C6E0D924D35D52769224F8555277D0EBD4BC5588D17CA62F2D645E4EDE1E67B2C7EF6593A835BB57"
     "E"
     "E8E01FA171A4139996ED4899DDC4D30882C5448050AD6884B1D90E36ABB14F40651A7399D3E259734F0262E7BA6027"},
    {Curve::brainpool_p256r1,
     "305A301406072A8648CE3D020106092B2403030208010107034200048BC2635E3C735BFB81333279E36061F71FC8FDC892534AB"
     "4"
     "53ABD40BF2E1E0D94779BF39BE0F5E432AF3D5266C6376D990149757A129F39BCE7F79CB8561E080",
     "308201333081EC06072A8648CE3D02013081E0020101302C06072A8648CE3D0101022100A9FB57DBA1EEA9BC3E660A909D838D7"
     "2"
     "6E3BF623D52620282013481D1F6E5377304404207D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D"
     "9"
     "042026DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B60441048BD2AEB9CB7E57CB2C4B482FFC81B"
     "7"
     "AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F04699702210"
     "0"
     "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7020101034200048BC2635E3C735BFB81333279E"
     "3"
     "6061F71FC8FDC892534AB453ABD40BF2E1E0D94779BF39BE0F5E432AF3D5266C6376D990149757A129F39BCE7F79CB8561E08"
     "0"},
    {Curve::brainpool_p384r1,
     "307A301406072A8648CE3D020106092B240303020801010B03620004416651B49588C2199262FC4E6D7308F615610320ADA9CC7"
     "F"
     "B3E7EFA11ADD7F2EA76EECCAAA8F6ECC0D6A850D4080E56E14E8E8B08B204B9FB96E40E082796219469ABECAF2481658ADD3BCD"
     "0"
     "8AF5CDE5AA9678447596636F20EE7FE6F697921D",
     "308201B53082014D06072A8648CE3D020130820140020101303C06072A8648CE3D01010231008CB91E82A3386D280F5D6F7E50E"
     "6"
     "41DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53306404307BC382C63D8C150C3C72080ACE0"
     "5"
     "AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826043004A8C7DD22CE28268B39B55416F0447"
     "C"
     "2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C110461041D1C64F068CF45FFA2A63A81B7C13F6B8"
     "8"
     "47A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29F"
     "E"
     "EC5864E19C054FF99129280E4646217791811142820341263C53150231008CB91E82A3386D280F5D6F7E50E641DF152F7109ED5"
     "4"
     "56B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E904656502010103620004416651B49588C2199262FC4E6D7308F615610"
     "3"
     "20ADA9CC7FB3E7EFA11ADD7F2EA76EECCAAA8F6ECC0D6A850D4080E56E14E8E8B08B204B9FB96E40E082796219469ABECAF2481"
     "6"
     "58ADD3BCD08AF5CDE5AA9678447596636F20EE7FE6F697921D"},
};

Bytes dg14_of_key(ByteView subject_public_key_info) {
  const Bytes info = encode_tlv(0x30, concat({hex("060904007F000702020102"), subject_public_key_info}));
  return encode_tlv(0x6E, encode_tlv(0x31, info));
}

TEST(Dg14, ReadsKeysAsOpensslWritesThem) {
  for (const OpensslKey& key : kOpensslKeys) {
    for (const char* form : {key.named, key.explicit_}) {
      const auto infos = decode_dg14(dg14_of_key(hex(form)));
      ASSERT_TRUE(infos) << infos.error().message;
      ASSERT_EQ(infos.value().chip_authentication_keys.size(), 1U) << name_of(key.curve);
      const auto& found = infos.value().chip_authentication_keys[0];
      EXPECT_EQ(found.curve, key.curve);
      EXPECT_EQ(to_hex(found.point),
                std::string(key.named).substr(std::string(key.named).size() - 2 * found.point.size()));
    }
  }
}

TEST(Dg14, WritesNamedKeysAsOpensslDoes) {
  for (const OpensslKey& key : kOpensslKeys) {
    const auto infos = decode_dg14(dg14_of_key(hex(key.named))).value();
    EXPECT_EQ(to_hex(encode_dg14(infos)), to_hex(dg14_of_key(hex(key.named))));
    EXPECT_EQ(to_hex(subject_public_key_info(key.curve, infos.chip_authentication_keys[0].point)), key.named);
  }
}

// OpenSSL writes a seed for the NIST curves; brainpool curves have none, so that both must be the same.
TEST(Dg14, WritesExplicitKeysAsOpensslDoes) {
  for (const OpensslKey& key : {kOpensslKeys[2], kOpensslKeys[3]}) {
    const auto infos = decode_dg14(dg14_of_key(hex(key.named))).value();
    EXPECT_EQ(to_hex(encode_dg14(infos, CurveForm::explicit_)), to_hex(dg14_of_key(hex(key.explicit_))));
  }
}

TEST(Dg14, TakesNoCurveWithAForeignGenerator) {
  Bytes key = hex(kOpensslKeys[2].explicit_);
  const Bytes generator = hex("8BD2AEB9CB7E57CB");
  const auto at = std::search(key.begin(), key.end(), generator.begin(), generator.end());
  ASSERT_NE(at, key.end());
  *at ^= 1;
  const auto infos = decode_dg14(dg14_of_key(key)).value();
  EXPECT_TRUE(infos.chip_authentication_keys.empty());
  EXPECT_EQ(infos.unknown.size(), 1U);
}

TEST(Dg14, WritesKeyIdsAndSortsTheSet) {
  const Bytes point = value_of("ca-aa.json", "/chip_authentication_own/pk_ic");
  SecurityInfos infos;
  infos.chip_authentication = {
      {CipherSuite::aes256, 200U}, {CipherSuite::des3, 1U}, {CipherSuite::aes128, {}}};
  infos.chip_authentication_keys = {{Curve::brainpool_p256r1, point, 0x80000000U}};
  const Bytes file = encode_dg14(infos);
  // X.690 section 11.6: ascending. INTEGER 200 and 2^31 need a leading zero byte.
  EXPECT_NE(to_hex(file).find("300F060A04007F00070202030202020101"
                              "3012060A04007F00070202030201020101020101"
                              "3013060A04007F00070202030204020101020200C8"),
            std::string::npos);
  EXPECT_NE(to_hex(file).find("02050080000000"), std::string::npos);
  const SecurityInfos again = decode_dg14(file).value();
  EXPECT_EQ(again.chip_authentication_keys, infos.chip_authentication_keys);
  EXPECT_EQ(again.chip_authentication.size(), 3U);
}

// One entry in a DG14.
std::string code_of_entry(std::string_view content) {
  return code_of(decode_dg14(encode_tlv(0x6E, encode_tlv(0x31, encode_tlv(0x30, hex(content))))));
}

TEST(Dg14, RefusesMalformedEntries) {
  EXPECT_EQ(code_of_entry("060A04007F00070202030202020101"), "no error");
  EXPECT_EQ(code_of_entry("060A04007F00070202030202"), "bytes.short");
  EXPECT_EQ(code_of_entry("060A04007F000702020302020201FF"), "lds.security_infos");
  EXPECT_EQ(code_of_entry("060A04007F0007020203020202020001"), "lds.security_infos");
  EXPECT_EQ(code_of_entry("060A04007F000702020302020200"), "lds.security_infos");
  EXPECT_EQ(code_of_entry("060A04007F000702020302020201010206010000000000"), "lds.security_infos");
  EXPECT_EQ(code_of_entry("060A04007F00070202030202020101020101020101"), "lds.security_infos");
  EXPECT_EQ(code_of_entry("060A04007F000702020302020401010101"), "tlv.unexpected");
  EXPECT_EQ(code_of_entry("0600020101"), "lds.object_identifier");
  EXPECT_EQ(code_of_entry("060304007F8001"), "bytes.short");
  EXPECT_EQ(code_of_entry("06048001020105"), "lds.object_identifier");
  EXPECT_EQ(code_of_entry("0606678108010105020101"), "bytes.short");
  EXPECT_EQ(code_of_entry("06022A03FF"), "bytes.short");  // unknown, and not an object inside
}

TEST(Dg14, RefusesMalformedKeys) {
  const auto code_of_key = [](Bytes key) { return code_of(decode_dg14(dg14_of_key(key))); };
  const Bytes named = hex(kOpensslKeys[0].named);
  Bytes changed = named;
  changed[26] = 0x02;  // a compressed point of this length
  EXPECT_EQ(code_of_key(changed), "lds.security_infos");
  changed = named;
  changed[25] = 0x01;  // unused bits
  EXPECT_EQ(code_of_key(changed), "lds.security_infos");
  EXPECT_EQ(code_of_key(encode_tlv(0x30, hex("301306072A8648CE3D020106082A8648CE3D03010703020004"))),
            "lds.security_infos");
  EXPECT_EQ(code_of_key(encode_tlv(0x30, hex("300B06072A8648CE3D02010500030100"))), "lds.security_infos");
  EXPECT_EQ(code_of_key(encode_tlv(0x30, hex("300906072A8648CE3D0201"))), "bytes.short");
  const Bytes full = hex(kOpensslKeys[0].explicit_);
  for (std::size_t size = 1; size < full.size(); size += 7) {
    EXPECT_FALSE(decode_dg14(dg14_of_key(encode_tlv(0x30, ByteView(full).subspan(4, size - 1))))) << size;
  }
}

TEST(Dg14, RefusesTooManyEntriesAndDisagreeingHashes) {
  const Bytes entry = hex("300F060A04007F00070202030202020101");
  Bytes entries;
  for (int i = 0; i < 64; ++i) append(entries, entry);
  EXPECT_EQ(decode_dg14(encode_tlv(0x6E, encode_tlv(0x31, entries))).value().chip_authentication.size(), 64U);
  append(entries, entry);
  EXPECT_EQ(code_of(decode_dg14(encode_tlv(0x6E, encode_tlv(0x31, entries)))), "lds.security_infos");
  const Bytes two =
      hex("30170606678108010105020101060A04007F00070101040103"
          "30170606678108010105020101060A04007F00070101040105");
  EXPECT_EQ(code_of(decode_dg14(encode_tlv(0x6E, encode_tlv(0x31, two)))), "lds.security_infos");
  EXPECT_EQ(code_of(decode_dg14(hex("6E023000"))), "tlv.unexpected");
  EXPECT_EQ(code_of(decode_dg14(hex("6E03310000"))), "tlv.trailing");
}

TEST(Dg15, ReadsTheSharedExamples) {
  const auto ec = decode_dg15(example("dg15")).value();  // P-256 by explicit parameters
  EXPECT_EQ(ec.type(), crypto::KeyType::ec_p256);
  const auto rsa = decode_dg15(value_of("ca-aa.json", "/active_authentication_own/1/dg15")).value();
  EXPECT_EQ(rsa.type(), crypto::KeyType::rsa);
  EXPECT_EQ(to_hex(encode_dg15(rsa.spki_der())),
            to_hex(value_of("ca-aa.json", "/active_authentication_own/1/dg15")));
}

TEST(Dg15, WritesTheSharedExampleWithExplicitParameters) {
  const Bytes file = example("dg15");
  const Bytes point(file.end() - 65, file.end());
  EXPECT_EQ(to_hex(encode_dg15(subject_public_key_info(Curve::p256, point, CurveForm::explicit_))),
            to_hex(file));
}

TEST(Dg15, RefusesWhatIsNoKey) {
  EXPECT_EQ(code_of(decode_dg15(hex("6F023000"))), "crypto.key");
  EXPECT_EQ(code_of(decode_dg15(hex("6E023000"))), "tlv.unexpected");
  EXPECT_EQ(code_of(decode_dg15({})), "bytes.short");
}

TEST(CipherSuite, HasNames) {
  for (const auto suite :
       {CipherSuite::des3, CipherSuite::aes128, CipherSuite::aes192, CipherSuite::aes256}) {
    EXPECT_EQ(cipher_suite_named(name_of(suite)), suite);
  }
  EXPECT_EQ(name_of(CipherSuite::aes192), "aes-192");
  EXPECT_FALSE(cipher_suite_named("aes"));
}

}  // namespace
}  // namespace imprimatur::lds
