#pragma once
// Runs a program that is one coroutine.
//
//   asio::awaitable<int> ping_all(const Settings& settings)    // its result is the exit code
//   {
//       try {
//           while (auto event = co_await pinger.next()) apps::print(...);
//       } catch (const boost::system::system_error& error) {
//           if (error.code() != asio::error::operation_aborted) throw;    // Ctrl-C: show what there is
//       }
//       print_summary();
//       co_return 0;
//   }
//   int main(...) { ... return apps::run("ping++", ping_all(settings)); }
//
// The first SIGINT or SIGTERM cancels the coroutine with `total`, the second one with `terminal`: what it awaits then
// throws operation_aborted, and so does every later co_await, so after the catch there must be none.

#include <apps/common/output.hpp>
#include <libnet/stop_signals.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <csignal>
#include <exception>
#include <functional>
#include <string_view>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// The exit code when the coroutine throws: something stood in the way of the whole work.
constexpr int exit_failure = 2;

namespace detail {

/// A coroutine hears of `terminal` alone unless it asks for more.
inline asio::awaitable<int> with_total_cancellation(asio::awaitable<int> work)
{
    const auto filter = asio::enable_total_cancellation{};
    co_await asio::this_coro::reset_cancellation_state(filter);
    co_return co_await std::move(work);
}

/// `on_stop` is called at the first of the signals.
inline int run_until_done(asio::awaitable<int> work, const std::function<void()>& on_stop = {})
{
    asio::cancellation_signal stop;  // outlives the coroutine, which holds on to its slot
    asio::io_context io{1};
    StopSignals signals{io, [&](asio::cancellation_type how) {
                            if (on_stop && how == asio::cancellation_type::total) on_stop();
                            stop.emit(how);
                        }};

    std::exception_ptr failure;
    int exit_code = 0;
    const auto on_done = [&](std::exception_ptr thrown, int result) {
        failure = thrown;
        exit_code = result;
        io.stop();  // what the coroutine left running ends with it
    };
    asio::co_spawn(io, with_total_cancellation(std::move(work)), asio::bind_cancellation_slot(stop.slot(), on_done));
    io.run();

    if (!failure) return exit_code;
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (signals.first() != 0 && error.code() == asio::error::operation_aborted) return 128 + signals.first();
        throw;
    }
}

}  // namespace detail

/// Runs `work` to its end and returns its result as the exit code.
///
/// An exception that leaves it is printed as "program: what: why"; the exit code is then 2, or 128 + N where it is the
/// cancellation by signal N. When standard output's reader is gone, it ends without a word with 141.
inline int run(std::string_view program, asio::awaitable<int> work)
try {
    std::signal(SIGPIPE, SIG_IGN);
    return detail::run_until_done(std::move(work));
} catch (const OutputClosed&) {
    return exit_output_closed;
} catch (const std::exception& error) {
    complain(program, reason_of(error));
    return exit_failure;
}

}  // namespace libnet::apps
