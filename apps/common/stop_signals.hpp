#pragma once
// SIGINT and SIGTERM as a wish to stop: politely at first, at once when it is repeated.

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// Calls back with `total` at the first SIGINT or SIGTERM and with `terminal` at the second. A third one has the
/// system's effect again: it kills a program that does not end.
class StopSignals {
public:
    /// Runs on `io`, and keeps it running until `stop_waiting`.
    StopSignals(asio::io_context& io, std::function<void(asio::cancellation_type)> on_stop)
        : signals_{io, SIGINT, SIGTERM},
          on_stop_{std::move(on_stop)}
    {
        wait();
    }

    /// The first signal that came, or 0.
    int first() const { return first_; }

    void stop_waiting() { signals_.cancel(); }

private:
    void wait()
    {
        signals_.async_wait([this](boost::system::error_code failed, int signal) {
            if (failed) return;
            if (first_ == 0) {
                first_ = signal;
                wait();
                on_stop_(asio::cancellation_type::total);
            } else {
                signals_.clear();
                on_stop_(asio::cancellation_type::terminal);
            }
        });
    }

    asio::signal_set signals_;
    std::function<void(asio::cancellation_type)> on_stop_;
    int first_ = 0;
};

}  // namespace libnet::apps
