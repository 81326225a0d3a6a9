#pragma once
// Whether a connection would lead back to the proxy itself.

#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace libnet::inline v0::engine {

/// May the proxy connect?
enum class ProxyVerdict : std::uint8_t {
    allowed,
    own_listener,  ///< the address is our own: the request would come back to us for ever
};

/// The verdict in words.
constexpr std::string_view reason_of(ProxyVerdict verdict) noexcept
{
    switch (verdict) {
    case ProxyVerdict::own_listener:
        return "The destination is this proxy itself.";
    case ProxyVerdict::allowed:
        break;
    }
    return {};
}

/// Judges an address that the destination's name has resolved to; that very address is then connected to. `is_local`
/// says whether an address is this machine's; it is asked only where that matters.
inline ProxyVerdict judge_address(const boost::asio::ip::address& destination, std::uint16_t port,
                                  const boost::asio::ip::address& listener, std::uint16_t listener_port,
                                  const std::function<bool(const boost::asio::ip::address&)>& is_local)
{
    if (port != listener_port) return ProxyVerdict::allowed;
    const auto target = wire::unmapped(destination), own = wire::unmapped(listener);
    // Connecting to the unspecified address means loopback on Linux.
    const bool reaches_loopback = target.is_unspecified() && own.is_loopback();
    const bool reaches_any = own.is_unspecified() && (own.is_v6() || target.is_v4()) && is_local(target);
    const bool own_listener = target == own || reaches_loopback || reaches_any;
    return own_listener ? ProxyVerdict::own_listener : ProxyVerdict::allowed;
}

}  // namespace libnet::inline v0::engine
