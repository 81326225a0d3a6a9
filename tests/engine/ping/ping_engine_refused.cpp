// Probes that the system has no room for: they are handed out again, and hold up no others.

#include <tests/support/ping_lab.hpp>

#include <algorithm>
#include <map>

namespace ping_engine_refused_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

namespace {

const boost::system::error_code no_room = boost::asio::error::no_buffer_space;

/// A lab in which the system has no room for what is sent to some addresses.
struct CrowdedLab : Lab {
    /// As Lab::run; `has_room` says so.
    template <typename HasRoom>
    std::string run(TimePoint now, HasRoom&& has_room)
    {
        for (;;) {
            last = now;
            const auto action = engine.next(now);
            if (note(action)) continue;
            const auto* send = std::get_if<SendProbe>(&action);
            if (send == nullptr) return wait_in_words(action);
            ++tries[send->to];
            if (!has_room(send->to)) {
                engine.on_not_sent(send->probe, no_room);
                continue;
            }
            sent.push_back(*send);
            engine.on_sent(send->probe, now);
        }
    }

    std::map<boost::asio::ip::address, int> tries;
};

constexpr auto nowhere = [](const auto&) { return false; };
constexpr auto everywhere = [](const auto&) { return true; };

}  // namespace

TEST_CASE("a probe without room is tried again, and sent once there is some", "[engine][ping]")
{
    CrowdedLab lab;
    const auto target = lab.engine.add(host, {.interval = 1s, .timeout = 500ms, .count = 1}, start);
    CHECK(lab.run(start, nowhere) == "1 ms");
    CHECK(lab.run(start + 1ms, nowhere) == "2 ms");
    CHECK(lab.run(start + 2ms, nowhere) == "4 ms");
    CHECK(lab.sent.empty());
    CHECK(lab.numbers(target).sent == 1);
    CHECK(lab.numbers(target).pending == 1);
    CHECK(lab.run(start + 4ms, everywhere) == "504 ms");
    REQUIRE(lab.sent.size() == 1);
    lab.reply(lab.sent[0], start + 10ms);
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.1 64 bytes in 6000000ns ttl 60");
    CHECK(lab.numbers(target).sent == 1);
    CHECK(lab.engine.streams_done());
}

TEST_CASE("it is tried less and less often, and given up when its timeout has passed", "[engine][ping]")
{
    CrowdedLab lab;
    const auto target = lab.engine.add(host, {.interval = 10s, .timeout = 1s, .count = 1}, start);
    for (auto now = start; now < start + 2s; now += 1ms) lab.run(now, nowhere);
    CHECK(lab.tries[host] < 30);
    CHECK(lab.event().find("send error t0.1 #1") == 0);
    CHECK(lab.numbers(target).send_errors == 1);
    CHECK(lab.numbers(target).pending == 0);
    CHECK(lab.engine.streams_done());
    CHECK(lab.run(start + 3s, nowhere) == "for input");
}

