#include "api/address_group.hpp"

#include <algorithm>

namespace imprimatur::api {

namespace ip = boost::asio::ip;

std::string address_group(const ip::address& address) {
  if (!address.is_v6()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto network = v6.to_bytes();
  std::fill(network.begin() + 8, network.end(), std::uint8_t{0});
  return ip::address_v6(network).to_string();
}

}  // namespace imprimatur::api
