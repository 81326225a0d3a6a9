#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <string_view>

namespace ping_outages_tests {

using namespace std::chrono_literals;
using libnet::PingOutage;
using libnet::PingStatistics;
using libnet::PingTarget;
using namespace libnet::engine;
using namespace libnet::engine::action;

namespace {

constexpr TimePoint start{std::chrono::hours{1}};
const auto host = boost::asio::ip::make_address("192.0.2.1");

/// Probes sent once a second, told in this order: each a sequence and whether it was answered.
PingOutages told(std::initializer_list<std::pair<std::uint64_t, bool>> ends)
{
    PingOutages outages;
    for (const auto& [sequence, answered] : ends)
        outages.on_end(sequence, start + std::chrono::seconds{sequence}, answered);
    return outages;
}

/// A stream to one host, a probe a second.
struct Stream {
    explicit Stream(std::uint64_t count = 0)
        : target{engine.add(host, {.interval = 1s, .timeout = 1s, .count = count}, start)}
    {}

    PingProbe send(TimePoint at)
    {
        const PingProbe probe = std::get<Send<PingProbe>>(engine.next(at));
        engine.on_sent(probe.probe, at);
        return probe;
    }

    void answer(const PingProbe& probe, TimePoint at)
    {
        std::array<std::byte, 56> payload;
        write_payload(probe.cookie, payload);
        engine.on_reply({host, probe.sequence, payload, 64, at, at});
    }

    PingStatistics numbers() const { return *engine.statistics(target); }

    PingEngine engine{{}};
    PingTarget target;
};

}  // namespace

TEST_CASE("a host that always answers has no outage", "[engine][ping_outages]")
{
    const auto outages = told({{1, true}, {2, true}, {3, true}});
    CHECK(outages.answers_in_a_row() == 3);
    CHECK(outages.unanswered_in_a_row() == 0);
    CHECK(outages.longest() == PingOutage{});
}

TEST_CASE("an outage lasts from its first probe to the next one answered", "[engine][ping_outages]")
{
    const auto outages = told({{1, true}, {2, false}, {3, false}, {4, true}, {5, false}, {6, true}});
    CHECK(outages.longest() == PingOutage{2, 2s});
    CHECK(outages.answers_in_a_row() == 1);
}

TEST_CASE("an outage that goes on counts up to its last probe", "[engine][ping_outages]")
{
    const auto outages = told({{1, true}, {2, false}, {3, false}, {4, false}});
    CHECK(outages.longest() == PingOutage{3, 2s});
    CHECK(outages.unanswered_in_a_row() == 3);
    CHECK(outages.answers_in_a_row() == 0);
}

TEST_CASE("runs are in the order of sending, whatever is known first", "[engine][ping_outages]")
{
    SECTION("losses on both sides of an answer are two outages")
    {
        const auto outages = told({{2, true}, {4, true}, {1, false}, {3, false}});
        CHECK(outages.longest() == PingOutage{1, 1s});
        CHECK(outages.answers_in_a_row() == 1);
    }
    SECTION("nothing is counted past a probe whose end isn't known")
    {
        const auto outages = told({{2, false}, {3, false}, {4, false}});
        CHECK(outages.unanswered_in_a_row() == 0);
        CHECK(outages.longest() == PingOutage{});
    }
}

TEST_CASE("a stream tells its runs and what came out of order", "[engine][ping_outages]")
{
    Stream stream;
    const auto first = stream.send(start);
    const auto second = stream.send(start + 1s);
    stream.answer(second, start + 1s + 10ms);
    stream.answer(first, start + 1s + 20ms);  // beyond its second, too: late, and after the other one
    const auto numbers = stream.numbers();
    CHECK(numbers.received == 1);
    CHECK(numbers.late == 1);
    CHECK(numbers.reordered == 1);
    CHECK(numbers.answers_in_a_row == 1);
    CHECK(numbers.longest_outage == PingOutage{1, 1s});
}

TEST_CASE("a stopped stream keeps its numbers, and its pending probes are cancelled", "[engine][ping_outages]")
{
    Stream stream;
    stream.answer(stream.send(start), start + 5ms);
    const auto pending = stream.send(start + 1s);
    CHECK(stream.engine.stop(stream.target));
    CHECK(stream.engine.streams_done());
    CHECK(stream.engine.stop(stream.target));  // again: nothing changes

    auto numbers = stream.numbers();
    CHECK(numbers.sent == 2);
    CHECK(numbers.received == 1);
    CHECK(numbers.cancelled == 1);
    CHECK(numbers.pending == 0);
    CHECK(numbers.loss_percent() == 0);

    stream.answer(pending, start + 1s + 5ms);
    CHECK(stream.engine.foreign() == 0);  // it is ours, and no caller wants it any more
    CHECK(std::holds_alternative<WaitUntil>(stream.engine.next(start + 1500ms)));
    CHECK(stream.engine.next(start + 1h) == PingAction{WaitUntil{TimePoint::max()}});
    CHECK(stream.numbers() == numbers);
    CHECK(stream.engine.remove(stream.target));
    CHECK_FALSE(stream.engine.stop(stream.target));
}

TEST_CASE("a stream stopped while a probe is being sent doesn't tell its end", "[engine][ping_outages]")
{
    Stream stream;
    const auto probe = std::get<Send<PingProbe>>(stream.engine.next(start));
    stream.engine.stop(stream.target);
    SECTION("sent") { stream.engine.on_sent(probe.probe, start); }
    SECTION("refused") { stream.engine.on_send_error(probe.probe, boost::asio::error::network_unreachable); }
    CHECK(stream.numbers().cancelled == 1);
    CHECK(stream.numbers().send_errors == 0);
    CHECK_FALSE(stream.engine.has_events());
}

TEST_CASE("how late the sends are handed out is told", "[engine][ping_outages]")
{
    Stream stream;
    CHECK(stream.engine.sched_lag() == libnet::PingTimes{});
    stream.send(start);
    stream.send(start + 1s + 3ms);
    CHECK(stream.engine.sched_lag().min == 0ns);
    CHECK(stream.engine.sched_lag().max == 3ms);
}

}  // namespace ping_outages_tests
