#pragma once
// Runs a program that is one coroutine, until that ends or SIGINT or SIGTERM ends it.
//
//   int main() { return libnet::run_until_stopped(serve()); }     // boost::asio::awaitable<int> serve();

#include <libnet/stop_signals.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// A coroutine can be cancelled by `terminal` alone unless it asks for more.
inline boost::asio::awaitable<int> with_total_cancellation(boost::asio::awaitable<int> work)
{
    const auto filter = boost::asio::enable_total_cancellation{};
    co_await boost::asio::this_coro::reset_cancellation_state(filter);
    co_return co_await std::move(work);
}

}  // namespace detail

/// Runs `work` in this thread, and returns its result. The first SIGINT or SIGTERM cancels it with `total`, the second one with
/// `terminal` (StopSignals). What it has left running ends with it.
///
/// Throws what `work` throws; but where that is `operation_aborted` after a signal N, it returns 128 + N, as a shell has it.
inline int run_until_stopped(boost::asio::awaitable<int> work)
{
    namespace asio = boost::asio;
    asio::cancellation_signal stop;  // outlives the coroutine, which holds on to its slot
    asio::io_context io{1};
    StopSignals signals{io, [&](asio::cancellation_type how) { stop.emit(how); }};

    std::exception_ptr failure;
    int result = 0;
    const auto on_done = [&](std::exception_ptr thrown, int returned) {
        failure = thrown;
        result = returned;
        io.stop();
    };
    asio::co_spawn(io, detail::with_total_cancellation(std::move(work)),
                   asio::bind_cancellation_slot(stop.slot(), on_done));
    io.run();

    if (!failure) return result;
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (signals.first() != 0 && error.code() == asio::error::operation_aborted) return 128 + signals.first();
        throw;
    }
}

}  // namespace libnet::inline v0
