#pragma once
// SIGINT and SIGTERM as a request to stop: a drain at first, at once when it is repeated.
//
//   boost::asio::cancellation_signal stop;
//   StopSignals signals{io, [&](boost::asio::cancellation_type how) { stop.emit(how); }};
//   boost::asio::co_spawn(io, server.run(), boost::asio::bind_cancellation_slot(stop.slot(), [&](auto...) { io.stop(); }));

#include <libnet/io/loop/held_signals.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <memory>
#include <utility>

namespace libnet::inline v0 {

/// Calls back with `total` at the first SIGINT or SIGTERM and with `terminal` at the second. A third one has the
/// system's effect again: it kills a program that does not end.
///
/// A parent that has blocked these signals takes nothing away: they are let in, in the thread that constructs this and those
/// that it starts later.
///
/// It may be destroyed at any time, in its callback, too: a signal that has come and was not told of isn't told of any more.
class StopSignals {
public:
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Waits on `io`, which runs until it is stopped or this object is destroyed.
    /// @throws boost::system::system_error the signals can't be waited for
    StopSignals(boost::asio::io_context& io, std::function<void(boost::asio::cancellation_type)> on_stop)
        : state_{std::make_shared<State>(io, std::move(on_stop))}
    {
        wait(state_);
        io::let_signals_in({SIGINT, SIGTERM});
    }

    /// The first signal that came, or 0.
    int first() const { return state_->first; }

private:
    struct State {
        State(boost::asio::io_context& io, std::function<void(boost::asio::cancellation_type)> call)
            : signals{io, SIGINT, SIGTERM},
              on_stop{std::move(call)}
        {}
        boost::asio::signal_set signals;
        std::function<void(boost::asio::cancellation_type)> on_stop;
        int first = 0;
    };

    /// A handler whose signal has come is called even when this object was destroyed meanwhile: it must not rely on it.
    static void wait(const std::shared_ptr<State>& waiting)
    {
        const std::weak_ptr<State> weak = waiting;
        waiting->signals.async_wait([weak](boost::system::error_code failed, int signal) {
            const auto state = weak.lock();
            if (failed || !state) return;
            if (state->first == 0) {
                state->first = signal;
                wait(state);
                state->on_stop(boost::asio::cancellation_type::total);
            } else {
                state->signals.clear();
                state->on_stop(boost::asio::cancellation_type::terminal);
            }
        });
    }

    const std::shared_ptr<State> state_;
};

}  // namespace libnet::inline v0
