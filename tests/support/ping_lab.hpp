#pragma once
// A PingEngine with a network that answers what a test says.

#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/error.hpp>

#include <sstream>
#include <string>

namespace libnet::test {

using namespace std::chrono_literals;
using namespace libnet::engine;

inline const TimePoint start{1h};
inline const auto host = boost::asio::ip::make_address("192.0.2.1");
inline const auto other_host = boost::asio::ip::make_address("2001:db8::1");
inline const auto router = boost::asio::ip::make_address("198.51.100.9");

/// An engine with somebody who performs its actions, and a network that answers what a test says.
struct Lab {
    explicit Lab(PingEngineOptions options_ = {.key = {1, 2}}) : options{options_}, engine{options_} {}

    /// Performs everything that is due at this time; what is sent ends in `sent`. Returns what to wait for, in words.
    std::string run(TimePoint now)
    {
        for (;;) {
            const auto action = engine.next(now);
            const auto* send = std::get_if<SendProbe>(&action);
            if (send == nullptr) return wait_in_words(action);
            sent.push_back(*send);
            engine.on_sent(send->probe, now);
        }
    }

    static std::string wait_in_words(const PingAction& action)
    {
        const auto* wait = std::get_if<WaitUntil>(&action);
        if (wait == nullptr) return "for input";
        return std::to_string((wait->deadline - start) / 1ms) + " ms";
    }

    std::vector<std::byte> payload_of(const SendProbe& probe) const
    {
        std::vector<std::byte> payload(options.payload_size);
        write_payload(probe.cookie, payload);
        return payload;
    }

    void reply(const SendProbe& probe, TimePoint at) { reply(probe, at, payload_of(probe), probe.to); }
    void reply(const SendProbe& probe, TimePoint at, std::span<const std::byte> payload, boost::asio::ip::address from)
    {
        engine.on_reply({from, probe.sequence, payload, 60, at, at});
    }

    void unreachable(const SendProbe& probe, std::span<const std::byte> quoted_payload, std::uint8_t type = 3)
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
    std::string outcome()
    {
        const auto taken = engine.take_outcome();
        std::ostringstream out;
        if (taken) out << taken->outcome;
        return out.str();
    }
    PingStatistics numbers(PingTarget target) const { return engine.statistics(target).value(); }

    PingEngineOptions options;
    PingEngine engine;
    std::vector<SendProbe> sent;
};

}  // namespace libnet::test
