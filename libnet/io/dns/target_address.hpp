#pragma once
// Where packets to an address really go.

#include <boost/asio/ip/address.hpp>

#include <string>

#include <net/if.h>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// The address that answers will come from. Programs write 0.0.0.0 and :: for this host, ::ffff:a.b.c.d for an IPv4
/// one, and leave a link-local address's scope out when they name the interface.
inline asio::ip::address target_address(const asio::ip::address& address, const std::string& interface)
{
    if (address.is_v4()) return address.is_unspecified() ? asio::ip::address_v4::loopback() : address.to_v4();
    auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return target_address(asio::ip::make_address_v4(asio::ip::v4_mapped, v6), interface);
    if (v6.is_unspecified()) return asio::ip::address_v6::loopback();
    if (v6.is_link_local() && v6.scope_id() == 0 && !interface.empty())
        v6.scope_id(::if_nametoindex(interface.c_str()));
    return v6;
}

}  // namespace libnet::inline v0::io
