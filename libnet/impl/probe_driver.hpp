#pragma once
// The loop that feeds an engine of probes, and does what it says (engine/action.hpp): of traces, path MTU and interface
// queries.

#include <libnet/engine/action.hpp>
#include <libnet/io/icmp/probe_poll.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

/// Runs a session up to the next thing that its engine reports; nullopt: it is done. Keeps the session alive.
///
/// A session has an engine with its sockets: `take_answers()` hands over what has come, `next(now)` is the engine's,
/// `send(probe)` performs that, `poll()` waits for its sockets, and `Outcome` is what is reported. Nothing runs between
/// two calls. Throws `operation_aborted` when cancelled, which loses nothing, or when `poll()` is stopped.
template <typename Session>
boost::asio::awaitable<std::optional<typename Session::Outcome>> next_outcome(std::shared_ptr<Session> session)
{
    using namespace engine::action;
    const auto poll = session->poll();
    for (;;) {
        if (poll->stopped()) throw boost::system::system_error{boost::asio::error::operation_aborted};
        session->take_answers();  // first: what is here must not count as lost
        auto action = session->next(std::chrono::steady_clock::now());
        if (auto* report = std::get_if<Report<typename Session::Outcome>>(&action))
            co_return std::move(report->outcome);
        if (std::holds_alternative<Done>(action)) co_return std::nullopt;
        if (const auto* probe = std::get_if<Send<typename Session::Probe>>(&action)) {
            session->send(*probe);
            continue;
        }
        const auto deadline = std::get<WaitUntil>(action).deadline;
        co_await io::ProbePoll::until(poll, deadline);
    }
}

}  // namespace libnet::inline v0::detail
