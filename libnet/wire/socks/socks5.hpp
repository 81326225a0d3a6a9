#pragma once
// SOCKS5: RFC 1928, and log-ins with a password: RFC 1929.

#include <libnet/config.hpp>
#include <libnet/wire/socks/socks.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

//  client                                              server
//  5 | count | method (count)                       ->
//                                                   <- 5 | method
//  1 | length | user | length | password            ->            only if the method is `password`
//                                                   <- 1 | status
//  5 | command | 0 | type | address | port (2)      ->
//                                                   <- 5 | reply | 0 | type | address | port (2)
//
// Each parser reads the part at the front of `received`, and returns nothing while more of it must come: call again
// with the same octets and more behind them. No part has more than 513 octets. An error comes as soon as the octet that
// causes it has come.

/// How a client may prove who it is.
enum class Socks5Method : std::uint8_t {
    none = 0,            ///< not at all
    password = 2,        ///< RFC 1929
    unacceptable = 255,  ///< answers only: the server wants none of those that the client has offered, and closes
};

/// What a client offers.
struct Socks5Greeting {
    bool none = false, password = false;  ///< others are ignored
    friend bool operator==(const Socks5Greeting&, const Socks5Greeting&) = default;
};

/// A client's user and password.
struct Socks5Login {
    std::string user;      ///< 1..255 octets, any
    std::string password;  ///< 0..255 octets, any: RFC 1929 wants one at least, but clients send none for "user:"
    friend bool operator==(const Socks5Login&, const Socks5Login&) = default;
};

/// A client's request.
struct Socks5Request {
    SocksCommand command = SocksCommand::connect;
    SocksDestination destination{};
    friend bool operator==(const Socks5Request&, const Socks5Request&) = default;
};

/// Error: bad_version.
SocksResult<std::optional<SocksMessage<Socks5Greeting>>> parse_socks5_greeting(std::string_view received);

/// Errors: bad_version (it is 1 here, RFC 1929), bad_credentials.
SocksResult<std::optional<SocksMessage<Socks5Login>>> parse_socks5_login(std::string_view received);

/// Errors: bad_version, bad_command, bad_reserved, bad_address_type, bad_name. `socks5_reply_to` says what to answer.
SocksResult<std::optional<SocksMessage<Socks5Request>>> parse_socks5_request(std::string_view received);

/// The second octet of a reply (RFC 1928 section 6).
enum class Socks5Reply : std::uint8_t {
    succeeded = 0,
    general_failure = 1,
    not_allowed = 2,  ///< by the proxy's policy
    network_unreachable = 3,
    host_unreachable = 4,  ///< also: the name has no address
    connection_refused = 5,
    ttl_expired = 6,  ///< also: it took too long
    command_not_supported = 7,
    address_type_not_supported = 8,
};

/// What a faulty request is answered with.
Socks5Reply socks5_reply_to(SocksError error) noexcept;

/// Appends the method that the server chooses.
void append_socks5_method(std::string& out, Socks5Method method);

/// Appends the answer to a log-in. After `false` the server must close.
void append_socks5_login_status(std::string& out, bool granted);

/// Appends the answer to a request. `bound` and `port` say from where the proxy has connected to the destination, or where
/// it takes datagrams; all zero when there is none.
void append_socks5_reply(std::string& out, Socks5Reply reply, const boost::asio::ip::address& bound = {},
                         std::uint16_t port = 0);

/// The header in front of a relayed datagram's data (RFC 1928 section 7).
struct Socks5Datagram {
    SocksDestination destination{};
    std::string_view data{};  ///< into the datagram
    friend bool operator==(const Socks5Datagram&, const Socks5Datagram&) = default;
};

/// Reads a datagram. Nothing: it is malformed or a fragment, and has to be dropped, as RFC 1928 wants of whoever doesn't
/// put fragments together.
std::optional<Socks5Datagram> parse_socks5_datagram(std::string_view datagram);

/// Appends the header of a datagram that comes from this address.
void append_socks5_datagram_header(std::string& out, const boost::asio::ip::address& from, std::uint16_t port);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/socks/socks5.ipp>
#endif
