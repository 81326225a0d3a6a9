#pragma once
// A signal that means something to the program, whenever it comes.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <utility>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// Calls back at each of these signals, as long as it lives.
class OnSignal {
public:
    /// @throws boost::system::system_error the signal can't be waited for
    OnSignal(const asio::any_io_executor& executor, int signal, std::function<void()> act)
        : act_{std::move(act)},
          signals_{executor, signal}
    {
        wait();
    }
    OnSignal(const OnSignal&) = delete;
    OnSignal& operator=(const OnSignal&) = delete;

private:
    void wait()
    {
        signals_.async_wait([this](boost::system::error_code failed, int) {
            if (failed) return;
            act_();
            wait();
        });
    }

    std::function<void()> act_;
    asio::signal_set signals_;
};

}  // namespace libnet::inline v0::io
