// ping++ --mtu and libnet/path_mtu.hpp where the routers are Linux (tests/lab/network.sh): the path to alpha goes
// through the link between r2 and r3.

#include <libnet/path_mtu.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace path_mtu_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

/// Runs a command on a host of the lab.
void on(const std::string& host, const std::string& command)
{
    const auto done = run({"ip", "netns", "exec", host, "sh", "-c", command});
    INFO(command << ": " << done.err);
    REQUIRE(done.exit_code == 0);
}

/// Gives the link between r2 and r3 an MTU, and its old one in the end.
struct NarrowLink {
    explicit NarrowLink(int mtu) { set(mtu); }
    ~NarrowLink() { set(1500); }
    static void set(int mtu)
    {
        for (const auto& [host, device] : {std::pair{"r2", "r2-r3"}, std::pair{"r3", "r3-r2"}})
            run({"ip", "netns", "exec", host, "ip", "link", "set", device, "mtu", std::to_string(mtu)});
    }
};

/// r2 drops its own messages about packets that are too big.
struct BlackHole {
    BlackHole()
    {
        on("r2",
           "nft 'add table inet hole; add chain inet hole out { type filter hook output priority 0; };"
           "add rule inet hole out icmp type destination-unreachable drop;"
           "add rule inet hole out icmpv6 type packet-too-big drop'");
    }
    ~BlackHole() { run({"ip", "netns", "exec", "r2", "nft", "delete table inet hole"}); }
};

/// Allows datagram sockets to no group, and to every one in the end: root opens raw ones.
struct OnlyRawSockets {
    OnlyRawSockets() { set("1 0"); }
    ~OnlyRawSockets() { set("0 2147483647"); }
    static void set(const std::string& groups)
    {
        run({"sh", "-c", "echo " + groups + " >/proc/sys/net/ipv4/ping_group_range"});
    }
};

Finished mtu_of(const std::string& host) { return run({program("ping++"), "--mtu", "-n", host}); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

PathMtu search(const char* address, PathMtuOptions options = {})
{
    asio::io_context io{1};
    std::optional<PathMtu> result;
    asio::co_spawn(io, find_path_mtu(io.get_executor(), asio::ip::make_address(address), options),
                   [&](std::exception_ptr thrown, PathMtu found) {
                       if (thrown) std::rethrow_exception(thrown);
                       result = std::move(found);
                   });
    io.run();
    return result.value();
}

boost::system::error_code why(std::exception_ptr thrown)
{
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

}  // namespace

TEST_CASE("a wide path is as wide as our own interface", "[lab]")
{
    const std::string host = GENERATE("10.0.4.2", "fd00:0:0:4::2");
    const auto done = mtu_of(host);
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "path MTU to " + host + " (" + host + "): 1500 bytes\n"));
    CHECK(contains(done.out, "nothing on the way takes less"));
}

TEST_CASE("a Linux router that has a narrow link says so", "[lab]")
{
    const auto [host, router] =
        GENERATE(table<std::string, std::string>({{"10.0.4.2", "10.0.2.2"}, {"fd00:0:0:4::2", "fd00:0:0:2::2"}}));
    const NarrowLink link{1380};
    const auto done = mtu_of(host);
    INFO(done.out << done.err);
    CHECK(contains(done.out, "path MTU to " + host + " (" + host + "): 1380 bytes\n"));
    CHECK(contains(done.out, "  1500 bytes: too big, says " + router + ": MTU 1380\n"));

    const auto theirs = run({"tracepath", "-n", host});
    INFO(theirs.out);
    CHECK(contains(theirs.out, "pmtu 1380"));
}

TEST_CASE("without privileges, and as root with raw sockets only, the result is the same", "[lab]")
{
    const NarrowLink link{1380};
    const std::string host = GENERATE("10.0.4.2", "fd00:0:0:4::2");
    const auto unprivileged =
        run({"setpriv", "--bounding-set", "-all", "--inh-caps", "-all", program("ping++"), "--mtu", "-q", host});
    INFO(unprivileged.out << unprivileged.err);
    CHECK(unprivileged.out == "path MTU to " + host + " (" + host + "): 1380 bytes\n");
    const OnlyRawSockets raw;
    const auto privileged = run({program("ping++"), "--mtu", "-q", host});
    CHECK(privileged.out == unprivileged.out);
}

TEST_CASE("what the kernel believes about a path neither hides nor replaces the answer", "[lab]")
{
    const std::string host = GENERATE("10.0.4.2", "fd00:0:0:4::2");
    {
        const NarrowLink link{1300};
        CHECK(contains(mtu_of(host).out, "1300 bytes\n"));
        CHECK(contains(run({"ip", "route", "get", host}).out, "mtu 1300"));
    }
    // The kernel believes so for ten minutes, but the link is wide again.
    CHECK(contains(run({"ip", "route", "get", host}).out, "mtu 1300"));
    const auto done = mtu_of(host);
    INFO(done.out << done.err);
    CHECK(contains(done.out, "path MTU to " + host + " (" + host + "): 1500 bytes\n"));
}

TEST_CASE("a router that drops its own messages makes a black hole", "[lab]")
{
    const NarrowLink link{1400};
    const BlackHole hole;
    const std::string host = GENERATE("10.0.4.2", "fd00:0:0:4::2");
    const auto done = mtu_of(host);
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "path MTU to " + host + " (" + host + "): 1400 bytes\n"));
    CHECK(contains(done.out, "a black hole"));
}

