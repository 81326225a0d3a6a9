#pragma once
// A PingEngine with a network that answers what a test says.

#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/error.hpp>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace libnet::test {

using namespace std::chrono_literals;
using namespace libnet::engine;
using SendProbe = libnet::engine::action::Send<PingProbe>;
using libnet::engine::action::WaitUntil;

inline const TimePoint start{1h};
inline const auto host = boost::asio::ip::make_address("192.0.2.1");
inline const auto other_host = boost::asio::ip::make_address("2001:db8::1");
inline const auto router = boost::asio::ip::make_address("198.51.100.9");

/// An engine whose actions are performed, and a network that answers what a test says.
struct Lab {
    explicit Lab(PingEngineOptions options_ = {.key = {1, 2}}) : options{options_}, engine{options_} {}

    /// Performs everything that is due at this time; what is sent ends in `sent`. Returns what to wait for, in words.
    std::string run(TimePoint now)
    {
        for (;;) {
            last = now;
            const auto action = engine.next(now);
            if (note(action)) continue;
            const auto* send = std::get_if<SendProbe>(&action);
            if (send == nullptr) return wait_in_words(action);
            sent.push_back(*send);
            engine.on_sent(send->probe, now);
        }
    }

    /// True: it is a report, which is kept for `outcome`.
    bool note(const PingAction& action)
    {
        const auto* report = std::get_if<action::Report<PingRequestDone>>(&action);
        if (report != nullptr) reported.push_back(report->outcome);
        return report != nullptr;
    }

    static std::string wait_in_words(const PingAction& action)
    {
        const auto deadline = std::get<WaitUntil>(action).deadline;
        if (deadline == TimePoint::max()) return "for input";
        return std::to_string((deadline - start) / 1ms) + " ms";
    }

    std::vector<std::byte> payload_of(const PingProbe& probe) const
    {
        std::vector<std::byte> payload(options.payload_size);
        write_payload(probe.cookie, payload);
        return payload;
    }

    void reply(const PingProbe& probe, TimePoint at) { reply(probe, at, payload_of(probe), probe.to); }
    void reply(const PingProbe& probe, TimePoint at, std::span<const std::byte> payload, boost::asio::ip::address from)
    {
        engine.on_reply({from, probe.sequence, payload, 60, at, at});
    }

    void unreachable(const PingProbe& probe, std::span<const std::byte> quoted_payload, std::uint8_t type = 3)
    {
        engine.on_error({probe.to, probe.sequence, quoted_payload, router, type, 1, {}});
    }

    /// The next event, in words; "" when there is none.
    std::string event()
    {
        const auto taken = engine.take_event();
        std::ostringstream out;
        if (taken) out << *taken;
        return out.str();
    }
    /// The oldest end of a request that was reported, or is now.
    std::optional<PingRequestDone> done()
    {
        if (reported.empty()) run(last);
        if (reported.empty()) return std::nullopt;
        const auto first = reported.front();
        reported.erase(reported.begin());
        return first;
    }
    std::string outcome()
    {
        const auto taken = done();
        std::ostringstream out;
        if (taken) out << taken->outcome;
        return out.str();
    }
    PingStatistics numbers(PingTarget target) const { return engine.statistics(target).value(); }

    PingEngineOptions options;
    PingEngine engine;
    std::vector<PingProbe> sent;
    std::vector<PingRequestDone> reported;
    TimePoint last = start;
};

}  // namespace libnet::test
