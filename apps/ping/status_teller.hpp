#pragma once
// Tells the numbers so far: at SIGQUIT, and from time to time.

#include <libnet/io/loop/on_signal.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// Calls back as long as it lives.
class StatusTeller {
public:
    StatusTeller(asio::any_io_executor executor, std::optional<std::chrono::nanoseconds> interval,
                 std::function<void()> tell)
        : tell_{std::move(tell)},
          timer_{executor},
          wanted_{executor, SIGQUIT, [this] { tell_(); }}
    {
        if (interval) each(*interval, std::chrono::steady_clock::now());
    }

private:
    void each(std::chrono::nanoseconds interval, std::chrono::steady_clock::time_point last)
    {
        const auto next = last + interval;
        timer_.expires_at(next);
        timer_.async_wait([this, interval, next](boost::system::error_code error) {
            if (error) return;
            tell_();
            each(interval, next);
        });
    }

    std::function<void()> tell_;
    asio::steady_timer timer_;
    io::OnSignal wanted_;
};

}  // namespace libnet::apps
