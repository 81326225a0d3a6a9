#pragma once
// A trace set, and a driver that performs its actions and writes all of them down.

#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace trace_set_lab {

using namespace libnet;
using namespace libnet::engine;
namespace asio = boost::asio;
using namespace std::chrono_literals;

inline const auto near = asio::ip::make_address("192.0.2.1");
inline const auto far = asio::ip::make_address("2001:db8::1");
inline const auto router = asio::ip::make_address("198.51.100.1");

struct Lab {
    explicit Lab(TraceOptions options = {.max_ttl = 2, .probes = 1, .timeout = 1s}, std::uint16_t first = 33434)
        : set{options, first}
    {}

    /// Performs what is due; what is reported ends in `told`. Returns what the set waits for, in words.
    std::string run()
    {
        for (;;) {
            const auto action = set.next(now);
            if (const auto* send = std::get_if<TraceSet::Send>(&action)) {
                sent.push_back(*send);
                set.on_sent(*send, send->number, now);
            } else if (const auto* report = std::get_if<TraceSet::Report>(&action)) {
                told.push_back(report->outcome);
            } else if (const auto* wait = std::get_if<action::WaitUntil>(&action)) {
                return std::to_string((wait->deadline - start) / 1ms) + " ms";
            } else {
                return "done";
            }
        }
    }

    TraceReply time_exceeded(const TraceSetProbe& probe, const asio::ip::address& from = router) const
    {
        const bool v4 = probe.address.is_v4();
        const auto type = v4 ? wire::icmp_type::time_exceeded : wire::icmpv6_type::time_exceeded;
        return {probe.number, from, probe.address, TraceReply::Error{type, 0, 0}, now, now};
    }
    TraceReply reached(const TraceSetProbe& probe) const
    {
        return {probe.number, probe.address, probe.address, std::nullopt, now, now};
    }
    void reply(const TraceSetProbe& probe, const TraceReply& reply)
    {
        set.on_reply(wire::version_of(probe.address), reply);
    }

    std::size_t finished() const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(told, [](const auto& event) { return std::holds_alternative<TraceDone>(event); }));
    }

    static constexpr action::TimePoint start{1h};
    action::TimePoint now = start;
    TraceSet set;
    std::vector<TraceSetProbe> sent;
    std::deque<TraceEvent> told;
};

}  // namespace trace_set_lab
