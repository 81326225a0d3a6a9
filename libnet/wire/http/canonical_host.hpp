#pragma once
// The one spelling of a host that rules are compared with.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// A host as a policy sees it.
struct CanonicalHost {
    /// A name in lower case without a dot at its end; of an address its usual spelling.
    std::string name{};
    std::optional<boost::asio::ip::address> address{};  ///< the host is an address, not a name
    friend bool operator==(const CanonicalHost&, const CanonicalHost&) = default;
};

/// Reads a host as it stands in a target, without port and brackets: a name, an IPv4 or an IPv6 address.
///
/// Each spelling of a host has the same result: case, one dot at the end, and all forms of IPv4 addresses that inet_aton
/// and browsers read (127.1, 0x7f.0.0.1, 0177.0.0.1, 2130706433; WHATWG URL, section 3.5). IPv4-mapped IPv6 addresses are
/// the IPv4 addresses. Nothing: the text is no host. That includes names outside ASCII (they go over the wire as "xn--…"),
/// scopes (fe80::1%eth0), and a last label that is a number but no part of an address ("1.2.3.4.5", "a.0x7g" is a name).
std::optional<CanonicalHost> canonical_host(std::string_view text);

/// Reads an IPv4 address in any form that inet_aton takes: one to four numbers, decimal, octal (0…) or hexadecimal (0x…),
/// of which the last one fills all octets that are left. Nothing: it is no such form.
std::optional<boost::asio::ip::address_v4> parse_any_ipv4(std::string_view text) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/canonical_host.ipp>
#endif
