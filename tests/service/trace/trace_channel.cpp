#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace trace_channel_tests {

using namespace libnet;
namespace asio = boost::asio;
using asio::ip::udp;
using libnet::wire::IpVersion;

namespace {

const auto loopback4 = asio::ip::make_address("127.0.0.1");
const auto loopback6 = asio::ip::make_address("::1");

/// A port that nothing listens on: it was free a moment ago, and the kernel gives it out again as late as it can.
std::uint16_t closed_port(asio::io_context& io, const asio::ip::address& address)
{
    return udp::socket{io, {address, 0}}.local_endpoint().port();
}

/// A channel, and whoever reads what is ready.
struct Channel {
    Channel(asio::io_context& io_, const TraceOptions& options, IpVersion version)
        : io{io_},
          poll{std::make_shared<libnet::io::ProbePoll>(io_.get_executor())},
          sockets{io_.get_executor(), poll, 0, options, version}
    {}

    auto send(const asio::ip::address& target, std::uint8_t ttl, std::uint16_t number, std::uint8_t flow = 0)
    {
        return sockets.send({{}, {ttl, 0}, target, number, flow, cookie});
    }

    std::optional<engine::TraceReply> receive()
    {
        take(sockets.take_met());
        poll->take_ready([this](std::uint64_t key) {
            libnet::detail::TraceHeard heard;
            sockets.read(key, heard);
            take(heard);
        });
        if (replies.empty()) return std::nullopt;
        const auto first = replies.front();
        replies.pop_front();
        return first;
    }

    void take(const libnet::detail::TraceHeard& heard)
    {
        for (const auto& one : heard.left) left[one.number] = one.at;
        replies.insert(replies.end(), heard.replies.begin(), heard.replies.end());
    }

