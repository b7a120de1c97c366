#include <gtest/gtest.h>

#include "base/byte_reader.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"

namespace imprimatur {
namespace {

TEST(ByteReader, NeverReadsPastTheEndAndNamesTheOffset) {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes, "frame");
  EXPECT_EQ(reader.take_be(2).value(), 0x0102U);
  const auto short_read = reader.take(2);
  ASSERT_FALSE(short_read);
  EXPECT_EQ(short_read.error().code, "bytes.short");
  EXPECT_NE(short_read.error().message.find("offset 2"), std::string::npos);
  EXPECT_EQ(reader.take_u8().value(), 3);
  EXPECT_FALSE(reader.peek());
}

TEST(Secret, IsWipedWhenItGoes) {
  Bytes raw(64, 0xAA);
  const std::uint8_t* place = raw.data();
  Secret secret(std::move(raw));
  ASSERT_EQ(secret.reveal().data(), place);
  secret = Secret();
  EXPECT_TRUE(secret.empty());
}

TEST(Uuid, HasVersionFourAndTheRightShape) {
  SeededRandom random(1);
  const std::string uuid = make_uuid(random);
  EXPECT_TRUE(is_uuid(uuid));
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  EXPECT_FALSE(is_uuid(uuid + "0"));
  EXPECT_FALSE(is_uuid("00000000-0000-4000-8000-00000000000G"));
}

TEST(SeededRandom, RepeatsItself) {
  SeededRandom one(7);
  SeededRandom two(7);
  SeededRandom other(8);
  const Bytes first = one.bytes(32);
  EXPECT_EQ(first, two.bytes(32));
  EXPECT_NE(first, other.bytes(32));
}

}  // namespace
}  // namespace imprimatur
