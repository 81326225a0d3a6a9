#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <deque>
#include <optional>
#include <set>
#include <vector>

using namespace libnet;
namespace asio = boost::asio;
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

/// A channel, and whoever reads what is ready.
struct Channel {
    Channel(asio::io_context& io_, TraceProbe method, IpVersion version, std::uint16_t port)
        : io{io_},
          poll{std::make_shared<libnet::io::ProbePoll>(io_.get_executor())},
          sockets{io_.get_executor(), poll, 0, method, version, port}
    {}

    auto send(const asio::ip::address& target, std::uint8_t ttl, std::uint16_t number)
    {
        return sockets.send(target, ttl, number);
    }

    std::optional<engine::TraceReply> receive()
    {
        for (const auto& met : sockets.take_replies()) replies.push_back(met);
        poll->take_ready([this](std::uint64_t key) {
            std::vector<engine::TraceReply> some;
            sockets.read(static_cast<std::uint16_t>(key), some);
            replies.insert(replies.end(), some.begin(), some.end());
        });
        if (replies.empty()) return std::nullopt;
        const auto first = replies.front();
        replies.pop_front();
        return first;
    }

    asio::io_context& io;
    std::shared_ptr<libnet::io::ProbePoll> poll;
    libnet::detail::TraceChannel sockets;
    std::deque<engine::TraceReply> replies;
};

/// Waits for the next answer; on loopback there is one unless something is wrong, and then ctest's limit ends this.
engine::TraceReply next_reply(Channel& channel)
{
    for (;;) {
        if (auto reply = channel.receive()) return *reply;
        asio::co_spawn(channel.io, libnet::io::ProbePoll::until(channel.poll, engine::action::TimePoint::max()),
                       asio::detached);
        channel.io.restart();
        channel.io.run();
    }
}

}  // namespace

TEST_CASE("a closed port answers a UDP probe, and the answer carries the probe's number", "[service][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    Channel socket{io, TraceProbe::udp, wire::version_of(target), 0};
    const auto port = closed_port(io, target);
    CHECK_FALSE(socket.receive());
    REQUIRE(socket.send(target, 1, port).has_value());

    const auto reply = next_reply(socket);
    CHECK(reply.number == port);
    CHECK(reply.from == target);
    CHECK(reply.destination == target);
    REQUIRE(reply.error);
    CHECK(reply.error->type ==
          (target.is_v4() ? wire::icmp_type::destination_unreachable : wire::icmpv6_type::destination_unreachable));
    CHECK(reply.error->code == (target.is_v4() ? 3 : 4));  // port unreachable
    CHECK_FALSE(socket.receive());
}

TEST_CASE("errors that wait on the socket keep no later probe from going out, and none of them is lost",
          "[service][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    Channel socket{io, TraceProbe::udp, wire::version_of(target), 0};
    std::set<std::uint16_t> expected, answered;
    for (int count = 0; count < 20; ++count) {
        const auto port = closed_port(io, target);
        expected.insert(port);
        REQUIRE(socket.send(target, 1, port)
                    .has_value());  // loopback answers within the call: the next send is refused at first
    }
    while (answered != expected) answered.insert(next_reply(socket).number);
    CHECK_FALSE(socket.receive());
}

TEST_CASE("a UDP service that replies is an answer without an error", "[service][trace]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    asio::io_context io;
    udp::socket service{io, {loopback4, 0}};
    const auto port = service.local_endpoint().port();
    Channel socket{io, method, IpVersion::v4, port};
    const auto number = socket.send(loopback4, 1, port);
    REQUIRE(number.has_value());

    std::array<char, 64> datagram;
    udp::endpoint client;
    CHECK(service.receive_from(asio::buffer(datagram), client) == libnet::detail::trace_payload_size);
    SECTION("from the port that was probed")
    {
        service.send_to(asio::buffer("answer"), client);
        const auto reply = next_reply(socket);
        CHECK(reply.number == number->number);
        CHECK(reply.from == loopback4);
        CHECK(reply.destination == loopback4);
        CHECK_FALSE(reply.error);
    }
    SECTION("and from another one, which is nothing to us")
    {
        udp::socket stranger{io, {loopback4, 0}};
        stranger.send_to(asio::buffer("answer"), client);
        const auto reply = socket.receive();
        CHECK((!reply || reply->number != number->number));
    }
}

TEST_CASE("with a constant port, each probe has a number of its own until it is released", "[service][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    const auto port = closed_port(io, target);
    Channel socket{io, TraceProbe::udp_constant, wire::version_of(target), port};
    const auto first = socket.send(target, 1, 0);
    const auto second = socket.send(target, 2, 0);
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(first->number != second->number);
    socket.sockets.release(first->number);
    CHECK(next_reply(socket).number == second->number);
    CHECK_FALSE(socket.receive());
    socket.sockets.release(second->number);
    socket.sockets.release(second->number);  // once more changes nothing
}

TEST_CASE("an echo reply answers an ICMP probe", "[service][trace]")
{
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    std::optional<Channel> socket;
    try {
        socket.emplace(io, TraceProbe::icmp, wire::version_of(target), 0);
    } catch (const boost::system::system_error& error) {
        CHECK(std::string{error.what()}.find("ping_group_range") != std::string::npos);
        WARN("SKIPPED: " << error.what());
        return;
    }
    REQUIRE(socket->send(target, 1, 4711).has_value());
    REQUIRE(socket->send(target, 1, 4712).has_value());
    for (std::uint16_t number = 4711; number <= 4712; ++number) {
        const auto reply = next_reply(*socket);
        CHECK(reply.number == number);
        CHECK(reply.from == target);
        CHECK_FALSE(reply.error);
        CHECK_FALSE(reply.destination);
    }
    CHECK_FALSE(socket->receive());
}

TEST_CASE("two ICMP traces don't see each other's answers", "[service][trace]")
{
    asio::io_context io;
    std::optional<Channel> ours, theirs;
    try {
        ours.emplace(io, TraceProbe::icmp, IpVersion::v4, 0);
        theirs.emplace(io, TraceProbe::icmp, IpVersion::v4, 0);
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return;
    }
    REQUIRE(theirs->send(loopback4, 1, 1).has_value());
    CHECK(next_reply(*theirs).number == 1);
    CHECK_FALSE(ours->receive());
}

TEST_CASE("what the kernel refuses to send is told", "[service][trace]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    asio::io_context io;
    Channel socket{io, method, IpVersion::v4, 53};
    const auto sent = socket.send(asio::ip::make_address("127.255.255.255"), 1, 33434);  // broadcast
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error() == asio::error::access_denied);
}
