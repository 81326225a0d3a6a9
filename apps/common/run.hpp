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
#include <libnet/io/loop/standard_descriptors.hpp>
#include <libnet/run_until_stopped.hpp>

#include <boost/asio/awaitable.hpp>

#include <csignal>
#include <exception>
#include <string_view>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// The exit code when the coroutine throws: something stood in the way of the whole work.
constexpr int exit_failure = 2;

/// Runs `work` to its end and returns its result as the exit code.
///
/// An exception that leaves it is printed as "program: what: why"; the exit code is then 2, or 128 + N where it is the
/// cancellation by signal N. When standard output's reader is gone, it ends quietly with 141.
inline int run(std::string_view program, asio::awaitable<int> work)
try {
    io::open_standard_descriptors(io::ClosedStreams::fail);
    std::signal(SIGPIPE, SIG_IGN);
    return run_until_stopped(std::move(work));
} catch (const OutputClosed&) {
    return exit_output_closed;
} catch (const std::exception& error) {
    complain(program, reason_of(error));
    return exit_failure;
}

}  // namespace libnet::apps