    asio::io_context& io;
    std::shared_ptr<libnet::io::ProbePoll> poll;
    libnet::detail::TraceChannel sockets;
    std::deque<engine::TraceReply> replies;
    std::map<std::uint16_t, engine::action::TimePoint> left;  ///< by number
    static constexpr std::uint64_t cookie = 0x1122334455667788;
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
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    Channel socket{io, {.method = TraceProbe::udp, .classic = true, .access = access}, wire::version_of(target)};
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
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    Channel socket{io, {.method = TraceProbe::udp, .classic = true, .access = access}, wire::version_of(target)};
    std::set<std::uint16_t> expected, answered;
    for (int count = 0; count < 20; ++count) {
        const auto port = closed_port(io, target);
        expected.insert(port);
        REQUIRE(socket.send(target, 1, port)
                    .has_value());  // loopback answers within the call: the next send is refused at first
    }
    while (answered != expected) answered.insert(next_reply(socket).number.value());
    CHECK_FALSE(socket.receive());
}

TEST_CASE("a UDP service that replies is an answer without an error", "[service][trace]")
{
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    asio::io_context io;
    udp::socket service{io, {loopback4, 0}};
    const auto port = service.local_endpoint().port();
    Channel socket{io, {.method = method, .port = port, .classic = true, .access = access}, IpVersion::v4};
    const auto number = socket.send(loopback4, 1, port);
    REQUIRE(number.has_value());

    std::array<char, 64> datagram;
    udp::endpoint client;
    CHECK(service.receive_from(asio::buffer(datagram), client) == TraceOptions{}.payload_size);
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
    const auto access = TraceAccess::datagram;  // a raw socket gets errors of released probes, too
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    const auto port = closed_port(io, target);
    Channel socket{io,
                   {.method = TraceProbe::udp_constant, .port = port, .classic = true, .access = access},
                   wire::version_of(target)};
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
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    std::optional<Channel> socket;
    try {
        socket.emplace(io, TraceOptions{.method = TraceProbe::icmp, .access = access}, wire::version_of(target));
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
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    asio::io_context io;
    std::optional<Channel> ours, theirs;
    try {
        ours.emplace(io, TraceOptions{.method = TraceProbe::icmp, .access = access}, IpVersion::v4);
        theirs.emplace(io, TraceOptions{.method = TraceProbe::icmp, .access = access}, IpVersion::v4);
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
    const auto classic = GENERATE(false, true);
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    asio::io_context io;
    Channel socket{io, {.method = method, .port = 53, .classic = classic}, IpVersion::v4};
    const auto sent = socket.send(asio::ip::make_address("127.255.255.255"), 1, 33434);  // broadcast
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error() == asio::error::access_denied);
}

TEST_CASE("the UDP probes of a flow have the same ports, and errors tell them apart", "[service][trace]")
{
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    const auto port = closed_port(io, target);
    Channel socket{io, {.port = port, .flows = 2, .access = access}, wire::version_of(target)};
    REQUIRE(socket.send(target, 1, 7, 0).has_value());  // each flow has the numbers of its own
    REQUIRE(socket.send(target, 1, 8, 1).has_value());
    REQUIRE(socket.send(target, 1, 9, 0).has_value());
    std::set<std::uint16_t> numbers;
    for (int i = 0; i < 3; ++i) {
        const auto reply = next_reply(socket);
        REQUIRE(reply.number);
        numbers.insert(*reply.number);
        CHECK(reply.cookie == Channel::cookie);
        CHECK(reply.cookie_mask == ~std::uint64_t{0});
        CHECK(reply.destination == target);
        CHECK(reply.changes.empty());
        CHECK(reply.reply_ttl == 64);
        CHECK(reply.quoted_ttl.has_value() == (socket.sockets.access() == TraceAccess::raw));
    }
    CHECK(numbers == std::set<std::uint16_t>{7, 8, 9});
}

TEST_CASE("a service sees one source port for each flow", "[service][trace]")
{
    asio::io_context io;
    udp::socket service{io, {loopback4, 0}};
    Channel socket{io, {.port = service.local_endpoint().port(), .flows = 2}, IpVersion::v4};
    std::array<udp::endpoint, 3> clients;
    std::array<char, 64> datagram;
    for (std::uint8_t i = 0; i < 3; ++i) {
        REQUIRE(
            socket.send(loopback4, 1, static_cast<std::uint16_t>(7 + i), static_cast<std::uint8_t>(i / 2)).has_value());
        service.receive_from(asio::buffer(datagram), clients[i]);
    }
    CHECK(clients[0] == clients[1]);
    CHECK(clients[0] != clients[2]);

    service.send_to(asio::buffer("answer"), clients[2]);
    auto reply = next_reply(socket);
    CHECK_FALSE(reply.number);  // it says nothing about the probe
    CHECK(reply.flow == 1);
    CHECK_FALSE(reply.error);
    service.send_to(asio::buffer(datagram, TraceOptions{}.payload_size), clients[2]);  // an echo does
    reply = next_reply(socket);
    CHECK(reply.number == 9);
    CHECK(reply.cookie == Channel::cookie);
}

TEST_CASE("a TCP port answers, open or closed, and the answer tells the probe", "[service][trace]")
{
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto target = GENERATE(loopback4, loopback6);
    const auto open = GENERATE(false, true);
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor{io, {target, 0}};
    const auto port = acceptor.local_endpoint().port();
    if (!open) acceptor.close();
    Channel socket{io, {.method = TraceProbe::tcp, .port = port, .access = access}, wire::version_of(target)};
    for (std::uint16_t number = 7; number < 10; ++number) {
        REQUIRE(socket.send(target, 64, number).has_value());
        const auto reply = next_reply(socket);
        CHECK(reply.number == number);
        CHECK(reply.from == target);
        CHECK(reply.destination == target);
        CHECK_FALSE(reply.error);
        CHECK(((reply.cookie ^ Channel::cookie) & reply.cookie_mask) == 0);
        socket.sockets.release(number);
    }
}

TEST_CASE("the kernel says when a probe left, no later than its answer is read", "[service][trace]")
{
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant, TraceProbe::icmp);
    const auto classic = GENERATE(false, true);
    const auto target = GENERATE(loopback4, loopback6);
    asio::io_context io;
    std::optional<Channel> socket;
    try {
        const auto port = method == TraceProbe::icmp ? std::uint16_t{0} : closed_port(io, target);
        socket.emplace(io, TraceOptions{.method = method, .port = port, .classic = classic, .access = access},
                       wire::version_of(target));
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return;
    }
    // A stamp is thrown away where the clocks were read badly, which a busy machine does now and then.
    for (std::uint16_t next = 4711; socket->left.empty(); ++next) {
        const bool rising = classic && method == TraceProbe::udp;
        const auto sent = socket->send(target, 1, rising ? closed_port(io, target) : next);
        REQUIRE(sent.has_value());
        REQUIRE(next_reply(*socket).number == sent->number);
        if (!socket->left.empty()) CHECK(socket->left[sent->number] >= sent->at);
    }
}

TEST_CASE("with thousands of probes a second, the kernel isn't asked when each one leaves", "[service][trace]")
{
    asio::io_context io;
    Channel socket{io, {.port = closed_port(io, loopback4), .rate = 1001}, IpVersion::v4};
    REQUIRE(socket.send(loopback4, 1, 7).has_value());
    CHECK(next_reply(socket).number == 7);
    CHECK(socket.left.empty());
}

TEST_CASE("raw sockets that aren't allowed say what would help", "[service][trace]")
{
    asio::io_context io;
    try {
        const Channel socket{io, {.access = TraceAccess::raw}, IpVersion::v4};
        CHECK(socket.sockets.access() == TraceAccess::raw);
    } catch (const boost::system::system_error& error) {
        CHECK(std::string{error.what()}.find("cap_net_raw") != std::string::npos);
    }
}

}  // namespace trace_channel_tests
