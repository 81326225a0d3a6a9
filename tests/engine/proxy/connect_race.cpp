#include <libnet/engine/proxy/connect_race.hpp>
#include <tests/support/catch.hpp>

namespace connect_race_tests {

using namespace std::chrono_literals;
using libnet::engine::ConnectRace;
using libnet::engine::interleave_families;

namespace {

using Addresses = std::vector<boost::asio::ip::address>;
using Action = ConnectRace::Action;

const ConnectRace::TimePoint start{};
const auto refused = boost::system::errc::make_error_code(boost::system::errc::connection_refused);
const auto unreachable = boost::system::errc::make_error_code(boost::system::errc::network_unreachable);
const auto timed_out = boost::system::errc::make_error_code(boost::system::errc::timed_out);

Addresses addresses(std::initializer_list<const char*> texts)
{
    Addresses all;
    for (const char* text : texts) all.push_back(boost::asio::ip::make_address(text));
    return all;
}

Action begin(std::size_t attempt, const char* address)
{
    return ConnectRace::Start{attempt, boost::asio::ip::make_address(address)};
}

Action wait_until(ConnectRace::TimePoint time) { return ConnectRace::WaitUntil{time}; }

}  // namespace

TEST_CASE("address families take turns, and the first address' family begins", "[engine][connect]")
{
    CHECK(interleave_families({}).empty());
    CHECK(interleave_families(addresses({"2001:db8::1", "2001:db8::2", "192.0.2.1"})) ==
          addresses({"2001:db8::1", "192.0.2.1", "2001:db8::2"}));
    CHECK(interleave_families(addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"})) ==
          addresses({"192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3"}));
    CHECK(interleave_families(addresses({"192.0.2.1", "192.0.2.1"})) == addresses({"192.0.2.1"}));
}

TEST_CASE("the only address connects", "[engine][connect]")
{
    ConnectRace race{addresses({"192.0.2.1"}), {.timeout = 3s}, start};
    CHECK(race.next(start) == begin(0, "192.0.2.1"));
    CHECK(race.next(start) == wait_until(start + 3s));
    race.on_connected(0);
    CHECK(race.next(start + 20ms) == Action{ConnectRace::Won{0}});
}

TEST_CASE("a silent first address is left behind after the attempt delay", "[engine][connect]")
{
    ConnectRace race{addresses({"2001:db8::1", "192.0.2.1"}), {.attempt_delay = 250ms, .timeout = 3s}, start};
    CHECK(race.next(start) == begin(0, "2001:db8::1"));
    CHECK(race.next(start) == wait_until(start + 250ms));
    CHECK(race.next(start + 250ms) == begin(1, "192.0.2.1"));
    CHECK(race.next(start + 250ms) == wait_until(start + 3s));
    SECTION("and the second may win")
    {
        race.on_connected(1);
        CHECK(race.next(start + 260ms) == Action{ConnectRace::Won{1}});
    }
    SECTION("but may still win itself, even if the second connects in the same moment")
    {
        race.on_connected(0);
        race.on_connected(1);
        CHECK(race.next(start + 260ms) == Action{ConnectRace::Won{0}});
    }
    SECTION("and when no address answers, time is up")
    {
        CHECK(race.next(start + 3s) == Action{ConnectRace::Lost{timed_out}});
    }
}

TEST_CASE("an attempt that fails lets the next begin at once", "[engine][connect]")
{
    ConnectRace race{addresses({"2001:db8::1", "192.0.2.1"}), {.attempt_delay = 250ms, .timeout = 3s}, start};
    race.next(start);
    race.on_failed(unreachable);
    CHECK(race.next(start + 1ms) == begin(1, "192.0.2.1"));
    race.on_failed(refused);
    INFO("what the preferred address said is told");
    CHECK(race.next(start + 2ms) == Action{ConnectRace::Lost{unreachable}});
}

TEST_CASE("a failed attempt does not hurry more than one other", "[engine][connect]")
{
    ConnectRace race{
        addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3"}), {.attempt_delay = 250ms, .timeout = 3s}, start};
    race.next(start);
    race.on_failed(refused);
    CHECK(race.next(start + 1ms) == begin(1, "192.0.2.2"));
    CHECK(race.next(start + 1ms) == wait_until(start + 251ms));
}

TEST_CASE("the end of the race comes before an attempt that would start later", "[engine][connect]")
{
    ConnectRace race{addresses({"192.0.2.1", "192.0.2.2"}), {.attempt_delay = 250ms, .timeout = 100ms}, start};
    race.next(start);
    CHECK(race.next(start) == wait_until(start + 100ms));
    CHECK(race.next(start + 100ms) == Action{ConnectRace::Lost{timed_out}});
}

TEST_CASE("without an address the race is lost", "[engine][connect]")
{
    ConnectRace race{{}, {}, start};
    const auto none = boost::system::errc::make_error_code(boost::system::errc::address_not_available);
    CHECK(race.next(start) == Action{ConnectRace::Lost{none}});
}

TEST_CASE("without a limit the race waits for its attempts", "[engine][connect]")
{
    ConnectRace race{addresses({"192.0.2.1"}), {.timeout = std::chrono::milliseconds::max()}, start + 5s};
    CHECK(race.next(start + 5s) == begin(0, "192.0.2.1"));
    CHECK(race.next(start + 24h) == wait_until(ConnectRace::TimePoint::max()));
}

}  // namespace connect_race_tests
