#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <vector>

namespace trace_set_tests {

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

TEST_CASE("an answer has to bring back the identity, as far as it quotes it", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 1);
    auto reply = lab.time_exceeded(lab.sent[0]);
    reply.cookie = lab.sent[0].cookie;
    reply.cookie_mask = GENERATE(~std::uint64_t{0}, std::uint64_t{0xFFFF});
    auto forged = reply;
    forged.cookie ^= 1;
    lab.reply(lab.sent[0], forged);
    lab.run();
    CHECK(lab.told.empty());
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .forged = 1});
    lab.reply(lab.sent[0], reply);
    lab.reply(lab.sent[0], reply);
    CHECK(lab.run() == "done");
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .answered = 1, .forged = 1, .unmatched = 1});
}

TEST_CASE("a proven probe that was redirected counts, and its hop says where it went", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    const auto inside = asio::ip::make_address("10.0.0.7");
    TraceReply reply{lab.sent[0].number, inside, inside, TraceReply::Error{3, 3, 0}, lab.now, lab.now};
    lab.reply(lab.sent[0], reply);  // without proof it is somebody else's
    lab.run();
    CHECK(lab.told.empty());
    reply.cookie = lab.sent[0].cookie;
    reply.cookie_mask = ~std::uint64_t{0};
    lab.reply(lab.sent[0], reply);
    lab.run();
    REQUIRE(lab.told.size() == 2);
    const auto& hop = std::get<TraceHop>(lab.told[0]);
    CHECK(hop.kind == TraceAnswer::reached);
    CHECK(hop.changes == std::vector<TraceChange>{{TraceField::destination, near, inside}});
    CHECK(std::get<TraceDone>(lab.told[1]).path.reached());
}

TEST_CASE("an answer without a number finds its probe by the destination", "[engine][trace]")
{
    Lab lab{{.max_ttl = 4, .probes = 1, .window = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    TraceReply reply = lab.time_exceeded(lab.sent[0]);
    reply.number.reset();
    SECTION("of the only target there")
    {
        lab.reply(lab.sent[0], reply);
        lab.run();
        REQUIRE(lab.told.size() == 1);
        CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    }
    SECTION("but not of one of two")
    {
        lab.set.add(near);
        lab.run();
        lab.reply(lab.sent[0], reply);
        lab.run();
        CHECK(lab.told.empty());
    }
    SECTION("nor of another one")
    {
        reply.destination = GENERATE(std::optional<asio::ip::address>{}, std::optional{router});
        lab.reply(lab.sent[0], reply);
        lab.run();
        CHECK(lab.told.empty());
    }
    CHECK(lab.set.counters().anonymous == 1);
}

TEST_CASE("where several probes are under way, such an answer has them sent again with other numbers",
          "[engine][trace]")
{
    Lab lab{{.max_ttl = 2, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 2);
    TraceReply reply = lab.time_exceeded(lab.sent[0]);
    reply.number.reset();
    lab.reply(lab.sent[0], reply);
    lab.run();
    CHECK(lab.sent.size() == 2);
    lab.now += 2s;
    lab.run();
    REQUIRE(lab.sent.size() == 3);
    CHECK(lab.sent[2].probe == lab.sent[0].probe);
    CHECK(lab.sent[2].number == 33436);
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));  // the old number means nothing now
    lab.run();
    CHECK(lab.told.empty());
    lab.reply(lab.sent[2], lab.time_exceeded(lab.sent[2]));
    lab.run();
    CHECK(lab.told.size() == 1);
}

TEST_CASE("an answer without a number, about a probe on its way to a gateway, is for the only target",
          "[engine][trace]")
{
    TraceOptions options{.max_ttl = 1, .probes = 1, .timeout = 1s};
    options.gateways.addresses.front() = asio::ip::make_address_v4("203.0.113.1");
    options.gateways.count = 1;
    Lab lab{options};
    lab.set.add(near);
    SECTION("of its version of IP")
    {
        lab.run();
        auto answer = lab.time_exceeded(lab.sent.at(0));
        answer.number.reset();
        answer.destination.reset();
        lab.set.on_reply(wire::IpVersion::v6, answer);
        lab.run();
        CHECK(lab.told.empty());
        lab.set.on_reply(wire::IpVersion::v4, answer);
        lab.run();
        REQUIRE(lab.told.size() == 2);
        CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    }
    SECTION("of two it is for neither")
    {
        lab.set.add(far);
        lab.run();
        auto answer = lab.time_exceeded(lab.sent.at(0));
        answer.number.reset();
        answer.destination.reset();
        lab.set.on_reply(wire::IpVersion::v4, answer);
        lab.run();
        CHECK(lab.told.empty());
    }
}

namespace {

/// A packet of a target in the protocol of the raw probes, as the channel reads it: its first octets may be a probe's head.
TraceReply raw_packet(const Lab& lab, std::optional<std::uint16_t> number, std::uint64_t cookie)
{
    TraceReply packet{number, near, near, std::nullopt, lab.now, lab.now};
    packet.cookie = cookie;
    packet.cookie_mask = 0xFFFF'FFFF'FFFF;
    return packet;
}

const TraceOptions raw_options{.method = TraceProbe::raw, .max_ttl = 3, .probes = 1, .window = 1, .timeout = 1s};

}  // namespace

TEST_CASE("before the first raw packet is sent, its target is listened to", "[engine][trace]")
{
    Lab lab{raw_options};
    lab.set.add(near);
    CHECK(lab.run() == "200 ms");
    CHECK(lab.sent.empty());
    lab.now += 200ms;
    lab.run();
    REQUIRE(lab.sent.size() == 1);
    SECTION("what a silent one sends afterwards is an answer")
    {
        const auto number = GENERATE(std::optional<std::uint16_t>{}, std::optional<std::uint16_t>{50'000});
        lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, number, 7));
        lab.run();
        REQUIRE(lab.finished() == 1);
        CHECK(std::get<TraceHop>(lab.told[0]).kind == TraceAnswer::reached);
    }
    SECTION("with the number of the probe, too, and another cookie")
    {
        lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, lab.sent[0].number, lab.sent[0].cookie ^ 1U));
        lab.run();
        CHECK(lab.finished() == 1);
    }
}

TEST_CASE("from a target that speaks the protocol unasked, only echoes and errors count", "[engine][trace]")
{
    Lab lab{raw_options};
    lab.set.add(near);
    lab.run();
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, std::nullopt, 0));
    lab.now += 200ms;
    lab.run();
    REQUIRE(lab.sent.size() == 1);
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, std::nullopt, 0));
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, lab.sent[0].number, lab.sent[0].cookie ^ 1U));
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, 50'000, 0));
    lab.run();
    CHECK(lab.told.empty());
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.run();
    REQUIRE(lab.told.size() == 1);
    CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    REQUIRE(lab.sent.size() == 2);
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, lab.sent[1].number, lab.sent[1].cookie & 0xFFFF'FFFF'FFFF));
    lab.run();
    REQUIRE(lab.finished() == 1);
    CHECK(std::get<TraceHop>(lab.told[1]).kind == TraceAnswer::reached);
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
