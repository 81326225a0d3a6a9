#pragma once
// SIGINT and SIGTERM as a request to stop: a drain at first, at once when it is repeated.
//
//   boost::asio::cancellation_signal stop;
//   StopSignals signals{io, [&](boost::asio::cancellation_type how) { stop.emit(how); }};
//   boost::asio::co_spawn(io, server.run(), boost::asio::bind_cancellation_slot(stop.slot(), [&](auto...) { io.stop(); }));

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <utility>

namespace libnet::inline v0 {

/// Calls back with `total` at the first SIGINT or SIGTERM and with `terminal` at the second. A third one has the
/// system's effect again: it kills a program that does not end.
class StopSignals {
public:
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Waits on `io`, which runs until it is stopped or this object is destroyed.
    /// @throws boost::system::system_error the signals can't be waited for
    StopSignals(boost::asio::io_context& io, std::function<void(boost::asio::cancellation_type)> on_stop)
        : signals_{io, SIGINT, SIGTERM},
          on_stop_{std::move(on_stop)}
    {
        wait();
    }

    /// The first signal that came, or 0.
    int first() const { return first_; }

private:
    void wait()
    {
        signals_.async_wait([this](boost::system::error_code failed, int signal) {
            if (failed) return;
            if (first_ == 0) {
                first_ = signal;
                wait();
                on_stop_(boost::asio::cancellation_type::total);
            } else {
                signals_.clear();
                on_stop_(boost::asio::cancellation_type::terminal);
            }
        });
    }

    boost::asio::signal_set signals_;
    std::function<void(boost::asio::cancellation_type)> on_stop_;
    int first_ = 0;
};

}  // namespace libnet::inline v0
