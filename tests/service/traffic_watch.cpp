// What a page of a server is told.

#include <libnet/traffic_watch.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>

namespace traffic_watch_tests {

using namespace libnet;

namespace {

/// An IPv4 client, as a socket for both versions of IP shows it.
const boost::asio::ip::tcp::endpoint mapped{boost::asio::ip::make_address("::ffff:192.0.2.7"), 4711};

AccessRecord refused(std::string_view rule)
{
    AccessRecord record;
    record.client = mapped;
    record.started = std::chrono::system_clock::time_point{std::chrono::seconds{1000}};
    record.duration = std::chrono::milliseconds{5};
    record.method = "GET";
    record.target = "/secret";
    record.status = 403;
    record.reason = "No.";
    record.rule = rule;
    return record;
}

}  // namespace

TEST_CASE("IPv4 clients of a socket for both versions are IPv4 clients", "[service]")
{
    TrafficWatch watch;
    watch.watch(true);
    watch.record(refused("/ deny all"));
    engine::TrafficHistory history;
    history.add(1001, watch.take(), 1);
    ServerNow now;
    now.connections.push_back({});
    now.connections.back().client = mapped;
    const auto told = traffic_json({.name = "a", .seconds = 10}, history, now);
    CAPTURE(told);
    CHECK(told.find("\"192.0.2.7:4711\"") != told.npos);
    CHECK(told.find("[\"192.0.2.7\",") != told.npos);
    CHECK(told.find("\"/secret\",\"192.0.2.7\"]") != told.npos);
    CHECK(told.find("::ffff:") == told.npos);
}

TEST_CASE("clients have the names that logs have for them", "[service]")
{
    TrafficWatch watch;
    watch.watch(true);
    auto local = refused({});
    local.client = {};
    watch.record(local);
    engine::TrafficHistory history;
    history.add(1001, watch.take(), 1);
    ServerNow now;
    now.connections.resize(2);
    now.connections.back().client = {boost::asio::ip::make_address("2001:db8::1"), 80};
    const auto told = traffic_json({.seconds = 10}, history, now);
    CAPTURE(told);
    CHECK(told.find("[\"idle\",\"unix:\",") != told.npos);
    CHECK(told.find("[\"idle\",\"[2001:db8::1]:80\",") != told.npos);
    CHECK(told.find("[\"unix:\",1,") != told.npos);
    CHECK(told.find("0.0.0.0") == told.npos);
}

TEST_CASE("the rule of a refusal is that of access, else that of where a proxy may go", "[service]")
{
    TrafficWatch watch;
    watch.watch(true);
    engine::HttpForwarding forwarding;
    forwarding.rule = "deny to .example";
    for (const std::string_view rule : {"/secret deny all", ""}) {
        auto record = refused(rule);
        record.forwarding = &forwarding;
        watch.record(record);
    }
    auto served = refused("/never");
    served.reason = {};
    watch.record(served);
    engine::TrafficHistory history;
    history.add(1001, watch.take(), 1);
    const auto told = traffic_json({.seconds = 10}, history, {});
    CAPTURE(told);
    CHECK(told.find("/secret deny all") != told.npos);
    CHECK(told.find("deny to .example") != told.npos);
    CHECK(told.find("/never") == told.npos);
}

}  // namespace traffic_watch_tests
