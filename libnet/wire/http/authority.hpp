#pragma once
// Host and port of a request: the authority of a target, and the Host field (RFC 3986 section 3.2, RFC 9110
// section 7.2).

#include <libnet/config.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// `host [":" port]`, as views into the message.
struct Authority {
    std::string_view host;  ///< a registered name or an IPv4 address, as sent; an IPv6 address without its brackets
    std::optional<std::uint16_t>
        port;              ///< 1..65535; nothing where it is left out or empty (`host:`), as RFC 3986 allows
    bool is_ipv6 = false;  ///< the host stood in brackets
    friend bool operator==(const Authority&, const Authority&) = default;
};

/// Reads an authority that fills the text. Stricter than RFC 3986 where leniency has only ever served attackers:
/// nothing for an empty host, userinfo, percent-encoding in the host, a zone identifier, an IPvFuture, port 0, and
/// a port of more than five digits.
std::optional<Authority> parse_authority(std::string_view text) noexcept;

/// Writes `host`, `host:port` or `[host]:port`, as a Host field or a target has it.
std::string to_string(const Authority& authority);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/authority.ipp>
#endif
