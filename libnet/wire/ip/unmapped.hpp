#pragma once
// IPv4 addresses that are written as IPv6 ones.

#include <boost/asio/ip/address.hpp>

namespace libnet::inline v0::wire {

/// The IPv4 address that an IPv4-mapped IPv6 address (::ffff:192.0.2.1, RFC 4291 section 2.5.5.2) stands for; any other
/// address as it is. No packet has a mapped address: it is what sockets of both families call an IPv4 peer.
inline boost::asio::ip::address unmapped(const boost::asio::ip::address& address)
{
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
}

}  // namespace libnet::inline v0::wire
