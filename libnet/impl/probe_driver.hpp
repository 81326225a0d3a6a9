#pragma once
// The loop that feeds an engine of probes, and does what it says (engine/action.hpp): of pings, traces, path MTU and
// interface queries.

#include <libnet/engine/action.hpp>
#include <libnet/io/icmp/probe_poll.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

/// A session that sends many probes with one system call: `send` keeps some, and `flush` lets them go. True: there were
/// some, so that the engine has new deadlines to tell.
template <typename Session>
concept SendsTogether = requires(Session& session)
{
    {
        session.flush()
        } -> std::same_as<bool>;
};

/// A turn ended because it has sent enough: there may be more.
struct TurnOver {};

/// What a turn of a session ended with.
template <typename Session>
using TurnEnd = std::variant<engine::action::Report<typename Session::Outcome>, engine::action::WaitUntil,
                             engine::action::Done, TurnOver>;

/// Performs what the session's engine says, until it reports, waits or is done, or so many probes were sent. `now` is the
/// time of the turn.
template <typename Session>
TurnEnd<Session> take_turn(Session& session, engine::action::TimePoint now, std::size_t most_sends)
{
    using namespace engine::action;
    for (std::size_t sends = 0; sends < most_sends;) {
        auto action = session.next(now);
        if (const auto* probe = std::get_if<Send<typename Session::Probe>>(&action)) {
            session.send(*probe);
            ++sends;
            continue;
        }
        if (auto* report = std::get_if<Report<typename Session::Outcome>>(&action)) return std::move(*report);
        if constexpr (SendsTogether<Session>)
            if (session.flush()) continue;
        if (const auto* wait = std::get_if<WaitUntil>(&action)) return *wait;
        return Done{};
    }
    if constexpr (SendsTogether<Session>) session.flush();
    return TurnOver{};
}

/// A session that a test may have given a network and a time of its own: `link()`, which is null where it hasn't.
template <typename Session>
concept HasLink = requires(const Session& session)
{
    session.link();
};

/// The session's time.
template <typename Session>
engine::action::TimePoint time_of(const Session& session)
{
    if constexpr (HasLink<Session>)
        if (const auto* link = session.link()) return link->now();
    return std::chrono::steady_clock::now();
}

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
        if (poll->is_others_turn()) co_await io::ProbePoll::let_others(poll);
        if (poll->stopped()) throw boost::system::system_error{boost::asio::error::operation_aborted};
        session->take_answers();  // first: what is here must not count as lost
        auto end = take_turn(*session, time_of(*session), 1);
        if (auto* report = std::get_if<Report<typename Session::Outcome>>(&end)) co_return std::move(report->outcome);
        if (std::holds_alternative<Done>(end)) co_return std::nullopt;
        const auto* wait = std::get_if<WaitUntil>(&end);
        if (wait == nullptr) continue;
        const auto deadline = wait->deadline;
        if constexpr (HasLink<Session>) {
            if (auto* link = session->link()) {
                co_await link->until(deadline);
                continue;
            }
        }
        co_await io::ProbePoll::until(poll, deadline);
    }
}

}  // namespace libnet::inline v0::detail
