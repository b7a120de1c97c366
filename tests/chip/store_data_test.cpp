#include "chip/store_data.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using testing::text_member;

Dgi counting(std::uint16_t id, std::size_t size, unsigned step) {
  Dgi dgi{id, Bytes(size), false};
  for (std::size_t i = 0; i < size; ++i) dgi.value[i] = static_cast<std::uint8_t>(i * step);
  return dgi;
}

TEST(StoreData, CutsTheStreamOfTheExampleAtTheSamePlaces) {
  const json::value file = testing::load("gp-examples.json");
  const auto runs = split_into_blocks({counting(0x0101, 20, 1), counting(0x0102, 600, 3)}, 239).value();
  ASSERT_EQ(runs.size(), 1U);
  std::vector<std::string> expected;
  for (const json::value& apdu : file.at("store_data_sequence_level_03").at("plain_apdus").as_array()) {
    expected.emplace_back(apdu.as_string());
  }
  std::vector<std::string> blocks;
  for (const Command& block : runs[0].blocks) blocks.push_back(to_hex(testing::encoded(block)));
  EXPECT_EQ(blocks, expected);
}

TEST(StoreData, EncodesShortAndLongGroupings) {
  const json::value file = testing::load("gp-examples.json");
  EXPECT_EQ(to_hex(encode_dgi(counting(0x0101, 20, 1)).value()), text_member(file.at("dgi"), "short"));
  EXPECT_EQ(encode_dgi(counting(0x0102, 600, 3)).value().size(), 605U);
  EXPECT_EQ(to_hex(ByteView(encode_dgi(counting(0x0102, 600, 3)).value()).first(5)), "0102FF0258");
  EXPECT_EQ(to_hex(ByteView(encode_dgi(counting(0x0102, 254, 1)).value()).first(4)), "0102FE00");
  EXPECT_EQ(to_hex(ByteView(encode_dgi(counting(0x0102, 255, 1)).value()).first(5)), "0102FF00FF");
  EXPECT_EQ(encode_dgi(counting(0x0102, 65536, 1)).error().code, "chip.dgi_too_long");
}

TEST(StoreData, BuildsInstallForPersonalization) {
  const json::value file = testing::load("gp-examples.json");
  const json::value& example = file.at("install_for_personalization");
  EXPECT_EQ(to_hex(testing::encoded(install_for_personalization(testing::hex_member(example, "aid")))),
            text_member(example, "apdu"));
}

TEST(StoreData,
     EnciphersKeysUnderTheDataEncryptionKey) {  // store_data_keys of scp03.json, without padding there
  const json::value file = testing::load("scp03.json");
  const json::value& example = file.at("store_data_keys");
  const Bytes key = hex(std::string_view(example.at("keys").as_array()[0].as_string()));
  const Dgi dgi = encipher_dgi(0x8113, key, testing::hex_member(example, "k_dek"));
  EXPECT_TRUE(dgi.enciphered);
  ASSERT_EQ(dgi.value.size(), 32U);  // padded with 80 00..
  const std::string payload = text_member(example, "store_data_payload");
  EXPECT_NE(payload.find("811310" + to_hex(ByteView(dgi.value).first(16))), std::string::npos);
}

TEST(StoreData, BeginsANewBlockWhereEncipheredDataBegin) {
  Dgi secret = counting(0x8F01, 32, 1);
  secret.enciphered = true;
  const auto runs = split_into_blocks({counting(0x0101, 20, 1), secret, counting(0x8F10, 4, 1)}, 239).value();
  ASSERT_EQ(runs[0].blocks.size(), 3U);
  EXPECT_EQ(runs[0].blocks[0].p1, 0x08);
  EXPECT_EQ(runs[0].blocks[1].p1, 0x68);
  EXPECT_EQ(runs[0].blocks[2].p1, 0x88);
  EXPECT_EQ(runs[0].blocks[2].p2, 0x02);
}

TEST(StoreData, StartsANewRunAfter256Blocks) {
  const auto runs = split_into_blocks({counting(0x0102, 65535, 1)}, 239).value();  // 65,540 bytes: 275 blocks
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].blocks.size(), 256U);
  EXPECT_EQ(runs[0].blocks.back().p2, 0xFF);
  EXPECT_EQ(runs[0].blocks.back().p1, 0x08);
  EXPECT_EQ(runs[1].blocks.size(), 19U);
  EXPECT_EQ(runs[1].blocks.front().p2, 0x00);
  EXPECT_EQ(runs[1].blocks.back().p1, 0x88);
}

}  // namespace
}  // namespace imprimatur::chip
