#pragma once
// How a parent proxy is asked for a tunnel: by HTTP's CONNECT, or by SOCKS5.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/proxy_failure.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_framing.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_response.hpp>
#include <libnet/wire/http/http_response_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

//  Theory of operation
//
//    http:    CONNECT --> 2xx: the tunnel is there
//    socks5:  greeting --> method --> [log-in --> status] --> request --> reply: the tunnel is there
//
//  Nothing of the client's is sent before the parent has agreed. A parent that answers with a refusal or with a failure of the
//  server's works, and its answer counts: no other parent is asked. One that doesn't take our log-in or says what can't be read is
//  at fault itself, and so is one that closes or is silent before it was asked for the server. Once it was asked, its silence
//  may be the server's: then it isn't left out, or whoever owns a server could do that to all requests.

/// What a failure says of the parent.
enum class ParentFault : std::uint8_t {
    none,          ///< it has done what it could: the failure is the request's
    this_request,  ///< another may do better
    parent,        ///< another will do better, for all requests
};

/// What the driver does next.
struct ParentStep {
    enum class Kind : std::uint8_t {
        send,     ///< `ParentHandshake::out`, then call `next` again
        receive,  ///< more has to come
        agreed,   ///< from here on the connection is one to the server
        failed,   ///< close; `ParentHandshake::failure` says why
    };
    Kind kind = Kind::receive;
    std::size_t consumed = 0;  ///< octets at the front of what was received that are done with

    friend bool operator==(const ParentStep&, const ParentStep&) = default;
};

/// Prints the step, for tests.
std::ostream& operator<<(std::ostream& out, const ParentStep& step);

/// Appends the head of a CONNECT. `vias` and `version`: of the client's request, so that a loop through several proxies is seen
/// (RFC 9110 section 7.6.3).
void append_parent_connect(std::string& out, const ParentProxy& parent, const ProxyDestination& destination,
                           const wire::HttpFields& vias, wire::HttpVersion version, std::string_view via_name);

/// One connection's negotiation with a parent. Bounded: by `limits` for the heads of HTTP, of which at most ten are
/// interim ones; no part of SOCKS5 has more than 262 octets.
class ParentHandshake {
public:
    /// `connect_head`: by `append_parent_connect`, for a parent of HTTP. `parent` must outlive it.
    ParentHandshake(const ParentProxy& parent, const ProxyDestination& destination, std::string connect_head,
                    wire::HttpLimits limits = {});

    /// Looks at all that has come and isn't consumed, at the same place as before or not. Not to be called after `agreed` or
    /// `failed`.
    ParentStep next(std::string_view received);

    /// The connection has ended, or is broken. Returns that it has failed.
    ParentStep on_closed();

    /// It took too long.
    ParentStep on_timeout();

    /// The parent knows what it is asked for.
    bool has_asked() const noexcept { return phase_ == Phase::answer || phase_ == Phase::response; }

    /// What is to be sent.
    std::string_view out() const noexcept { return out_; }

    /// Once it has failed: why, and whose fault it is.
    ProxyFailure failure() const noexcept { return failure_; }
    ParentFault fault() const noexcept { return fault_; }

    /// The status of a parent of HTTP, once it has answered; 0: it hasn't.
    unsigned status() const noexcept { return status_; }

private:
    enum class Phase : std::uint8_t { begin, method, login, answer, response };

    ParentStep fail(ProxyFailure failure, ParentFault fault);
    ParentStep send(Phase next, std::size_t consumed);
    ParentStep request(std::size_t consumed);
    ParentStep read_response(std::string_view received);
    ParentStep read_method(std::string_view received);
    ParentStep read_login(std::string_view received);
    ParentStep read_answer(std::string_view received);

    const ParentProxy& parent_;
    ProxyDestination destination_;
    std::string out_;
    Phase phase_ = Phase::begin;
    wire::ResponseParser parser_;
    wire::ResponseHead head_;
    int interim_ = 0;
    unsigned status_ = 0;
    ProxyFailure failure_ = ProxyFailure::connection_lost;
    ParentFault fault_ = ParentFault::none;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/parent_handshake.ipp>
#endif
