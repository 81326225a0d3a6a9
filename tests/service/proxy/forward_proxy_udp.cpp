// Datagrams of SOCKS5 clients through a ForwardProxy (RFC 1928 section 7), and of those who are none.

#include <libnet/access.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <poll.h>

namespace forward_proxy_udp_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::asio::ip::udp;

namespace {

std::string octets_of(std::uint16_t port) { return {static_cast<char>(port >> 8), static_cast<char>(port & 0xFF)}; }

/// A UDP socket on loopback, which waits at most 20 seconds for a datagram.
class Peer {
public:
    std::uint16_t port() const { return socket_.local_endpoint().port(); }
    void send(std::string_view text, std::uint16_t to)
    {
        socket_.send_to(boost::asio::buffer(text.data(), text.size()), {boost::asio::ip::address_v4::loopback(), to});
    }
    std::string receive()
    {
        pollfd readable{socket_.native_handle(), POLLIN, 0};
        if (::poll(&readable, 1, 20'000) != 1) throw std::runtime_error{"no datagram comes"};
        std::string text(65536, '\0');
        text.resize(socket_.receive_from(boost::asio::buffer(text), from_));
        return text;
    }
    std::uint16_t from() const { return from_.port(); }  ///< who has sent what was received last

private:
    boost::asio::io_context io_;
    udp::socket socket_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    udp::endpoint from_;
};

std::string to_address(std::uint16_t port, const std::string& data, const std::string& address = "\x7F\0\0\1"s)
{
    return "\0\0\0\1"s + address + octets_of(port) + data;
}

std::string to_name(const std::string& name, std::uint16_t port, const std::string& data)
{
    return "\0\0\0\3"s + static_cast<char>(name.size()) + name + octets_of(port) + data;
}

/// A client of SOCKS5 with its connection and the socket that its datagrams come from.
struct Client {
    explicit Client(const ProxyFixture& net, const std::string& greeting = "\5\1\0"s, std::uint16_t port = 0)
        : connection{net.proxy.endpoint()}
    {
        connection.send(greeting + "\5\3\0\1\0\0\0\0"s + octets_of(port));
    }

    std::string receive(std::size_t size)
    {
        std::string text(size, '\0');
        boost::asio::read(connection.socket(), boost::asio::buffer(text));
        return text;
    }

    /// Reads the answers, of which the last one is a reply with a place on loopback.
    void learn_relay(const std::string& before = "\5\0"s)
    {
        CHECK(receive(before.size()) == before);
        const auto reply = receive(10);
        REQUIRE(reply.substr(0, 8) == "\5\0\0\1\x7F\0\0\1"s);
        relay = static_cast<std::uint16_t>(static_cast<unsigned char>(reply[8]) << 8 |
                                           static_cast<unsigned char>(reply[9]));
    }

    void end() { connection.socket().close(); }

    RawClient connection;
    Peer datagrams;
    std::uint16_t relay = 0;
};

ForwardProxyOptions relaying(ForwardProxyOptions options = {})
{
    options.socks_udp = true;
    return options;
}

}  // namespace

TEST_CASE("datagrams are relayed both ways, by address and by name, and logged as one", "[service][proxy][socks]")
{
    ProxyFixture net{relaying()};
    Client client{net};
    client.learn_relay();
    Peer server;
    for (const auto& question :
         {to_address(server.port(), "question"), to_name("LocalHost", server.port(), "question")}) {
        client.datagrams.send(question, client.relay);
        CHECK(server.receive() == "question");
        server.send("an answer", server.from());
        CHECK(client.datagrams.receive() == to_address(server.port(), "an answer"));
    }
    const std::string large(60'000, 'x');
    client.datagrams.send(to_address(server.port(), large), client.relay);
    CHECK(server.receive() == large);
    client.datagrams.send(to_address(server.port(), ""), client.relay);
    CHECK(server.receive().empty());
    client.end();
    const auto log = net.proxy.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].method == "CONNECT");
    CHECK(log[0].target == "socks-udp.invalid:1");
    CHECK(log[0].status == 200);
    CHECK(log[0].bytes_received == 60'016);
    CHECK(log[0].bytes_sent == 18);
    CHECK(log[0].reason.empty());
}

TEST_CASE("neither datagrams of others nor malformed ones get through, and the log counts them",
          "[service][proxy][socks]")
{
    ProxyFixture net{relaying()};
    Client client{net};
    client.learn_relay();
    Peer server, stranger;
    client.datagrams.send(to_address(server.port(), "first"), client.relay);
    CHECK(server.receive() == "first");
    const auto outer = server.from();
    stranger.send(to_address(server.port(), "of another client"), client.relay);
    stranger.send("unasked", outer);
    server.send("of a server, to the client's side", client.relay);
    for (const auto& bad :
         {""s, "\0\0"s, "\0\0\1\1\x7F\0\0\1\0\1x"s, "\0\1\0\1\x7F\0\0\1\0\1x"s, "\0\0\0\4\x7F\0\0\1\0\1x"s,
          "\0\0\0\2\x7F\0\0\1\0\1x"s, "\0\0\0\3\5a.te"s, to_address(0, "x")})
        client.datagrams.send(bad, client.relay);
    client.datagrams.send(to_address(9, "x", "\xFF\xFF\xFF\xFF"s), client.relay);
    client.datagrams.send(to_address(9, "x", "\xE0\0\0\1"s), client.relay);
    client.datagrams.send(to_name("a b.test", 9, "x"), client.relay);
    // What comes behind them is relayed, and the answer that the client gets is the only one.
    client.datagrams.send(to_address(server.port(), "last"), client.relay);
    CHECK(server.receive() == "last");
    server.send("answer", outer);
    CHECK(client.datagrams.receive() == to_address(server.port(), "answer"));
    client.end();
    const auto log = net.proxy.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].reason == "Datagrams that were dropped: 3 from strangers, 9 malformed, 2 denied.");
}

