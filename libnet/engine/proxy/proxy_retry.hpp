#pragma once
// Which requests may meet a connection that has been used before.

#include <libnet/wire/http/http_request.hpp>

#include <string_view>

namespace libnet::inline v0::engine {

/// Whether a request can be sent twice with the effect of once (RFC 9110 section 9.2.2).
constexpr bool is_idempotent(std::string_view method) noexcept
{
    for (const std::string_view known : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
        if (method == known) return true;
    return false;
}

/// Whether a request may be sent over an idle connection that was used before.
///
/// An origin server may close such a connection just when we send: the request is lost, and nobody knows whether it
/// was acted upon. It must be safe to send again then, and its body must not be gone already. Anything else gets a
/// fresh connection, where an early close is a failure and not a race (RFC 9112 section 9.3.1).
inline bool may_use_idle_connection(const wire::RequestHead& request) noexcept
{
    return is_idempotent(request.method) && request.body.kind == wire::BodyFraming::Kind::none;
}

/// Whether a request is sent once more, over a fresh connection. It went over `reused_connection`, so it is one that
/// `may_use_idle_connection`, and `any_response_byte` says whether the server began to answer.
constexpr bool should_retry(bool reused_connection, bool any_response_byte) noexcept
{
    return reused_connection && !any_response_byte;
}

}  // namespace libnet::inline v0::engine
