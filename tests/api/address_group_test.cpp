#include "api/address_group.hpp"

#include <gtest/gtest.h>

namespace imprimatur::api {
namespace {

TEST(AddressGroup, IsAnIpv4AddressOrTheNetworkOfAnIpv6One) {
  const auto group = [](const char* text) { return address_group(boost::asio::ip::make_address(text)); };
  EXPECT_EQ(group("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(group("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(group("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(group("2001:db8:1:2::1"), "2001:db8:1:2::");
  EXPECT_NE(group("2001:db8:1:3::1"), "2001:db8:1:2::");
}

}  // namespace
}  // namespace imprimatur::api
