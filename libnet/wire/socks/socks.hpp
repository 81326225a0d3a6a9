#pragma once
// What all versions of SOCKS share: whom a client wants to be connected to, and why what it sends is refused.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// Why octets are no SOCKS request. Nothing that follows can be relied on: the connection must be closed.
enum class SocksError : std::uint8_t {
    bad_version = 1,   ///< the first octet is not that of this version
    bad_command,       ///< a command that the version doesn't have
    bad_address_type,  ///< neither IPv4, nor IPv6, nor a name (RFC 1928 section 5)
    bad_reserved,      ///< an octet that must be zero isn't (RFC 1928 section 4)
    bad_name,          ///< a destination's name is empty, or has octets that no name has
    too_long,          ///< a text of SOCKS4 has more than 255 octets
    bad_credentials,   ///< a user's name is empty (RFC 1929)
};

/// The error in words, for the log.
constexpr std::string_view reason_of(SocksError error) noexcept
{
    switch (error) {
    case SocksError::bad_version:
        return "The version of SOCKS is not the one that was expected.";
    case SocksError::bad_command:
        return "The command is none of SOCKS.";
    case SocksError::bad_address_type:
        return "The type of the destination's address is not known.";
    case SocksError::bad_reserved:
        return "A reserved octet is not zero.";
    case SocksError::bad_name:
        return "The destination's name is malformed.";
    case SocksError::too_long:
        return "A text has more than 255 octets.";
    case SocksError::bad_credentials:
        return "The user's name is empty.";
    }
    return "The request is malformed.";
}

/// Prints the words.
inline std::ostream& operator<<(std::ostream& out, SocksError error) { return out << reason_of(error); }

/// What a parser of SOCKS returns.
template <typename T>
using SocksResult = boost::system::result<T, SocksError>;

/// A part of a conversation that has come whole.
template <typename T>
struct SocksMessage {
    T value;
    std::size_t consumed;  ///< octets at the front of what was received; what follows is the next part
    friend bool operator==(const SocksMessage&, const SocksMessage&) = default;
};

/// What a client wants.
enum class SocksCommand : std::uint8_t {
    connect = 1,        ///< a connection to the destination
    bind = 2,           ///< to be connected to from the destination
    udp_associate = 3,  ///< to send datagrams (SOCKS5 only)
};

/// An address, or a name that the proxy looks up.
struct SocksDestination {
    std::optional<boost::asio::ip::address> address{};
    std::string name{};  ///< where there is no address: 1..255 visible ASCII octets, as sent
    std::uint16_t port = 0;
    friend bool operator==(const SocksDestination&, const SocksDestination&) = default;
};

/// Which protocol a connection to a proxy speaks, by its first octet.
enum class ProxyDialect : std::uint8_t { http, socks4, socks5, tls };

/// HTTP methods are tokens, so that none begins with one of the octets of SOCKS or of a TLS record. What begins no known
/// protocol counts as HTTP, whose parser refuses it.
constexpr ProxyDialect dialect_of(char first) noexcept
{
    switch (first) {
    case 4:
        return ProxyDialect::socks4;
    case 5:
        return ProxyDialect::socks5;
    case 22:
        return ProxyDialect::tls;
    default:
        return ProxyDialect::http;
    }
}

namespace detail {

/// A name's octets are checked here so that none can end a text (NUL) or a line elsewhere. Whether it is a host's name is
/// for the policy to say, and what it is called in ASCII for who uses it (RFC 1928 says nothing of its letters: UTF-8 is common).
inline bool is_socks_name(std::string_view name) noexcept
{
    const auto is_allowed = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || is(CharClass::visible, c); };
    return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, is_allowed);
}

inline std::uint8_t octet_at(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<std::uint8_t>(bytes[at]);
}

inline std::uint16_t port_at(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(octet_at(bytes, at) << 8 | octet_at(bytes, at + 1));
}

template <typename Address>
Address address_at(std::string_view bytes, std::size_t at) noexcept
{
    typename Address::bytes_type octets;
    std::copy_n(bytes.data() + at, octets.size(), octets.begin());
    return Address{octets};
}

inline void append_port(std::string& out, std::uint16_t port)
{
    out += static_cast<char>(port >> 8);
    out += static_cast<char>(port & 0xFF);
}

template <typename Address>
void append_octets(std::string& out, const Address& address)
{
    for (const auto octet : address.to_bytes()) out += static_cast<char>(octet);
}

}  // namespace detail

}  // namespace libnet::inline v0::wire
