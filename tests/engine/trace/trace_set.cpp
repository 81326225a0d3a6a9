#include <libnet/engine/trace/trace_flow.hpp>
#include <tests/engine/trace/trace_set_lab.hpp>
#include <tests/support/catch.hpp>

#include <set>
#include <sstream>
#include <vector>

namespace trace_set_tests {

using namespace trace_set_lab;

TEST_CASE("a set without targets is done", "[engine][trace]")
{
    Lab lab;
    CHECK(lab.run() == "done");
    CHECK(lab.set.path({1, 1}) == nullptr);
}

TEST_CASE("two targets of both versions of IP are traced together, each with its numbers", "[engine][trace]")
{
    Lab lab;
    CHECK(lab.set.add(near) == TraceTarget{0, 1});
    CHECK(lab.set.add(far) == TraceTarget{1, 1});
    CHECK(lab.run() == "1000 ms");
    REQUIRE(lab.sent.size() == 4);
    CHECK(lab.sent[0].number == 33434);
    CHECK(lab.sent[1].address == far);  // in turn, so that no part of the network gets all at once
    CHECK(lab.sent[1].number == 33434);
    CHECK(lab.sent[2].address == near);
    CHECK(lab.sent[2].number == 33435);
    CHECK(lab.sent[0].cookie != lab.sent[1].cookie);

    lab.now += 5ms;
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.reply(lab.sent[2], lab.reached(lab.sent[2]));
    lab.run();
    REQUIRE(lab.told.size() == 3);
    CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    CHECK(std::get<TraceHop>(lab.told[1]).rtt == 5ms);
    CHECK(std::get<TraceDone>(lab.told[2]).path.reached());
    CHECK(lab.set.path({0, 1}) == nullptr);
    REQUIRE(lab.set.path({1, 1}));
    CHECK(lab.set.add(near) == TraceTarget{0, 2});  // the place is used again, the handle is not
    CHECK(lab.set.path({0, 1}) == nullptr);

    lab.now += 1s;
    lab.run();  // the first one is lost, and then the second
    lab.now += 1s;
    CHECK(lab.run() == "done");
    CHECK(lab.finished() == 3);
    CHECK(lab.set.path({}) == nullptr);
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

TEST_CASE("each flow has numbers of its own, which tell it", "[engine][trace]")
{
    TraceOptions options{.max_ttl = 2, .probes = 2, .timeout = 1s, .flows = 3};
    TraceSet set{options, 65'531, {}, 65'535};  // the last of three flows has one number, the others have two
    set.add(near);
    std::vector<TraceSetProbe> sent;
    for (;;) {
        const auto action = set.next(Lab::start);
        const auto* send = std::get_if<TraceSet::Send>(&action);
        if (send == nullptr) break;
        set.on_sent(*send, send->number, Lab::start);
        sent.push_back(*send);
    }
    REQUIRE(sent.size() == 5);
    std::set<std::uint16_t> numbers;
    for (const auto& probe : sent) {
        CHECK(flow_of_number(probe.number, 65'531, 3) == probe.flow);
        numbers.insert(probe.number);
    }
    CHECK(numbers == std::set<std::uint16_t>{65'531, 65'532, 65'533, 65'534, 65'535});
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
    CHECK(order == std::vector<TraceTarget>{{0, 1}, {1, 1}, {0, 1}, {1, 1}, {0, 1}, {1, 1}});
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

TEST_CASE("with a rate, probes are spread evenly, and targets begin as it has room for them", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s, .rate = 100}};
    std::set<asio::ip::address> targets;
    for (unsigned i = 1; i <= 200; ++i) {
        const asio::ip::address address = asio::ip::address_v4{0x0A000000U + i};
        targets.insert(address);
        lab.set.add(address);
    }
    std::set<asio::ip::address> seen;
    std::size_t most_at_once = 0;
    for (int step = 0; step < 1000 && lab.finished() < 200; ++step) {
        const auto before = lab.sent.size();
        lab.run();
        most_at_once = std::max(most_at_once, lab.sent.size() - before);
        for (auto at = before; at < lab.sent.size(); ++at) {
            seen.insert(lab.sent[at].address);
            lab.reply(lab.sent[at], lab.reached(lab.sent[at]));
        }
        lab.now += 5ms;
    }
    CHECK(lab.finished() == 200);
    CHECK(seen == targets);
    CHECK(most_at_once <= 2);
    CHECK(lab.now - Lab::start >= 1900ms);
    CHECK(lab.now - Lab::start <= 2200ms);
    // In no order that follows the addresses.
    std::size_t rising = 0;
    for (std::size_t at = 1; at < lab.sent.size(); ++at)
        if (lab.sent[at - 1].address < lab.sent[at].address) ++rising;
    CHECK(rising > 60);
    CHECK(rising < 140);
}

TEST_CASE("hops that many paths share are probed once, on request", "[engine][trace]")
{
    // Six routers, the third of which is silent, then the hosts.
    Lab lab{{.probes = 1, .timeout = 1s, .share_hops = true}};
    const auto router_at = [](int ttl) { return asio::ip::make_address("10.0.0." + std::to_string(ttl)); };
    const auto trace_one = [&](const char* address) {
        const auto before = lab.sent.size();
        lab.set.add(asio::ip::make_address(address));
        const auto target = lab.finished() + 1;
        for (std::size_t next = before; lab.finished() < target;) {
            lab.run();
            if (next == lab.sent.size()) lab.now += 100ms;
            for (; next < lab.sent.size(); ++next) {
                const auto probe = lab.sent[next];
                if (probe.probe.ttl == 3) continue;
                const bool there = probe.probe.ttl >= 7;
                lab.reply(probe, there ? lab.reached(probe) : lab.time_exceeded(probe, router_at(probe.probe.ttl)));
            }
        }
        return lab.sent.size() - before;
    };
    const auto first = trace_one("192.0.2.1");
    const auto second = trace_one("192.0.2.2");
    CHECK(first >= 7);
    CHECK(second <= 6);
    std::vector<TracePath> paths;
    for (const auto& event : lab.told)
        if (const auto* done = std::get_if<TraceDone>(&event)) paths.push_back(done->path);
    REQUIRE(paths.size() == 2);
    for (const auto& path : paths) {
        CHECK(path.reached());
        REQUIRE(path.hops.size() == 7);
        for (const auto& hop : path.hops) {
            const auto* answer = std::get_if<TraceHop>(&hop.probes.front());
            CHECK((answer == nullptr) == (hop.ttl == 3));
            if (answer != nullptr && hop.ttl < 7) CHECK(answer->from == router_at(hop.ttl));
        }
    }
}

TEST_CASE("actions of a set print", "[engine][trace]")
{
    std::ostringstream out;
    out << TraceSet::Send{{{3, 1}, {1, 0}, near, 7}};
    CHECK(out.str() == "Send{t3.1: 1#0 to 192.0.2.1, number 7}");
}

}  // namespace trace_set_tests
