#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <vector>

using namespace libnet;
using namespace libnet::engine;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

const auto near = asio::ip::make_address("192.0.2.1");
const auto far = asio::ip::make_address("2001:db8::1");
const auto router = asio::ip::make_address("198.51.100.1");

/// A trace set with somebody who performs its actions, all of which are written down.
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

}  // namespace

TEST_CASE("a set without targets is done", "[engine][trace]")
{
    Lab lab;
    CHECK(lab.run() == "done");
    CHECK(lab.set.path({1, 1}) == nullptr);
}

TEST_CASE("two targets of both versions of IP are traced together, each with its numbers", "[engine][trace]")
{
    Lab lab;
    CHECK(lab.set.add(near) == TraceTarget{1, 1});
    CHECK(lab.set.add(far) == TraceTarget{2, 1});
    CHECK(lab.run() == "1000 ms");
    REQUIRE(lab.sent.size() == 4);
    CHECK(lab.sent[0].number == 33434);
    CHECK(lab.sent[1].number == 33435);
    CHECK(lab.sent[2].address == far);
    CHECK(lab.sent[2].number == 33434);

    lab.now += 5ms;
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.reply(lab.sent[1], lab.reached(lab.sent[1]));
    lab.run();
    REQUIRE(lab.told.size() == 3);
    CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    CHECK(std::get<TraceHop>(lab.told[1]).rtt == 5ms);
    CHECK(std::get<TraceDone>(lab.told[2]).path.reached());
    CHECK(lab.set.path({1, 1}) == nullptr);
    REQUIRE(lab.set.path({2, 1}));

    lab.now += 1s;
    lab.run();  // the first one is lost, and then the second
    lab.now += 1s;
    CHECK(lab.run() == "done");
    CHECK(lab.finished() == 2);
}

TEST_CASE("an answer counts for the probe with its number, and once", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 2, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    auto stranger = lab.time_exceeded(lab.sent[0]);
    SECTION("with a number that nobody has") { stranger.number = 40'000; }
    SECTION("about a packet to somebody else") { stranger.destination = router; }
    SECTION("over the other version of IP")
    {
        lab.set.on_reply(wire::IpVersion::v6, stranger);
        stranger.number = 1;
    }
    SECTION("that says nothing about the path") { stranger.error->type = wire::icmp_type::redirect; }
    lab.reply(lab.sent[0], stranger);
    lab.run();
    CHECK(lab.told.empty());
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.reply(lab.sent[0], lab.reached(lab.sent[0]));
    lab.run();
    REQUIRE(lab.told.size() == 1);
    CHECK(std::get<TraceHop>(lab.told[0]).kind == TraceAnswer::time_exceeded);
}

TEST_CASE("a number is free when its probe is answered or lost, and when its target is done", "[engine][trace]")
{
    Lab lab{{.max_ttl = 3, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 3);
    lab.reply(lab.sent[1], lab.reached(lab.sent[1]));
    lab.now += 1s;
    lab.run();
    CHECK(lab.finished() == 1);
    std::set<std::uint16_t> released;
    while (const auto number = lab.set.take_released()) released.insert(number->number);
    CHECK(released == std::set<std::uint16_t>{33434, 33435, 33436});
}

TEST_CASE("numbers run to their end and begin again, past those that are under way", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 2, .window = 2, .timeout = 1s}, 65'533};
    lab.set.add(near);
    lab.set.add(near);
    CHECK(lab.run() == "10 ms");  // three numbers for four probes: one tries again
    REQUIRE(lab.sent.size() == 3);
    CHECK(lab.sent[2].number == 65'535);
    lab.reply(lab.sent[1], lab.time_exceeded(lab.sent[1]));
    lab.now += 10ms;
    lab.run();
    REQUIRE(lab.sent.size() == 4);
    CHECK(lab.sent[3].number == 65'534);
}

TEST_CASE("a probe whose number is another one's is tried again, one that can't be sent ends its trace",
          "[engine][trace]")
{
    Lab lab;
    lab.set.add(near);
    auto action = lab.set.next(lab.now);
    const auto first = std::get<TraceSet::Send>(action);
    CHECK(lab.set.on_sent(first, 7, lab.now));
    action = lab.set.next(lab.now);
    const auto second = std::get<TraceSet::Send>(action);
    CHECK(!lab.set.on_sent(second, 7, lab.now));
    CHECK(lab.run() == "10 ms");
    lab.now += 10ms;
    action = lab.set.next(lab.now);
    CHECK(std::get<TraceSet::Send>(action).probe == second.probe);
    lab.set.on_send_failed(std::get<TraceSet::Send>(action),
                           boost::system::errc::make_error_code(boost::system::errc::network_unreachable));
    CHECK(lab.run() == "done");
    REQUIRE(lab.told.size() == 1);
    CHECK(std::get<TraceDone>(lab.told[0]).path.stop_reason == TraceStop::send_failed);
    const auto released = lab.set.take_released();
    REQUIRE(released);
    CHECK(released->number == 7);
}

TEST_CASE("targets take turns", "[engine][trace]")
{
    Lab lab{{.max_ttl = 2, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.set.add(near);
    lab.run();
    for (const auto& probe : lab.sent) lab.reply(probe, lab.time_exceeded(probe));
    lab.run();
    std::vector<TraceTarget> order;
    for (const auto& event : lab.told) std::visit([&](const auto& e) { order.push_back(e.target); }, event);
    CHECK(order == std::vector<TraceTarget>{{1, 1}, {2, 1}, {1, 1}, {2, 1}, {1, 1}, {2, 1}});
}

TEST_CASE("an event asks one engine, however many there are", "[engine][trace]")
{
    // 65,535 numbers for 20,000 targets with two probes each; were every engine asked again for every event, this would
    // take 40,000 times 20,000 questions.
    Lab lab{{.max_ttl = 1, .probes = 2, .timeout = 1s}, 1};
    for (int i = 0; i < 20'000; ++i) lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 40'000);
    for (const auto& probe : std::vector{lab.sent}) {
        lab.reply(probe, lab.time_exceeded(probe));
        lab.run();
    }
    CHECK(lab.run() == "done");
    CHECK(lab.finished() == 20'000);
}

TEST_CASE("actions of a set print", "[engine][trace]")
{
    std::ostringstream out;
    out << TraceSet::Send{{{3, 1}, {1, 0}, near, 7}};
    CHECK(out.str() == "Send{t3.1: 1#0 to 192.0.2.1, number 7}");
}
