#include <libnet/engine/trace/trace_probes.hpp>
#include <tests/support/catch.hpp>

using namespace libnet;
using namespace libnet::engine;

namespace {

const auto address = asio::ip::make_address("192.0.2.1");

ProbeUnderWay probe(TraceTarget target, std::uint8_t ttl) { return {target, {ttl, 0}, address, {}}; }

}  // namespace

TEST_CASE("numbers count up and begin again", "[engine][trace]")
{
    TraceProbes table{65534};
    CHECK(table.next_number() == 65534);
    CHECK(table.next_number() == 65535);
    CHECK(table.next_number() == 65534);
}

TEST_CASE("a number is used by one probe at a time", "[engine][trace]")
{
    TraceProbes table{65533};
    CHECK(table.insert(65534, probe(1, 1)));
    CHECK_FALSE(table.insert(65534, probe(1, 2)));
    CHECK(table.next_number() == 65533);
    CHECK(table.next_number() == 65535);  // the one in the middle is taken
    CHECK(table.insert(65533, probe(1, 2)));
    CHECK(table.insert(65535, probe(2, 1)));
    CHECK(table.next_number() == std::nullopt);
    CHECK(table.erase(1, {1, 0}) == 65534);
    CHECK(table.next_number() == 65534);
}

TEST_CASE("the number finds the probe until it is forgotten", "[engine][trace]")
{
    TraceProbes table{33434};
    table.insert(40000, probe(7, 3));
    REQUIRE(table.find(40000));
    CHECK(*table.find(40000) == probe(7, 3));
    CHECK(table.find(40001) == nullptr);
    CHECK(table.erase(7, {4, 0}) == std::nullopt);
    CHECK(table.erase(7, {3, 0}) == 40000);
    CHECK(table.find(40000) == nullptr);
    CHECK(table.size() == 0);
}

TEST_CASE("a target's probes are forgotten together, and nobody else's", "[engine][trace]")
{
    TraceProbes table{1};
    table.insert(1, probe(1, 255));
    table.insert(2, probe(2, 1));
    table.insert(3, probe(2, 9));
    table.insert(4, probe(3, 1));
    CHECK(table.erase_any(2) == 2);
    CHECK(table.erase_any(2) == 3);
    CHECK(table.erase_any(2) == std::nullopt);
    CHECK(table.erase_any(4) == std::nullopt);
    CHECK(table.size() == 2);
    CHECK(table.find(1));
    CHECK(table.find(4));
}
