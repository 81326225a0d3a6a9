#include <libnet/engine/http/traffic_history.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>

namespace traffic_history_tests {

using namespace std::chrono_literals;
using libnet::base::JsonWriter;
using libnet::engine::TrafficHistory;
using libnet::engine::TrafficPiece;
using libnet::engine::TrafficSample;
using libnet::engine::TrafficSecond;

namespace {

TrafficSample get(std::string_view target, std::chrono::nanoseconds duration = 1ms)
{
    return {.client = boost::asio::ip::make_address("192.0.2.1"),
            .method = "GET",
            .target = target,
            .status = 200,
            .duration = duration,
            .sent = 10};
}

std::string written(const TrafficHistory& history)
{
    JsonWriter json;
    json.object();
    history.write(json, 300);
    json.end_object();
    return std::move(json).take();
}

}  // namespace

TEST_CASE("a second says what came in it", "[engine][traffic]")
{
    TrafficPiece piece;
    for (int i = 0; i < 9; ++i) piece.add(get("/a"), false, 100);
    auto failed = get("/b", 50ms);
    failed.status = 502;
    failed.reason = "The server doesn't answer.";
    piece.add(failed, false, 100);
    TrafficHistory history;
    history.add(100, piece, 3);
    REQUIRE(history.seconds().size() == 1);
    const auto& second = history.seconds().front();
    CHECK(second.requests == 10);
    CHECK(second.failed == 1);
    CHECK(second.sent == 100);
    CHECK(second.connections == 3);
    CHECK(second.p50 / 10 == 100);                                        // 1 ms, but for 1 %
    CHECK(second.p99 / 100 == 499);                                       // 50 ms, but for 1 %
    CHECK(written(history).find("\"targets\":[]") != std::string::npos);  // no page watches
}

TEST_CASE("while a page watches, each request of a quiet server is looked at", "[engine][traffic]")
{
    TrafficPiece piece;
    piece.add(get("/hot"), true, 7);
    piece.add(get("/hot"), true, 7);
    auto refused = get("/secret", 3ms);
    refused.status = 403;
    refused.reason = "not for you";
    refused.rule = "deny all";
    refused.user_agent = "</script><script>alert(1)</script>";
    piece.add(refused, true, 7);
    TrafficHistory history;
    history.add(7, piece, 1);
    const auto json = written(history);
    CHECK(json.find(R"("targets":[["/hot",2,20],["/secret",1,10]])") != std::string::npos);
    CHECK(json.find(R"("clients":[["192.0.2.1",3,30]])") != std::string::npos);
    CHECK(json.find("\"refusals\":[[\"not for you \xE2\x80\x94 deny all\",1,0]]") != std::string::npos);
    CHECK(json.find(R"("statuses":[["200",2,0],["403",1,0]])") != std::string::npos);
    CHECK(json.find(R"("slow":[[7,3000,403,"GET","/secret","192.0.2.1"],)") != std::string::npos);
}

TEST_CASE("of a busy server's requests a share is looked at, and counts for the others", "[engine][traffic]")
{
    TrafficPiece piece;
    for (int i = 0; i < 16'000; ++i) piece.add(get("/a"), true, 1);
    CHECK(piece.requests == 16'000);
    const auto top = piece.targets.top(1);
    CHECK(top[0].count > 15'900);
    CHECK(top[0].count < 16'100);
}

TEST_CASE("minutes pass: the history is bounded, what was hot fades, what was slow is forgotten", "[engine][traffic]")
{
    TrafficHistory history;
    TrafficPiece first;
    first.add(get("/old", 9s), true, 1000);
    for (int i = 0; i < 7; ++i) first.add(get("/old"), true, 1000);
    history.add(1000, first, 1);
    for (int i = 1; i <= 59; ++i) history.add(1000 + i, {}, 1);
    CHECK(written(history).find(R"(["/old",8,80])") != std::string::npos);
    history.add(1060, {}, 1);
    CHECK(written(history).find(R"(["/old",4,40])") != std::string::npos);
    for (int i = 61; i <= 400; ++i) history.add(1000 + i, {}, 1);
    CHECK(history.seconds().size() == TrafficHistory::most_seconds);
    CHECK(history.seconds().back() == TrafficSecond{.second = 1400, .connections = 1});
    CHECK(written(history).find("/old") == std::string::npos);
}

TEST_CASE("a clock that is set back a little stands still, and one that is set back by more begins anew",
          "[engine][traffic]")
{
    TrafficPiece piece;
    piece.add(get("/a", 9s), true, 1000);
    TrafficHistory history;
    history.add(1000, piece, 1);
    history.add(995, piece, 2);
    REQUIRE(history.seconds().size() == 1);
    CHECK(history.seconds().back().requests == 2);
    history.add(900, {}, 3);
    history.add(901, piece, 4);
    REQUIRE(history.seconds().size() == 2);
    CHECK(history.seconds().front() == TrafficSecond{.second = 900, .connections = 3});
    CHECK(history.seconds().back().second == 901);
    CHECK(written(history).find(R"(["/a",3,30])") != std::string::npos);  // what is hot stays
    history.add(961, {}, 3);
    CHECK(written(history).find(R"(["/a",3,30])") == std::string::npos);  // and fades by the new clock
}

TEST_CASE("tunnels don't make a server slow", "[engine][traffic]")
{
    TrafficPiece piece;
    auto tunnel = get("h:443", 3600s);
    tunnel.is_tunnel = true;
    tunnel.origin = "h";
    piece.add(tunnel, true, 1);
    CHECK(piece.latencies.count() == 0);
    CHECK(piece.slow.empty());
    CHECK(piece.origins.top(1)[0].name == "h");
}

}  // namespace traffic_history_tests
