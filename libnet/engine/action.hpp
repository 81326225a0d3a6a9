#pragma once
// What an engine asks of whoever drives it: one vocabulary for ping, trace, path MTU and interface query.
//
// A driver calls `next(now)` and does what it says: sends, tells its caller, or waits; and before it calls again, it hands
// over what has come meanwhile, so that an answer that waits in a socket is not called lost.

#include <chrono>
#include <ostream>
#include <variant>

namespace libnet::inline v0::engine::action {

using TimePoint = std::chrono::steady_clock::time_point;

/// Send this probe, then tell what became of that: it is a probe with its fields.
template <typename Probe>
struct Send : Probe {
    friend bool operator==(const Send&, const Send&) = default;
};

/// Tell the caller, then come back.
template <typename Outcome>
struct Report {
    Outcome outcome;
    friend bool operator==(const Report&, const Report&) = default;
};

/// Hand over what comes, and be back at this time at the latest.
struct WaitUntil {
    TimePoint deadline;
    friend bool operator==(const WaitUntil&, const WaitUntil&) = default;
};

/// Nothing is left to do. The engine says nothing else from then on.
struct Done {
    friend bool operator==(const Done&, const Done&) = default;
};

template <typename Probe>
std::ostream& operator<<(std::ostream& out, const Send<Probe>& send)
{
    return out << "Send{" << static_cast<const Probe&>(send) << '}';
}

template <typename Outcome>
std::ostream& operator<<(std::ostream& out, const Report<Outcome>& report)
{
    return out << "Report{" << report.outcome << '}';
}

template <typename... Outcomes>
std::ostream& operator<<(std::ostream& out, const Report<std::variant<Outcomes...>>& report)
{
    out << "Report{";
    std::visit([&out](const auto& outcome) { out << outcome; }, report.outcome);
    return out << '}';
}

inline std::ostream& operator<<(std::ostream& out, const WaitUntil& wait)
{
    return out << "WaitUntil{" << wait.deadline.time_since_epoch().count() << "ns}";
}

inline std::ostream& operator<<(std::ostream& out, const Done&) { return out << "Done"; }

template <typename Probe, typename... Others>
std::ostream& operator<<(std::ostream& out, const std::variant<Send<Probe>, Others...>& action)
{
    std::visit([&out](const auto& one) { out << one; }, action);
    return out;
}

}  // namespace libnet::inline v0::engine::action
