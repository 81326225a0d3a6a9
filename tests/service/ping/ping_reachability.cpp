// Which hosts are alive, from their events.

#include <libnet/ping_reachability.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <vector>

using namespace libnet;
namespace asio = boost::asio;

namespace {

const auto first = asio::ip::make_address("192.0.2.1"), second = asio::ip::make_address("192.0.2.2");

PingHost single()
{
    PingHost host{.name = "a", .address = first, .index = 3};
    host.state = PingHost::State::known;
    return host;
}

PingHost range()
{
    auto host = single();
    host.range = std::make_shared<const wire::AddressRange>(wire::AddressRange{first, second});
    return host;
}

std::vector<PingVerdict> rest_of(const PingReachability& known, const PingHost& host)
{
    std::vector<PingVerdict> rest;
    known.settle(host, [&rest](const PingVerdict& verdict) { rest.push_back(verdict); });
    return rest;
}

}  // namespace

TEST_CASE("a host is alive with its first answer, and told once", "[service][ping]")
{
    PingReachability known{2};
    CHECK(known.note(single(), PingReply{.from = first}) == PingVerdict{first, true});
    CHECK_FALSE(known.note(single(), PingReply{.from = first}));
    CHECK_FALSE(known.note(single(), PingLost{.to = first}));
    CHECK(rest_of(known, single()).empty());
}

TEST_CASE("a host is unreachable when all of its probes have ended, however they did", "[service][ping]")
{
    PingReachability known{3};
    CHECK_FALSE(known.note(single(), PingLost{.to = first}));
    CHECK_FALSE(known.note(single(), PingOutstanding{.to = first}));
    CHECK_FALSE(known.note(single(), PingError{.to = first}));
    CHECK(known.note(single(), PingSendError{.to = first}) == PingVerdict{first, false});
    CHECK(rest_of(known, single()).empty());
    CHECK(known.note(single(), PingLate{.from = first}) == PingVerdict{first, true});  // after all
}

TEST_CASE("without a count, the end of the run says who is unreachable", "[service][ping]")
{
    PingReachability known{0};
    CHECK_FALSE(known.note(single(), PingLost{.to = first}));
    CHECK(rest_of(known, single()) == std::vector{PingVerdict{first, false}});
}

TEST_CASE("the hosts of a range are told apart by their addresses", "[service][ping]")
{
    PingReachability known{1};
    CHECK(known.note(range(), PingReply{.from = second}) == PingVerdict{second, true});
    CHECK(rest_of(known, range()) == std::vector{PingVerdict{first, false}});
    CHECK(known.note(range(), PingLost{.to = first}) == PingVerdict{first, false});
    CHECK(rest_of(known, range()).empty());
}
