#pragma once
// A signal that means something to the program, whenever it comes.

#include <libnet/io/loop/held_signals.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// Calls back at each of these signals, as long as it lives, also at one that was held back until now (held_signals.hpp). It may be
/// destroyed in its callback.
class OnSignal {
public:
    /// @throws boost::system::system_error the signal can't be waited for
    OnSignal(const asio::any_io_executor& executor, int signal, std::function<void()> act)
        : state_{std::make_shared<State>(executor, signal, std::move(act))}
    {
        wait(state_);
        let_signals_in({signal});
    }
    OnSignal(const OnSignal&) = delete;
    OnSignal& operator=(const OnSignal&) = delete;

private:
    struct State {
        State(const asio::any_io_executor& executor, int signal, std::function<void()> call)
            : act{std::move(call)},
              signals{executor, signal}
        {}
        std::function<void()> act;
        asio::signal_set signals;
    };

    /// A handler whose signal has come is called even when this object was destroyed meanwhile: it must not rely on it.
    static void wait(const std::shared_ptr<State>& waiting)
    {
        const std::weak_ptr<State> weak = waiting;
        waiting->signals.async_wait([weak](boost::system::error_code failed, int) {
            const auto state = weak.lock();
            if (failed || !state) return;
            state->act();
            wait(state);
        });
    }

    const std::shared_ptr<State> state_;
};

}  // namespace libnet::inline v0::io