TEST_CASE("a host that can't be reached has no path MTU, with the reason where a router tells it", "[lab]")
{
    const auto [host, reason] = GENERATE(table<std::string, std::string>(
        {{"10.0.7.1", " (Destination Host Unreachable, says 10.0.3.2)"},
         {"fd00:0:0:8::1", " (Destination unreachable: Administratively prohibited, says fd00:0:0:3::2)"},
         {"10.0.9.1", ""}}));
    const auto done = run({program("ping++"), "--mtu", "-n", "-q", "-W", "0.2", host});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 1);
    CHECK(done.out == "path MTU to " + host + " (" + host + "): unknown, there is no answer" + reason + "\n");
}

TEST_CASE("without the right to send, ping++ --mtu says what would give it", "[lab]")
{
    const auto done = run({"unshare", "--net", "setpriv", "--bounding-set", "-all", "--inh-caps", "-all",
                           program("ping++"), "--mtu", "10.0.4.2"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 2);
    CHECK(contains(done.err, "net.ipv4.ping_group_range"));
}

TEST_CASE("the interface and the family can be chosen", "[lab]")
{
    const auto through = run({program("ping++"), "--mtu", "-q", "-4", "-I", "client-r1", "alpha"});
    CHECK(through.out == "path MTU to alpha (10.0.4.2): 1500 bytes\n");
    const auto wrong = run({program("ping++"), "--mtu", "-q", "-W", "0.2", "-4", "-I", "lo", "alpha"});
    INFO(wrong.out << wrong.err);
    CHECK(wrong.exit_code != 0);
    const auto six = run({program("ping++"), "--mtu", "-q", "-6", "alpha", "web"});
    CHECK(six.out == "path MTU to alpha (fd00:0:0:4::2): 1500 bytes\npath MTU to web (fd00:0:0:6::2): 1500 bytes\n");
}

TEST_CASE("find_path_mtu tells all that was found", "[lab]")
{
    const NarrowLink link{1380};
    const auto result = search("10.0.4.2");
    CHECK(result.address == asio::ip::make_address("10.0.4.2"));
    CHECK(result.mtu == 1380);
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(result.told_by == asio::ip::make_address("10.0.2.2"));
    CHECK(result.rtt > 0ns);
    CHECK(result.rtt < 20s);
    REQUIRE(result.steps.size() == 5);
    CHECK(result.steps[1].outcome == PathMtuOutcome::too_big_here);
    CHECK(result.steps[1].told == 1500U);
    CHECK(result.probes == 5);
    CHECK(search("10.0.4.2", {.ceiling = 1000}).mtu == 1000);
    CHECK(search("::ffff:10.0.4.2").mtu == 1380);
    CHECK(search("0.0.0.0").mtu == 65'535);
}

TEST_CASE("options out of range, and what can't be sent, are told as errors", "[lab]")
{
    const auto refuses = [](PathMtuOptions options) {
        try {
            search("10.0.4.2", std::move(options));
        } catch (const boost::system::system_error& error) {
            return error.code() == asio::error::invalid_argument;
        }
        return false;
    };
    CHECK(refuses({.timeout = 0s}));
    CHECK(refuses({.timeout = 2h}));
    CHECK(refuses({.attempts = 0}));
    CHECK(refuses({.max_probes = 0}));
    CHECK(refuses({.max_probes = 10'001}));
    CHECK(refuses({.ceiling = 67}));
    CHECK(refuses({.ceiling = 65'576}));
    CHECK(refuses({.access = static_cast<PathMtuAccess>(3)}));
    CHECK_THROWS_AS(search("192.0.2.1"), boost::system::system_error);  // no route
}

TEST_CASE("a cancelled search ends at once, and goes on when it is asked again", "[lab]")
{
    asio::io_context io{1};
    const PathMtuOptions patient{.timeout = 1h};
    PathMtuFinder finder{io.get_executor(), asio::ip::make_address("10.0.9.1"), patient};
    for (int i = 0; i < 2; ++i) {
        asio::cancellation_signal stop;
        std::exception_ptr thrown;
        asio::co_spawn(io, finder.next(),
                       asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr failed,
                                                                     std::optional<PathMtuStep>) { thrown = failed; }));
        asio::steady_timer soon{io, 30ms};
        soon.async_wait([&](auto) { stop.emit(asio::cancellation_type::terminal); });
        io.restart();
        io.run_for(5s);
        CHECK(why(thrown) == asio::error::operation_aborted);
        CHECK(finder.result().probes == 1);
    }
}

TEST_CASE("a search whose finder is gone ends", "[lab]")
{
    asio::io_context io{1};
    const PathMtuOptions patient{.timeout = 1h};
    auto finder = std::make_unique<PathMtuFinder>(io.get_executor(), asio::ip::make_address("10.0.9.1"), patient);
    std::exception_ptr thrown;
    asio::co_spawn(io, finder->next(), [&](std::exception_ptr failed, std::optional<PathMtuStep>) { thrown = failed; });
    asio::steady_timer soon{io, 30ms};
    soon.async_wait([&](auto) { finder.reset(); });
    io.run_for(5s);
    CHECK(why(thrown) == asio::error::operation_aborted);
}

}  // namespace path_mtu_tests
