// Streams whose address isn't known yet.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_waiting_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

namespace {

const boost::asio::ip::address nowhere{};

/// The next probe, which is handed out and not said to be sent.
PingProbe handed_out(Lab& lab, TimePoint now)
{
    const auto action = lab.engine.next(now);
    return std::get<SendProbe>(action);
}

}  // namespace

TEST_CASE("a stream that waits for its address sends nothing, and isn't done", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add_waiting({.interval = 100ms, .timeout = 1s, .count = 1});
    CHECK(lab.run(start) == "for input");
    CHECK(lab.run(start + 1h) == "for input");
    CHECK(!lab.engine.streams_done());
    CHECK(lab.sent.empty());
    CHECK(lab.numbers(target).sent == 0);

    CHECK(lab.engine.move(target, host));
    CHECK(lab.run(start + 2h) == "for input");  // it has to be started, too
    lab.engine.start(target, 20ms, start + 2h);
    CHECK(lab.run(start + 2h) == std::to_string((2h + 20ms) / 1ms) + " ms");
    lab.run(start + 2h + 20ms);
    REQUIRE(lab.sent.size() == 1);
    CHECK(lab.sent[0].to == host);
    lab.reply(lab.sent[0], start + 2h + 30ms);
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.1 64 bytes in 10000000ns ttl 60");
    CHECK(lab.engine.streams_done());
}

TEST_CASE("probes of a stream without an address are handed out for nowhere, and fail at their times", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add_waiting({.interval = 100ms, .timeout = 1s, .count = 3});
    lab.engine.start(target, 0ms, start);
    for (const auto at : {start, start + 100ms}) {
        const auto probe = handed_out(lab, at);
        CHECK(probe.to == nowhere);
        CHECK(lab.engine.target_of(probe.probe) == target);
        lab.engine.on_send_error(probe.probe, boost::asio::error::host_not_found);
    }
    CHECK(lab.numbers(target).send_errors == 2);
    CHECK(lab.event().starts_with("send error t0.1 #1"));
    CHECK(lab.event().starts_with("send error t0.1 #2"));

    CHECK(lab.engine.move(target, host));
    lab.run(start + 200ms);
    REQUIRE(lab.sent.size() == 1);
    CHECK(lab.sent[0].to == host);
    lab.reply(lab.sent[0], start + 210ms);
    CHECK(lab.event().starts_with("reply t0.1 #3 from 192.0.2.1"));
    CHECK(lab.engine.streams_done());
}

TEST_CASE("a stream that waits can be stopped and removed, and is not started then", "[engine][ping]")
{
    const bool stops = GENERATE(true, false);
    Lab lab;
    const auto target = lab.engine.add_waiting({});
    CHECK((stops ? lab.engine.stop(target) : lab.engine.remove(target)));
    CHECK(lab.engine.streams_done());
    lab.engine.start(target, 0ms, start);
    CHECK(lab.run(start) == "for input");
    CHECK(lab.engine.move(target, host) == stops);
    CHECK(lab.engine.remove(target) == stops);
    CHECK(lab.engine.streams_done());
}

TEST_CASE("very many streams without an address cost no more than others", "[engine][ping]")
{
    constexpr std::uint32_t many = 20'000;
    Lab lab;
    std::vector<PingTarget> targets;
    for (std::uint32_t i = 0; i < many; ++i) {
        targets.push_back(lab.engine.add_waiting({.interval = 1s, .quiet = true}));
        lab.engine.start(targets.back(), 0ms, start);
    }
    std::uint32_t failed = 0;
    for (;;) {
        const auto action = lab.engine.next(start);
        const auto* send = std::get_if<SendProbe>(&action);
        if (send == nullptr) break;
        ++failed;
        lab.engine.on_send_error(send->probe, boost::asio::error::host_not_found);
    }
    CHECK(failed == many);
    for (std::uint32_t i = 0; i < many; ++i) lab.engine.move(targets[i], boost::asio::ip::address_v4{0x0A000000 + i});
    lab.run(start + 1s);
    CHECK(lab.sent.size() == many);
}

}  // namespace ping_engine_waiting_tests
