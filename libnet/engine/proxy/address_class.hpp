#pragma once
// What kind of address a proxy would connect to: the public internet, or something that isn't for everyone who can reach
// the proxy.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string_view>

namespace libnet::inline v0::engine {

/// The kinds of addresses. Of an address that belongs to several, the first one in this list counts, from the end.
enum class AddressClass : std::uint8_t {
    global,         ///< the public internet
    documentation,  ///< for examples: TEST-NET-1 to 3, 2001:db8::/32, 3fff::/20 (RFC 5737, 3849, 9637)
    benchmarking,   ///< 198.18.0.0/15, 2001:2::/48 (RFC 2544, 5180)
    reserved,  ///< 240.0.0.0/4, 192.0.0.0/24, all IPv6 but 2000::/3, and the rest of the special registries (RFC 6890)
    shared,    ///< between a provider and its customers: 100.64.0.0/10 (RFC 6598)
    private_use,  ///< 10/8, 172.16/12, 192.168/16, fc00::/7, fec0::/10, 64:ff9b:1::/48 (RFC 1918, 4193, 3879, 8215)
    link_local,   ///< 169.254.0.0/16, fe80::/10 (RFC 3927, 4291)
    loopback,     ///< 127.0.0.0/8, ::1; 0.0.0.0/8 and ::, which Linux connects to itself
    multicast,    ///< 224.0.0.0/4, ff00::/8; and the broadcast address 255.255.255.255
    metadata,     ///< where clouds hand out their machines' credentials: 169.254.169.254 and others
};

/// The name, as it stands in logs: "private_use".
std::string_view name_of(AddressClass kind) noexcept;
inline std::ostream& operator<<(std::ostream& out, AddressClass kind) { return out << name_of(kind); }

/// Which kind an address is. An IPv6 address that carries an IPv4 address is of that one's kind, unless its own is worse:
/// IPv4-mapped and -translated (RFC 4291, 7915), NAT64 (64:ff9b::/96, RFC 6052), 6to4 (2002::/16, RFC 3056), Teredo (both the
/// server and the client, RFC 4380), ISATAP (…:0:5efe:a.b.c.d, RFC 5214). The scope doesn't matter.
///
/// What it doesn't know: addresses that are public in the registries and private in your network. Those need a rule.
AddressClass classify(const boost::asio::ip::address& address) noexcept;

/// The IPv4 address that packets to this IPv6 address end at: IPv4-mapped and -translated, NAT64 (64:ff9b::/96), 6to4.
std::optional<boost::asio::ip::address> carried_v4(const boost::asio::ip::address& address) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/address_class.ipp>
#endif
