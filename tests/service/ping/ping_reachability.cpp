// Which hosts are alive, from their events.

#include <libnet/ping_reachability.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <vector>

namespace ping_reachability_tests {

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

/// An event of a probe for this host.
template <typename Event>
Event about(const asio::ip::address& host)
{
    Event event{};
    event.to = host;
    return event;
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
    CHECK(known.note(single(), about<PingReply>(first)) == PingVerdict{first, true});
    CHECK_FALSE(known.note(single(), about<PingReply>(first)));
    CHECK_FALSE(known.note(single(), about<PingLost>(first)));
    CHECK(rest_of(known, single()).empty());
}

TEST_CASE("a host is unreachable when all of its probes have ended, however they did", "[service][ping]")
{
    PingReachability known{3};
    CHECK_FALSE(known.note(single(), about<PingLost>(first)));
    CHECK_FALSE(known.note(single(), about<PingOutstanding>(first)));
    CHECK_FALSE(known.note(single(), about<PingError>(first)));
    CHECK(known.note(single(), about<PingSendError>(first)) == PingVerdict{first, false});
    CHECK(rest_of(known, single()).empty());
    CHECK(known.note(single(), about<PingLate>(first)) == PingVerdict{first, true});  // after all
}

TEST_CASE("without a count, the end of the run says who is unreachable", "[service][ping]")
{
    PingReachability known{0};
    CHECK_FALSE(known.note(single(), about<PingLost>(first)));
    CHECK(rest_of(known, single()) == std::vector{PingVerdict{first, false}});
}

TEST_CASE("the hosts of a range are told apart by their addresses", "[service][ping]")
{
    PingReachability known{1};
    CHECK(known.note(range(), about<PingReply>(second)) == PingVerdict{second, true});
    CHECK(rest_of(known, range()) == std::vector{PingVerdict{first, false}});
    CHECK(known.note(range(), about<PingLost>(first)) == PingVerdict{first, false});
    CHECK(rest_of(known, range()).empty());
}

}  // namespace ping_reachability_tests
