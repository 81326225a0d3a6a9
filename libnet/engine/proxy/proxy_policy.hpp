#pragma once
// Where a forward proxy may connect to: pure functions with a named verdict, which log and error page share.

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// May the proxy connect?
enum class ProxyVerdict : std::uint8_t {
    allowed,
    port_not_allowed,  ///< CONNECT to a port that the proxy's owner has not listed
    own_listener,      ///< the address is our own: the request would come back to us for ever
};

/// The verdict in words.
constexpr std::string_view reason_of(ProxyVerdict verdict) noexcept
{
    switch (verdict) {
    case ProxyVerdict::port_not_allowed:
        return "CONNECT to this port is not allowed here.";
    case ProxyVerdict::own_listener:
        return "The destination is this proxy itself.";
    case ProxyVerdict::allowed:
        break;
    }
    return {};
}

/// Judges the port of a CONNECT request. No list allows every port: people tunnel ssh, IMAP and WebSocket servers on
/// odd ports, and whoever can reach a proxy on loopback can reach those without it. A proxy that serves others should
/// have a list (RFC 9110 section 9.3.6).
inline ProxyVerdict judge_connect_port(std::uint16_t port, const std::vector<std::uint16_t>& allowed)
{
    const bool listed = allowed.empty() || std::ranges::find(allowed, port) != allowed.end();
    return listed ? ProxyVerdict::allowed : ProxyVerdict::port_not_allowed;
}

/// An IPv4-mapped IPv6 address as the IPv4 address that the kernel takes it for.
inline boost::asio::ip::address unmapped(const boost::asio::ip::address& address)
{
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
}

/// Judges an address that the destination's name has resolved to; that very address is then connected to. `is_local`
/// says whether an address is this machine's; it is asked only where that matters.
inline ProxyVerdict judge_address(const boost::asio::ip::address& destination, std::uint16_t port,
                                  const boost::asio::ip::address& listener, std::uint16_t listener_port,
                                  const std::function<bool(const boost::asio::ip::address&)>& is_local)
{
    if (port != listener_port) return ProxyVerdict::allowed;
    const auto target = unmapped(destination), own = unmapped(listener);
    // Connecting to the unspecified address means loopback on Linux.
    const bool reaches_loopback = target.is_unspecified() && own.is_loopback();
    const bool reaches_any = own.is_unspecified() && (own.is_v6() || target.is_v4()) && is_local(target);
    const bool own_listener = target == own || reaches_loopback || reaches_any;
    return own_listener ? ProxyVerdict::own_listener : ProxyVerdict::allowed;
}

}  // namespace libnet::inline v0::engine
