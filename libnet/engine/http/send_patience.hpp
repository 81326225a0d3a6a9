#pragma once
// How long a client may take over what it is sent.

#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/http/http_action.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/engine/http/rate_watch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::engine {

/// Judges one connection, which is waited for only when it takes no more. The kernel reports room only when a good part of
/// its buffer is free, so a client that takes an octet now and then doesn't count as alive.
class SendPatience {
public:
    using Duration = std::chrono::milliseconds;

    /// The client has to take something within `timeout`, and `least_rate` octets a second on average over `timeout` of
    /// waiting for it; 0: any rate will do.
    SendPatience(Duration timeout, std::uint64_t least_rate) noexcept
        : timeout_{timeout},
          watch_{least_rate, std::min<Duration>(timeout, std::chrono::hours{24})}
    {}

    /// The client takes no more for now. Returns when it has to have taken something.
    HttpTime blocked(HttpTime now) noexcept
    {
        since_ = now;
        deadline_ = base::deadline_after(now, timeout_);
        return deadline_;
    }

    /// It was waited for, and `sent` octets have gone in all; `expired`: the deadline has passed without any. Why it is
    /// given up; empty: it isn't.
    std::string_view judge(HttpTime now, std::uint64_t sent, bool expired) noexcept
    {
        if (expired) return client_stuck;
        return watch_.waited(now - since_, sent) ? client_slow : std::string_view{};
    }

private:
    Duration timeout_;
    RateWatch watch_;
    HttpTime since_{}, deadline_{};
};

}  // namespace libnet::inline v0::engine
