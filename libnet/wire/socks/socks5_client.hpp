#pragma once
// SOCKS5 as a client speaks it: what it sends, and what it gets (RFC 1928, RFC 1929). See socks5.hpp for the other side.

#include <libnet/config.hpp>
#include <libnet/wire/socks/socks5.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

// Each parser reads the part at the front of `received`, as those of socks5.hpp do: nothing means that more of it must come.
// No part has more than 262 octets, and an error comes as soon as the octet that causes it has come.

/// Appends the greeting. `login`: the client can log in with a password; it offers to go without one, too.
void append_socks5_greeting(std::string& out, bool login);

/// Appends a log-in with a password. User and password have 1 to 255 octets each; what is longer is cut, which no server takes
/// for the right one.
void append_socks5_login(std::string& out, std::string_view user, std::string_view password);

/// Appends a request. A name has 1 to 255 octets. Nothing is appended, and false returned, where it hasn't.
bool append_socks5_request(std::string& out, SocksCommand command, const SocksDestination& destination);

/// The server's choice. A method that is none of Socks5Method comes back as `unacceptable`: no client here has offered it.
/// Error: bad_version.
SocksResult<std::optional<SocksMessage<Socks5Method>>> parse_socks5_method(std::string_view received);

/// Whether the log-in is right. Error: bad_version (it is 1 here).
SocksResult<std::optional<SocksMessage<bool>>> parse_socks5_login_status(std::string_view received);

/// The server's answer to a request.
struct Socks5Answer {
    Socks5Reply reply = Socks5Reply::succeeded;  ///< of a number that RFC 1928 doesn't have: general_failure
    SocksDestination bound{};                    ///< from where it has connected
    friend bool operator==(const Socks5Answer&, const Socks5Answer&) = default;
};

/// Errors: bad_version, bad_reserved, bad_address_type, bad_name.
SocksResult<std::optional<SocksMessage<Socks5Answer>>> parse_socks5_answer(std::string_view received);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/socks/socks5_client.ipp>
#endif
