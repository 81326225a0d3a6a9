// Single probes, each with one who waits for it.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_requests_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

TEST_CASE("a request is sent at once and has one outcome", "[engine][ping]")
{
    Lab lab;
    const auto id = lab.engine.request(host, 500ms);
    CHECK(lab.run(start) == "500 ms");
    REQUIRE(lab.sent.size() == 1);
    CHECK(lab.sent[0].probe == id);

    SECTION("a reply")
    {
        lab.reply(lab.sent[0], start + 3ms);
        lab.reply(lab.sent[0], start + 4ms);
        CHECK(lab.outcome() == "reply t0.0 #1 from 192.0.2.1 64 bytes in 3000000ns ttl 60");
    }
    SECTION("a loss, and what comes later is not told")
    {
        lab.run(start + 500ms);
        lab.reply(lab.sent[0], start + 600ms);
        CHECK(lab.outcome() == "lost t0.0 #1");
    }
    SECTION("a loss, whose reason comes later")
    {
        lab.run(start + 500ms);
        lab.unreachable(lab.sent[0], {});
        CHECK(lab.outcome() == "lost t0.0 #1");
    }
    SECTION("an error")
    {
        lab.unreachable(lab.sent[0], {});
        CHECK(lab.outcome() == "error t0.0 #1 from 198.51.100.9: Destination Host Unreachable (3/1)");
    }
    CHECK(lab.outcome().empty());
    CHECK(lab.event().empty());
    CHECK(lab.engine.streams_done());
}

TEST_CASE("a request that can't be sent says why", "[engine][ping]")
{
    Lab lab;
    lab.engine.request(host, 500ms);
    const auto send = std::get<SendProbe>(lab.engine.next(start));
    lab.engine.on_send_error(send.probe, boost::asio::error::access_denied);
    CHECK(lab.outcome() == "send error t0.0 #1: Permission denied");
}

TEST_CASE("requests to one address share its sequence and are told apart", "[engine][ping]")
{
    Lab lab;
    const auto stream = lab.engine.add(host, {.count = 1}, start);
    const auto first = lab.engine.request(host, 500ms);
    const auto second = lab.engine.request(host, 500ms);
    lab.run(start);
    REQUIRE(lab.sent.size() == 3);
    CHECK(lab.sent[0].sequence == 1);
    CHECK(lab.sent[1].sequence == 2);
    lab.reply(lab.sent[1], start + 2ms);
    lab.reply(lab.sent[0], start + 1ms);
    CHECK(lab.done()->probe == second);
    CHECK(lab.done()->probe == first);
    CHECK(lab.numbers(stream).received == 0);
}

TEST_CASE("a cancelled request ends without a report, at any moment", "[engine][ping]")
{
    Lab lab;
    const auto id = lab.engine.request(host, 500ms);
    SECTION("before it is sent")
    {
        lab.engine.cancel(id);
        lab.run(start);
        CHECK(lab.sent.empty());
    }
    SECTION("while it is out")
    {
        lab.run(start);
        lab.engine.cancel(id);
        lab.reply(lab.sent[0], start + 1ms);
    }
    SECTION("when its outcome is there, but not taken")
    {
        lab.run(start);
        lab.reply(lab.sent[0], start + 1ms);
        lab.engine.cancel(id);
    }
    SECTION("when it is forgotten")
    {
        lab.run(start);
        lab.run(start + 500ms);
        lab.outcome();
        lab.run(start + 1h);
        lab.engine.cancel(id);
    }
    CHECK(lab.outcome().empty());
    CHECK(lab.run(start + 1h) == "for input");
    CHECK(lab.engine.foreign() == 0);
}

}  // namespace ping_engine_requests_tests
