#pragma once
// How a client that speaks SOCKS says whom it wants to be connected to: SOCKS4, 4a and 5 (RFC 1928, RFC 1929).

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_failure.hpp>
#include <libnet/wire/http/basic_credentials.hpp>
#include <libnet/wire/socks/socks4.hpp>
#include <libnet/wire/socks/socks5.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

//  Theory of operation
//
//  What a SOCKS client asks for is what CONNECT asks for. So the negotiation ends in the head of a CONNECT, which is judged,
//  counted, logged and answered as that of any other client; only the answer's octets are those of SOCKS.
//
//    greeting (5) --> [login] --> request (5) --> connect
//    request (4)  --------------------------> connect
//
//  Who wants to send datagrams (UDP ASSOCIATE) names no destination: it asks for a host that doesn't exist, so that its log-in, the
//  proxy's rules and the log treat that as all else. Where each datagram goes is judged by itself.
//
//  A client of SOCKS5 that offers both methods logs in if the proxy has users; one that offers no log-in is judged by what
//  its request gets without one. A log-in is checked before it is answered, for a client believes that answer.

/// What the driver does next.
struct SocksStep {
    enum class Kind : std::uint8_t {
        receive,  ///< more octets have to come
        send,     ///< `SocksNegotiation::reply`, and call `next` again
        log_in,   ///< check `SocksNegotiation::login`, and tell `logged_in`
        connect,  ///< the request has come: `SocksNegotiation::connect_head`
        refuse,   ///< send `reply`, which may be empty, and close, for `reason`
    };

    Kind kind = Kind::receive;
    std::size_t consumed = 0;   ///< octets at the front of what was received that are done with
    std::string_view reason{};  ///< refuse: static

    friend bool operator==(const SocksStep&, const SocksStep&) = default;
};

/// Prints the step, for tests.
std::ostream& operator<<(std::ostream& out, const SocksStep& step);

inline constexpr std::string_view socks_no_method = "The client offers no way to log in that is known.";
inline constexpr std::string_view socks_no_command = "Of SOCKS only connections are served here, neither BIND nor UDP.";
inline constexpr std::string_view socks_no_bind = "BIND of SOCKS is not served here.";
inline constexpr std::string_view socks_wrong_password = "The user or the password is wrong.";
inline constexpr std::string_view socks_too_slow = "The SOCKS request took too long to arrive.";

/// Whether the proxy has users.
enum class SocksUsers : std::uint8_t {
    none,  ///< what clients log in with is not looked at, as HTTP's Proxy-Authorization isn't
    some,
};

/// Whether the proxy relays datagrams.
enum class SocksUdp : std::uint8_t { refused, served };

/// The host that stands for all whom datagrams go to, in rules about hosts and in the log.
inline constexpr std::string_view socks_udp_host = "socks-udp.invalid";

/// One client's negotiation. Bounded: no part of it has more than 520 octets.
class SocksNegotiation {
public:
    /// `dialect`: socks4 or socks5, by the first octet.
    SocksNegotiation(wire::ProxyDialect dialect, SocksUsers users, SocksUdp udp = SocksUdp::refused) noexcept
        : dialect_{dialect},
          users_{users},
          udp_{udp}
    {}

    /// Looks at all that has come and isn't consumed. Not to be called after `connect` or `refuse`.
    SocksStep next(std::string_view received);

    /// What is to be sent.
    std::string_view reply() const noexcept { return reply_; }

    /// Who the client says it is: good for `log_in`.
    const wire::BasicCredentials& login() const noexcept { return login_; }

    /// The log-in is right, or isn't: then the next step is to refuse.
    void logged_in(bool granted);

    /// The head of a CONNECT that asks for the same, with the log-in in Proxy-Authorization. What the client sends behind its
    /// request belongs to the other end.
    std::string_view connect_head() const noexcept { return head_; }

    /// After `connect`: the client wants to send datagrams, from this port (0: it hasn't said from which). Nothing: it
    /// wants to be connected.
    std::optional<std::uint16_t> datagram_port() const noexcept { return datagram_port_; }

private:
    enum class Phase : std::uint8_t { greeting, login, granted, denied, request };

    SocksStep read_socks4(std::string_view received);
    SocksStep read_greeting(std::string_view received);
    SocksStep read_login(std::string_view received);
    SocksStep answer_login();
    SocksStep read_request(std::string_view received);
    SocksStep refuse_socks5(wire::Socks5Reply code, std::string_view reason);
    SocksStep read_command(const wire::Socks5Request& request, std::size_t size);
    bool make_head(const wire::SocksDestination& destination);

    const wire::ProxyDialect dialect_;
    const SocksUsers users_;
    const SocksUdp udp_;
    std::optional<std::uint16_t> datagram_port_{};
    Phase phase_ = Phase::greeting;
    wire::BasicCredentials login_{};
    std::string reply_, head_;
};

/// What HTTP's status of an answer is in SOCKS5.
wire::Socks5Reply socks5_reply_of(unsigned status) noexcept;

/// The same for a server that wasn't reached.
wire::Socks5Reply socks5_reply_of(ProxyFailure failure) noexcept;

/// Appends the answer to a request: of SOCKS5, or what SOCKS4 has for it, which tells no failures apart.
void append_socks_answer(std::string& out, wire::ProxyDialect dialect, wire::Socks5Reply reply);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/socks_negotiation.ipp>
#endif
