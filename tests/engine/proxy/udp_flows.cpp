#include <libnet/engine/proxy/udp_flows.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <string>

namespace udp_flows_tests {

using namespace std::chrono_literals;
using libnet::engine::UdpClient;
using Flows = libnet::engine::UdpFlows<int>;

namespace {

const Flows::TimePoint start{};
const auto here = boost::asio::ip::make_address("192.0.2.1"), there = boost::asio::ip::make_address("192.0.2.2");

}  // namespace

TEST_CASE("the client of a relay is its address and one port", "[engine][proxy]")
{
    UdpClient silent{here, 0};
    CHECK_FALSE(silent.sends_from(there, 1000));
    CHECK_FALSE(silent.sends_from(here, 0));
    CHECK(silent.port() == 0);
    CHECK(silent.sends_from(here, 1000));
    CHECK(silent.sends_from(here, 1000));
    CHECK_FALSE(silent.sends_from(here, 1001));
    CHECK(silent.port() == 1000);
    UdpClient told{here, 1000};
    CHECK_FALSE(told.sends_from(here, 1001));
    CHECK(told.sends_from(here, 1000));
}

TEST_CASE("who answers is who was sent something, at the very port", "[engine][proxy]")
{
    Flows flows{3};
    auto& flow = flows.add("a.test", 53, 1, start);
    CHECK(flows.find("a.test", 53, start) == &flow);
    CHECK(flows.find("a.test", 54, start) == nullptr);
    CHECK(flows.find_sender(there, 53, start) == nullptr);
    flow.address = there;
    CHECK(flows.find_sender(there, 53, start) == &flow);
    CHECK(flows.find_sender(there, 54, start) == nullptr);
    CHECK(flows.find_sender(here, 53, start) == nullptr);
    flows.erase(flow);
    CHECK(flows.find_sender(there, 53, start) == nullptr);
    CHECK(flows.size() == 0);
}

TEST_CASE("of too many destinations the one that was silent the longest is forgotten", "[engine][proxy]")
{
    Flows flows{2};
    flows.add("a.test", 1, 1, start).address = there;
    flows.add("b.test", 2, 2, start).address = here;
    CHECK(flows.find_sender(there, 1, start + 1s));  // an answer counts
    flows.add("c.test", 3, 3, start + 2s);
    CHECK(flows.size() == 2);
    CHECK(flows.find("b.test", 2, start) == nullptr);
    CHECK(flows.find("a.test", 1, start));
    CHECK(flows.find("c.test", 3, start)->extra == 3);
}

TEST_CASE("names that stay without an address are forgotten, however often they are asked for", "[engine][proxy]")
{
    Flows flows{8};
    flows.add("slow.test", 1, 1, start);
    flows.add("known.test", 2, 2, start).address = there;
    CHECK(flows.find("slow.test", 1, start + 9s));
    CHECK(flows.unresolved(start) == 1);
    CHECK(flows.unresolved(start + 1s) == 0);
    CHECK(flows.size() == 1);
    CHECK(flows.find("known.test", 2, start));
}

}  // namespace udp_flows_tests
