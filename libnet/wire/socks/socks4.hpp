#pragma once
// SOCKS4, and 4a with its names. There is no RFC: NEC's memo "SOCKS: A protocol for TCP proxy across firewalls", and
// its addition "SOCKS 4A".

#include <libnet/config.hpp>
#include <libnet/wire/socks/socks.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

//  request:  4 | command | port (2) | address (4) | user NUL [ | name NUL ]
//  reply:    0 | code    | port (2) | address (4)
//
// A name follows when the address is 0.0.0.x with x other than 0: that is 4a.

/// A request. SOCKS4 has no passwords: the user is who the client says it is, and proves nothing.
struct Socks4Request {
    SocksCommand command = SocksCommand::connect;  ///< connect or bind
    SocksDestination destination{};
    std::string user{};  ///< 0..255 octets, as sent; any octet but NUL
    friend bool operator==(const Socks4Request&, const Socks4Request&) = default;
};

/// Reads the request at the front of `received`. Nothing: more of it must come; call again with the same octets and more
/// behind them. A request has at most 520 octets. Errors: bad_version, bad_command, too_long, bad_name; each as soon as the
/// octet that causes it has come.
SocksResult<std::optional<SocksMessage<Socks4Request>>> parse_socks4_request(std::string_view received);

/// The second octet of a reply.
enum class Socks4Reply : std::uint8_t {
    granted = 90,
    refused = 91,           ///< or failed: SOCKS4 doesn't tell them apart
    no_identd = 92,         ///< never sent here: identd is not asked
    another_identity = 93,  ///< never sent here
};

/// Appends a reply. Clients ignore its port and address, unless they have asked for `bind`: both are zero.
void append_socks4_reply(std::string& out, Socks4Reply reply);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/socks/socks4.ipp>
#endif
