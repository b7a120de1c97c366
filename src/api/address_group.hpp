// What stands for one sender among strangers.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace imprimatur::api {

// An IPv4 address, or the network of an IPv6 one: its first 64 bits, of which whoever has one address
// usually has all.
std::string address_group(const boost::asio::ip::address& address);

}  // namespace imprimatur::api
