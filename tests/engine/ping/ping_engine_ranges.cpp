// Streams to whole ranges of addresses.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_ranges_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

namespace {

wire::AddressRange range(const char* text) { return *wire::parse_address_range(text); }

std::vector<std::string> addresses(const Lab& lab)
{
    std::vector<std::string> result;
    for (const auto& send : lab.sent) result.push_back(send.to.to_string());
    return result;
}

}  // namespace

TEST_CASE("the hosts of a range have their turns one after the other, spread over the interval", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(range("192.0.2.0/30"), {.interval = 100ms, .timeout = 1s, .count = 2}, start);
    CHECK(lab.run(start) == "50 ms");
    CHECK(lab.run(start + 50ms) == "100 ms");
    lab.run(start + 100ms);
    lab.run(start + 150ms);
    CHECK(addresses(lab) == std::vector<std::string>{"192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2"});
    lab.run(start + 1h);
    CHECK(lab.sent.size() == 4);
    CHECK(lab.engine.streams_done());
}

TEST_CASE("without an interval they go out at once", "[engine][ping]")
{
    Lab lab;
    const auto target =
        lab.engine.add(range("10.0.0.0/16"), {.interval = 0ns, .timeout = 1s, .count = 1, .quiet = true}, start);
    CHECK(lab.run(start) == "1000 ms");
    CHECK(lab.sent.size() == 65'534);
    for (std::size_t i = 0; i < lab.sent.size(); i += 2) lab.reply(lab.sent[i], start + 1ms);
    lab.run(start + 1s);
    CHECK(lab.event().empty());
    CHECK(lab.numbers(target).received == 32'767);
    CHECK(lab.numbers(target).lost == 32'767);
    CHECK(lab.engine.streams_done());
}

TEST_CASE("with a strict source, an answer counts for the host that it comes from, and no other of the range",
          "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .strict_source = true}};
    const auto target = lab.engine.add(range("192.0.2.1-2"), {.interval = 0ns, .timeout = 1s, .count = 1}, start);
    lab.run(start);
    lab.reply(lab.sent[0], start + 1ms, lab.payload_of(lab.sent[0]), lab.sent[1].to);
    CHECK(lab.event().empty());
    CHECK(lab.engine.foreign() == 1);
    lab.reply(lab.sent[1], start + 2ms);
    CHECK(lab.event() == "reply t0.1 #2 from 192.0.2.2 64 bytes in 2000000ns ttl 60");
    lab.unreachable(lab.sent[0], lab.payload_of(lab.sent[0]));
    const auto error = lab.engine.take_event();
    REQUIRE(error);
    CHECK(std::get<PingError>(*error).to.to_string() == "192.0.2.1");
    CHECK(lab.numbers(target).errors == 1);
}

TEST_CASE("the hosts of a range that have answered are counted, each once", "[engine][ping]")
{
    Lab lab;
    const auto target =
        lab.engine.add(range("192.0.2.1-4"), {.interval = 0ns, .timeout = 1s, .count = 2, .quiet = true}, start);
    CHECK(lab.numbers(target).hosts == 4);
    lab.run(start);
    REQUIRE(lab.sent.size() == 8);  // .1 .2 .3 .4 .1 .2 .3 .4
    CHECK(lab.numbers(target).hosts_answered == 0);
    lab.reply(lab.sent[0], start + 10ms);
    lab.reply(lab.sent[4], start + 10ms);  // the same host
    CHECK(lab.numbers(target).hosts_answered == 1);
    lab.run(start + 2s);
    lab.reply(lab.sent[5], start + 2s);  // late
    lab.reply(lab.sent[5], start + 2s);  // a duplicate
    CHECK(lab.numbers(target).hosts_answered == 2);
    CHECK(lab.numbers(target).received == 2);
}

TEST_CASE("a single host is one that has answered, or none", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.interval = 1s, .timeout = 1s, .count = 2}, start);
    lab.run(start);
    CHECK(lab.numbers(target).hosts_answered == 0);
    lab.reply(lab.sent[0], start + 10ms);
    lab.run(start + 1s);
    lab.reply(lab.sent[1], start + 1s);
    CHECK(lab.numbers(target).hosts == 1);
    CHECK(lab.numbers(target).hosts_answered == 1);
}

TEST_CASE("what can't be told apart from a host of the range counts there", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(range("192.0.2.0/24"), {.interval = 0ns, .timeout = 1s, .count = 1}, start);
    lab.run(start);
    const auto inside = boost::asio::ip::make_address("192.0.2.77");
    lab.engine.on_corrupt(inside);
    lab.engine.on_corrupt(other_host);
    CHECK(lab.numbers(target).corrupt == 1);
    lab.reply(lab.sent[3], start + 1ms, std::vector<std::byte>(56), inside);
    CHECK(lab.numbers(target).foreign == 1);
}

TEST_CASE("a lost probe tells whose it was", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(range("2001:db8::/126"), {.interval = 3s, .timeout = 100ms, .count = 1}, start);
    lab.run(start);
    lab.run(start + 1s);
    lab.run(start + 1100ms);
    const auto first = lab.engine.take_event();
    const auto second = lab.engine.take_event();
    REQUIRE(second);
    CHECK(std::get<PingLost>(*first).to.to_string() == "2001:db8::1");
    CHECK(std::get<PingLost>(*second).to.to_string() == "2001:db8::2");
}

TEST_CASE("a range of more hosts than a lifetime has nanoseconds works", "[engine][ping]")
{
    Lab lab;
    const auto target =
        lab.engine.add(range("2001:db8::/32"), {.interval = 1s, .timeout = 1s, .count = 3, .delay = 1s}, start);
    CHECK(lab.run(start) == "1000 ms");
    CHECK(lab.engine.remove(target));
    CHECK(lab.engine.streams_done());
}

}  // namespace ping_engine_ranges_tests