TEST_CASE("a client that has named its port sends from no other", "[service][proxy][socks]")
{
    ProxyFixture net{relaying()};
    Peer named, server;
    Client client{net, "\5\1\0"s, named.port()};
    client.learn_relay();
    client.datagrams.send(to_address(server.port(), "from another"), client.relay);
    named.send(to_address(server.port(), "from this"), client.relay);
    CHECK(server.receive() == "from this");
    client.end();
    CHECK(net.proxy.wait_for_log(1).at(0).target == "socks-udp.invalid:" + std::to_string(named.port()));
}

TEST_CASE("without datagrams an association ends, and its client's connection with it", "[service][proxy][socks]")
{
    auto options = relaying();
    options.udp_timeout = 50ms;
    ProxyFixture net{options};
    Client client{net};
    client.learn_relay();
    CHECK(client.connection.receive_rest().empty());
    CHECK(net.proxy.wait_for_log(1).at(0).reason == "No datagram came for too long.");
}

TEST_CASE("datagrams go where rules let them, by names that are judged here", "[service][proxy][socks]")
{
    const TemporaryDirectory files;
    Peer server, other;
    const auto rules = files.write("rules", "allow to localhost " + std::to_string(server.port()) +
                                                " methods UDP\nprivate localhost 127.0.0.0/8\ndefault deny\n");
    auto options = relaying();
    options.egress = std::make_shared<EgressControl>(EgressOptions{.rules_file = rules.string()});
    ProxyFixture net{options};
    Client client{net};
    client.learn_relay();
    client.datagrams.send(to_address(server.port(), "by address"), client.relay);
    client.datagrams.send(to_name("localhost", other.port(), "to another port"), client.relay);
    client.datagrams.send(to_name("localhost", server.port(), "allowed"), client.relay);
    CHECK(server.receive() == "allowed");
    client.end();
    const auto log = net.proxy.wait_for_log(1);
    CHECK(log.at(0).reason == "Datagrams that were dropped: 2 denied.");
    RawClient tunnel{net.proxy.endpoint()};
    const auto authority = "localhost:" + std::to_string(server.port());
    CHECK(tunnel.exchange("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n").status == 403);
    RawClient forger{net.proxy.endpoint()};
    CHECK(forger.exchange("UDP http://" + authority + "/ HTTP/1.1\r\nHost: " + authority + "\r\n\r\n").status == 403);
}

TEST_CASE("who may not use the proxy relays no datagrams, and neither does one that isn't told to",
          "[service][proxy][socks]")
{
    const TemporaryDirectory files;
    // bcrypt of "secret", with a cost that tests can afford.
    const auto users = files.write("users", "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
    auto options = relaying();
    options.access = std::make_shared<AccessControl>(AccessOptions{.users_file = users.string(), .realm = "proxy"});
    ProxyFixture guarded{options};
    Client anonymous{guarded};
    CHECK(anonymous.receive(2) == "\5\0"s);
    CHECK(anonymous.receive(2) == "\5\2"s);
    Client alice{guarded, "\5\2\0\2\1\5alice\6secret"s};
    alice.learn_relay("\5\2\1\0"s);
    Peer server;
    alice.datagrams.send(to_address(server.port(), "hello"), alice.relay);
    CHECK(server.receive() == "hello");
    ProxyFixture without;
    Client refused{without};
    CHECK(refused.receive(2) == "\5\0"s);
    CHECK(refused.receive(2) == "\5\7"s);
}

}  // namespace forward_proxy_udp_tests
