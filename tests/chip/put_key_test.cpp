#include "chip/put_key.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using testing::hex_member;
using testing::text_member;

TEST(PutKey, BuildsTheCommandsOfTheVectors) {
  const json::value file = testing::load("scp03.json");
  std::size_t sets = 0;
  for (const json::value& vector : file.at("put_key").as_array()) {
    SCOPED_TRACE(text_member(vector, "name"));
    const json::array& keys = vector.at("keys").as_array();
    const crypto::CardKeys new_keys{Secret(hex_member(keys[0], "new_key")),
                                    Secret(hex_member(keys[1], "new_key")),
                                    Secret(hex_member(keys[2], "new_key"))};
    const Bytes plain = hex_member(vector, "plain_apdu");
    const PutKeyRequest request{.replaced_version = plain[2],
                                .new_version = hex_member(vector, "new_kvn")[0]};
    EXPECT_EQ(to_hex(testing::encoded(put_key(request, new_keys, hex_member(vector, "k_dek")))),
              to_hex(plain));
    EXPECT_EQ(to_hex(put_key_answer(request.new_version, new_keys)),
              text_member(vector, "expected_response_data"));
    ++sets;
  }
  EXPECT_EQ(sets, 3U);
}

TEST(
    PutKey,
    ReadsTheVersionsOfAKeyTemplate) {  // GlobalPlatform 2.3.1 section 11.3.3.1: key id, version, type, length
  const auto versions = parse_key_template(hex("E012C00401308810C00402308810C00403308810"));
  EXPECT_EQ(versions.value(), (std::vector<std::uint8_t>{0x30}));
  EXPECT_EQ(parse_key_template(hex("E00CC00401318820C00401308820")).value(),
            (std::vector<std::uint8_t>{0x30, 0x31}));
}

TEST(PutKey, RefusesAMalformedKeyTemplate) {
  for (const std::string_view text :
       {"", "E012C004013088", "E106C00401308810", "E006C00401308810FF", "E004C0020130", "E006C10401308810"}) {
    EXPECT_EQ(parse_key_template(hex(text)).error().code, "chip.key_template") << text;
  }
}

}  // namespace
}  // namespace imprimatur::chip