TEST_CASE("thousands without room delay no others, and are tried a few at a time", "[engine][ping]")
{
    CrowdedLab lab;
    const auto crowded = *wire::parse_address_range("10.0.0.0/19");
    for (std::uint64_t i = 0; i < 5'000; ++i)
        lab.engine.add(crowded.at(i), {.interval = 1s, .timeout = 1s, .count = 3, .quiet = true}, start);
    lab.engine.add(host, {.interval = 100ms, .timeout = 1s, .count = 30, .quiet = true}, start);
    const auto only_host = [](const auto& to) { return to == host; };
    for (auto now = start; now < start + 3s; now += 1ms) lab.run(now, only_host);
    CHECK(lab.sent.size() == 30);
    CHECK(lab.engine.sched_lag().max == 0ms);
    int tries = 0;
    for (const auto& [to, count] : lab.tries) tries += count;
    CHECK(tries < 15'030 + 3'000);
}

TEST_CASE("a stream without a pause waits behind the refused ones, the others don't", "[engine][ping]")
{
    CrowdedLab lab;
    lab.engine.add(*wire::parse_address_range("10.0.0.0/16"), {.interval = 0ns, .count = 1, .quiet = true}, start);
    lab.engine.add(host, {.interval = 10ms, .timeout = 1s, .count = 10, .quiet = true}, start);
    const auto only_host = [](const auto& to) { return to == host; };
    for (auto now = start; now < start + 100ms; now += 1ms) lab.run(now, only_host);
    CHECK(lab.sent.size() == 10);
    CHECK(lab.tries.size() == 1 + 64);
    // None is given up: with room again, each of them has its turn.
    for (auto now = start + 100ms; now < start + 2s; now += 1ms) lab.run(now, everywhere);
    CHECK(lab.sent.size() == 10 + 65'534);
}

TEST_CASE("a probe without room is dropped when its target is stopped, removed or cancelled", "[engine][ping]")
{
    CrowdedLab lab;
    const auto stopped = lab.engine.add(host, {.count = 1}, start);
    const auto removed = lab.engine.add(other_host, {.count = 1}, start);
    const auto cancelled = lab.engine.request(host, 1s);
    lab.run(start, nowhere);
    lab.engine.stop(stopped);
    lab.engine.remove(removed);
    lab.engine.cancel(cancelled);
    CHECK(lab.run(start + 1s, everywhere) == "for input");
    CHECK(lab.sent.empty());
    CHECK(lab.event().empty());
    CHECK(lab.outcome().empty());
}

TEST_CASE("a request without room ends as a send error", "[engine][ping]")
{
    CrowdedLab lab;
    lab.engine.request(host, 50ms);
    for (auto now = start; now < start + 200ms; now += 1ms) lab.run(now, nowhere);
    CHECK(lab.outcome().find("send error") == 0);
    CHECK(lab.run(start + 1s, nowhere) == "for input");
}

TEST_CASE("who was refused the last time waits without a try when many do, unless it has answered before",
          "[engine][ping]")
{
    CrowdedLab lab;
    const auto crowded = *wire::parse_address_range("10.0.0.0/24");
    lab.engine.add(host, {.interval = 100ms, .timeout = 100ms, .count = 20, .quiet = true}, start);
    lab.run(start, everywhere);
    lab.reply(lab.sent.front(), start);
    for (std::uint64_t i = 0; i < 200; ++i)
        lab.engine.add(crowded.at(i), {.interval = 100ms, .timeout = 100ms, .count = 20, .quiet = true}, start + 1ms);
    for (auto now = start + 1ms; now < start + 2s; now += 1ms) lab.run(now, nowhere);
    CHECK(lab.tries[host] >= 20);
    int tries = 0;
    for (const auto& [to, count] : lab.tries) tries += count;
    CHECK(tries < 4'000 / 2);
    CHECK(lab.engine.sched_lag().max == 0ms);
}

TEST_CASE("full sockets hold up streams without a pause, and no others", "[engine][ping]")
{
    CrowdedLab lab;
    lab.engine.add(*wire::parse_address_range("10.0.0.0/24"), {.interval = 0ns, .count = 1, .quiet = true}, start);
    lab.engine.add(host, {.interval = 10ms, .timeout = 1s, .count = 10, .quiet = true}, start + 1ms);
    lab.engine.on_full();
    for (auto now = start; now < start + 200ms; now += 1ms) lab.run(now, everywhere);
    CHECK(lab.sent.size() == 10);
    CHECK(lab.run(start + 200ms, everywhere) != "for input");  // the ten wait for their answers
    lab.engine.on_room(start + 200ms);
    lab.run(start + 200ms, everywhere);
    CHECK(lab.sent.size() == 10 + 254);
}

TEST_CASE("what was refused by full sockets is sent as soon as there is room", "[engine][ping]")
{
    CrowdedLab lab;
    lab.engine.add(host, {.interval = 1s, .timeout = 500ms, .count = 1}, start);
    for (auto now = start; now < start + 100ms; now += 1ms) lab.run(now, nowhere);
    lab.engine.on_room(start + 101ms);
    lab.run(start + 101ms, everywhere);
    CHECK(lab.sent.size() == 1);
}

}  // namespace ping_engine_refused_tests
