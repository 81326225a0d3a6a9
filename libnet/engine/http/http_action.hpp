#pragma once
// What the driver of an HTTP connection has to do next.

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string_view>

namespace libnet::inline v0::engine {

/// The steady time of a connection's events.
using HttpTime = std::chrono::steady_clock::time_point;

struct HttpAction {
    enum class Kind : std::uint8_t {
        receive,   ///< all that has come is dealt with: send what is queued, then take more, until `deadline`
        handle,    ///< a request is there: give it to the handler
        invite,    ///< queue and send `100 Continue`
        body,      ///< a piece of the body is there for the handler, and with `last` there are no more
        body_end,  ///< the body, which the handler did not ask for, is read, or `too_large`: the handler answers
        refuse,    ///< answer `status` with `reason` in words
        wait,      ///< for the handler
        finish,    ///< send all that is queued: no request will be answered any more. Then tell `finished`
        linger,    ///< shut down the sending half, and throw away what comes, until `deadline`
        close,     ///< the connection is over; a handler that is still at work is to be stopped
    };

    Kind kind;
    HttpTime deadline{};        ///< receive, linger
    unsigned status = 0;        ///< refuse
    std::string_view reason{};  ///< refuse; static storage
    bool last = false;          ///< body
    bool too_large = false;     ///< body_end: there was more of it than is read

    friend bool operator==(const HttpAction&, const HttpAction&) = default;
};

constexpr std::string_view name_of(HttpAction::Kind kind) noexcept
{
    constexpr std::string_view names[] = {"receive", "handle", "invite", "body",   "body_end",
                                          "refuse",  "wait",   "finish", "linger", "close"};
    return names[static_cast<std::size_t>(kind)];
}

/// "receive until 10000 ms", "refuse 408: The request took too long to arrive."
inline std::ostream& operator<<(std::ostream& out, const HttpAction& action)
{
    using std::chrono::duration_cast, std::chrono::milliseconds;
    out << name_of(action.kind);
    if (action.deadline != HttpTime{})
        out << " until " << duration_cast<milliseconds>(action.deadline.time_since_epoch()).count() << " ms";
    if (action.status != 0) out << ' ' << action.status << ": " << action.reason;
    if (action.last) out << ", last";
    if (action.too_large) out << ", too large";
    return out;
}

}  // namespace libnet::inline v0::engine
