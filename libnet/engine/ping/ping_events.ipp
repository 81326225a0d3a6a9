#pragma once
// Bodies of libnet/engine/ping/ping_events.hpp.

#include <libnet/engine/ping/ping_events.hpp>

namespace libnet::inline v0 {

namespace detail {

/// Prints events for tests and logs.
struct PrintPingEvent {
    std::ostream& out;

    void operator()(const PingReply& e) const { answer("reply", e); }
    void operator()(const PingDuplicate& e) const { answer("duplicate", e); }
    void operator()(const PingLate& e) const
    {
        answer("late", e);
        out << " late by " << e.late_by.count() << "ns";
    }
    void operator()(const PingLost& e) const { head("lost", e); }
    void operator()(const PingOutstanding& e) const { head("outstanding", e); }
    void operator()(const PingError& e) const
    {
        head("error", e);
        out << " from " << e.from << ": " << e.words() << " (" << unsigned{e.type} << '/' << unsigned{e.code} << ')';
        if (e.mtu) out << " mtu " << *e.mtu;
    }
    void operator()(const PingSendError& e) const
    {
        head("send error", e);
        out << ": " << e.error.message();
    }

    template <typename Event>
    void head(const char* name, const Event& e) const
    {
        out << name << ' ' << e.target << " #" << e.sequence;
    }

    template <typename Event>
    void answer(const char* name, const Event& e) const
    {
        head(name, e);
        out << " from " << e.from;
        if (e.from != e.to) out << " for " << e.to;
        out << ' ' << e.bytes << " bytes in " << e.rtt.count() << "ns";
        if (e.ttl) out << " ttl " << *e.ttl;
    }
};

}  // namespace detail

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingTarget& target)
{
    return out << 't' << target.index << '.' << target.generation;
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingEvent& event)
{
    std::visit(detail::PrintPingEvent{out}, event);
    return out;
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingOutcome& outcome)
{
    std::visit(detail::PrintPingEvent{out}, outcome);
    return out;
}

}  // namespace libnet::inline v0
