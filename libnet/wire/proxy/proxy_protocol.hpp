#pragma once
// The PROXY protocol, versions 1 and 2: a load balancer tells, before the first octet of a connection, whose it is
// (HAProxy's proxy-protocol.txt, sections 2.1 and 2.2).

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

//  v1: PROXY TCP4 192.0.2.1 198.51.100.1 4711 443 CRLF          at most 107 octets
//
//  v2: CR LF CR LF 0 CR LF Q U I T LF | version and command | family | length (2) | addresses | TLVs
//
// Only peers that are trusted may send one: who can, can claim any address. And whoever expects one must not serve a
// connection without: both are for the caller to see to.

/// What every header begins with, of version 1 and of version 2. Neither begins a request of HTTP or TLS.
inline constexpr std::string_view proxy_v1_signature = "PROXY ";
inline constexpr std::string_view proxy_v2_signature{"\r\n\r\n\0\r\nQUIT\n", 12};

/// An address with its port.
struct ProxyEndpoint {
    boost::asio::ip::address address{};
    std::uint16_t port = 0;
    friend bool operator==(const ProxyEndpoint&, const ProxyEndpoint&) = default;
};

/// Whose connection it is.
struct ProxyHeader {
    /// False: the sender talks for itself (LOCAL, a health check) or doesn't know (UNKNOWN, a protocol that isn't TCP). Then
    /// the connection's own addresses count, and those here are empty.
    bool is_proxied = false;
    ProxyEndpoint source{}, destination{};
    std::string authority{};  ///< v2: the name that the client asked for by TLS (SNI); empty: it is not told
    friend bool operator==(const ProxyHeader&, const ProxyHeader&) = default;
};

/// Why octets are no header. The connection must be closed.
enum class ProxyProtocolError : std::uint8_t {
    not_proxy_protocol = 1,  ///< neither version's signature
    bad_line,                ///< v1: not as section 2.1 has it, or longer than 107 octets
    bad_address,             ///< v1: not an address of the family that the line names
    bad_port,                ///< v1: not 0..65535, or with a zero in front
    bad_version,             ///< v2: another version than 2
    bad_command,             ///< v2: neither LOCAL nor PROXY
    bad_length,              ///< v2: too short for its addresses, or TLVs that don't fill what is left
    too_long,                ///< v2: longer than `max_proxy_header`
    bad_checksum,            ///< v2: the CRC32c doesn't fit
};

/// The error in words, for the log.
std::string_view reason_of(ProxyProtocolError error) noexcept;

/// Prints the words.
inline std::ostream& operator<<(std::ostream& out, ProxyProtocolError error) { return out << reason_of(error); }

/// A header longer than this is refused, with everything in it: 16 octets of v2 before the addresses included. Balancers
/// send some hundred octets, with a client's certificate some thousand.
inline constexpr std::size_t max_proxy_header = 4096;

/// A header, and how many octets at the front of what was received it has. What follows is the connection's first octet.
struct ParsedProxyHeader {
    ProxyHeader header;
    std::size_t consumed;
    friend bool operator==(const ParsedProxyHeader&, const ParsedProxyHeader&) = default;
};

/// Reads the header at the front of `received`, of either version. Nothing: more of it must come; call again with the same
/// octets and more behind them. Of v2, TLVs are checked for their lengths and skipped, but for the authority and the
/// checksum, which is verified when it is there. IPv4-mapped addresses come back as IPv4.
boost::system::result<std::optional<ParsedProxyHeader>, ProxyProtocolError> parse_proxy_header(
    std::string_view received);

/// Appends a header of version 1. Where the families differ, both addresses are written as IPv6. Not proxied: UNKNOWN.
void append_proxy_header_v1(std::string& out, const ProxyHeader& header);

/// Appends a header of version 2, with the authority if there is one (at most 255 octets of it). Not proxied: LOCAL.
void append_proxy_header_v2(std::string& out, const ProxyHeader& header);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/proxy/proxy_protocol.ipp>
#endif
