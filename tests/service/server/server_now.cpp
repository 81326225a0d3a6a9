// What several servers are at, together.

#include <libnet/server_now.hpp>
#include <tests/support/catch.hpp>

#include <cstddef>

namespace server_now_tests {

using namespace libnet;
using Phase = ConnectionNow::Phase;

namespace {

ServerNow server(std::size_t busy, std::size_t idle)
{
    ServerNow now;
    now.connections.resize(busy + idle);
    for (std::size_t i = 0; i < busy; ++i) now.connections[i].phase = Phase::tunnel;
    return now;
}

}  // namespace

TEST_CASE("the connections of several servers: busy ones stand first, and in the place of idle ones",
          "[service][server]")
{
    auto all = server(1, 198);
    all.add(server(2, 1));
    CHECK(all.connections.size() == ServerNow::most_connections);
    CHECK(all.connections[2].phase == Phase::tunnel);
    CHECK(all.connections[3].phase == Phase::idle);
    all.add(server(300, 100));
    CHECK(all.connections.size() == ServerNow::most_connections);
    CHECK(all.connections.back().phase == Phase::tunnel);
}

TEST_CASE("amounts of the same name are added, and names are bounded", "[service][server]")
{
    ServerNow all, one;
    one.add("files in the cache", 3);
    one.names.assign(30, "a.example");
    all.add(one);
    all.add(one);
    REQUIRE(all.amounts.size() == 1);
    CHECK(all.amounts[0].second == 6);
    CHECK(all.names.size() == ServerNow::most_names);
}

}  // namespace server_now_tests
