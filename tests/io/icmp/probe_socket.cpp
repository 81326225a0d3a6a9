#include <libnet/io/icmp/open_probe_socket.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <set>
#include <vector>

using namespace libnet;
using namespace libnet::io;
using asio::ip::udp;
using libnet::wire::IpVersion;

namespace {

const auto loopback4 = asio::ip::make_address("127.0.0.1");
const auto loopback6 = asio::ip::make_address("::1");

/// A port that nobody listens on: it was free a moment ago, and the kernel gives it out again as late as it can.
std::uint16_t closed_port(asio::io_context& io, const asio::ip::address& address)
{
    return udp::socket{io, {address, 0}}.local_endpoint().port();
}

/// Waits for the next answer; on loopback there is one unless something is wrong, and then ctest's limit ends this.
ProbeReply next_reply(asio::io_context& io, ProbeSocket& socket)
{
    for (;;) {
        if (auto reply = socket.receive()) return *reply;
        socket.async_wait([] {});
        io.restart();
        io.run_one();
        socket.cancel();
        io.run();
    }
}

}  // namespace

TEST_CASE("a closed port answers a UDP probe, and the answer carries the probe's number", "[io][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    const auto socket = open_probe_socket(io.get_executor(), TraceProbe::udp, wire::version_of(target), 0);
    const auto port = closed_port(io, target);
    CHECK_FALSE(socket->receive());
    REQUIRE(socket->send(target, 1, port).has_value());

    const auto reply = next_reply(io, *socket);
    CHECK(reply.number == port);
    CHECK(reply.from == target);
    CHECK(reply.destination == target);
    REQUIRE(reply.error);
    CHECK(reply.error->type ==
          (target.is_v4() ? wire::icmp_type::destination_unreachable : wire::icmpv6_type::destination_unreachable));
    CHECK(reply.error->code == (target.is_v4() ? 3 : 4));  // port unreachable
    CHECK_FALSE(socket->receive());
}

TEST_CASE("errors that wait on the socket keep no later probe from going out, and none of them is lost", "[io][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    const auto socket = open_probe_socket(io.get_executor(), TraceProbe::udp, wire::version_of(target), 0);
    std::set<std::uint16_t> expected, answered;
    for (int count = 0; count < 20; ++count) {
        const auto port = closed_port(io, target);
        expected.insert(port);
        REQUIRE(socket->send(target, 1, port)
                    .has_value());  // loopback answers within the call: the next send is refused at first
    }
    while (answered != expected) answered.insert(next_reply(io, *socket).number);
    CHECK_FALSE(socket->receive());
}

TEST_CASE("a UDP service that replies is an answer without an error", "[io][trace]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    asio::io_context io;
    udp::socket service{io, {loopback4, 0}};
    const auto port = service.local_endpoint().port();
    const auto socket = open_probe_socket(io.get_executor(), method, IpVersion::v4, port);
    const auto number = socket->send(loopback4, 1, port);
    REQUIRE(number.has_value());

    std::array<char, 64> datagram;
    udp::endpoint client;
    CHECK(service.receive_from(asio::buffer(datagram), client) == probe_payload_size);
    SECTION("from the port that was probed")
    {
        service.send_to(asio::buffer("answer"), client);
        const auto reply = next_reply(io, *socket);
        CHECK(reply.number == number->number);
        CHECK(reply.from == loopback4);
        CHECK(reply.destination == loopback4);
        CHECK_FALSE(reply.error);
    }
    SECTION("and from another one, which is nothing to us")
    {
        udp::socket stranger{io, {loopback4, 0}};
        stranger.send_to(asio::buffer("answer"), client);
        const auto reply = socket->receive();
        CHECK((!reply || reply->number != number->number));
    }
}

TEST_CASE("with a constant port, each probe has a number of its own until it is released", "[io][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    const auto port = closed_port(io, target);
    const auto socket = open_probe_socket(io.get_executor(), TraceProbe::udp_constant, wire::version_of(target), port);
    const auto first = socket->send(target, 1, 0);
    const auto second = socket->send(target, 2, 0);
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(first->number != second->number);
    socket->release(first->number);
    CHECK(next_reply(io, *socket).number == second->number);
    CHECK_FALSE(socket->receive());
    socket->release(second->number);
    socket->release(second->number);  // once more changes nothing
}

TEST_CASE("an echo reply answers an ICMP probe", "[io][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    std::unique_ptr<ProbeSocket> socket;
    try {
        socket = open_probe_socket(io.get_executor(), TraceProbe::icmp, wire::version_of(target), 0);
    } catch (const boost::system::system_error& error) {
        CHECK(std::string{error.what()}.find("ping_group_range") != std::string::npos);
        WARN("SKIPPED: " << error.what());
        return;
    }
    REQUIRE(socket->send(target, 1, 4711).has_value());
    REQUIRE(socket->send(target, 1, 4712).has_value());
    for (std::uint16_t number = 4711; number <= 4712; ++number) {
        const auto reply = next_reply(io, *socket);
        CHECK(reply.number == number);
        CHECK(reply.from == target);
        CHECK_FALSE(reply.error);
        CHECK_FALSE(reply.destination);
    }
    CHECK_FALSE(socket->receive());
}

TEST_CASE("two ICMP traces don't see each other's answers", "[io][trace]")
{
    asio::io_context io;
    std::unique_ptr<ProbeSocket> ours, theirs;
    try {
        ours = open_probe_socket(io.get_executor(), TraceProbe::icmp, IpVersion::v4, 0);
        theirs = open_probe_socket(io.get_executor(), TraceProbe::icmp, IpVersion::v4, 0);
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return;
    }
    REQUIRE(theirs->send(loopback4, 1, 1).has_value());
    CHECK(next_reply(io, *theirs).number == 1);
    CHECK_FALSE(ours->receive());
}

TEST_CASE("what the kernel refuses to send is told", "[io][trace]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    asio::io_context io;
    const auto socket = open_probe_socket(io.get_executor(), method, IpVersion::v4, 53);
    const auto sent = socket->send(asio::ip::make_address("127.255.255.255"), 1, 33434);  // broadcast
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error() == asio::error::access_denied);
}
