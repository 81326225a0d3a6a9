// Clients of SOCKS at a ForwardProxy: on the port of HTTP, and by the same rules.

#include <libnet/access.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/read.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace forward_proxy_socks_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string hello = "\5\1\0"s, both = "\5\2\0\2"s;
const std::string alice = "\1\5alice\6secret"s, alice_wrong = "\1\5alice\6Secret"s;
const std::string granted4 = "\0\x5A\0\0\0\0\0\0"s, refused4 = "\0\x5B\0\0\0\0\0\0"s;

std::string reply5(char code) { return "\5"s + code + "\0\1\0\0\0\0\0\0"s; }

std::string octets_of(std::uint16_t port) { return {static_cast<char>(port >> 8), static_cast<char>(port & 0xFF)}; }

std::uint16_t port_of(const ScriptedOrigin& origin)
{
    const auto authority = origin.authority();
    return static_cast<std::uint16_t>(std::stoul(authority.substr(authority.find(':') + 1)));
}

std::string connect4(const ScriptedOrigin& origin) { return "\4\1"s + octets_of(port_of(origin)) + "\x7F\0\0\1me\0"s; }

std::string connect4a(const ScriptedOrigin& origin, const std::string& name)
{
    return "\4\1"s + octets_of(port_of(origin)) + "\0\0\0\1\0"s + name + "\0"s;
}

std::string connect5(std::uint16_t port) { return "\5\1\0\1\x7F\0\0\1"s + octets_of(port); }

std::string connect5(const ScriptedOrigin& origin, const std::string& name)
{
    return "\5\1\0\3"s + static_cast<char>(name.size()) + name + octets_of(port_of(origin));
}

/// What the proxy answers, to `size` octets.
std::string receive(RawClient& client, std::size_t size)
{
    std::string text(size, '\0');
    boost::asio::read(client.socket(), boost::asio::buffer(text));
    return text;
}

/// Says something both ways through a tunnel, and ends it.
void talk(RawClient& client, OriginConnection& upstream)
{
    client.send("question");
    CHECK(upstream.receive(8) == "question");
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(upstream.ended());
    upstream.send("an answer");
    upstream.close();
    CHECK(client.receive_rest() == "an answer");
}

/// A proxy with a user, "alice" with the password "secret".
ForwardProxyOptions guarded(const TemporaryDirectory& files, const std::string& rules = {})
{
    // bcrypt of "secret", with a cost that tests can afford.
    const auto users = files.write("users", "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
    ForwardProxyOptions options;
    options.access = std::make_shared<AccessControl>(
        AccessOptions{.users_file = users.string(), .rules = parse_access_rules(rules), .realm = "proxy"});
    return options;
}

}  // namespace

TEST_CASE("SOCKS4, 4a and 5 open tunnels, each logged as a CONNECT", "[service][proxy][socks]")
{
    ProxyFixture net;
    struct Case {
        std::string said, answer, target;
    };
    const auto address = net.origin.authority();
    const auto name = "localhost" + address.substr(address.find(':'));
    const Case cases[] = {
        {connect4(net.origin), granted4, address},
        {connect4a(net.origin, "localhost"), granted4, name},
        {hello + connect5(port_of(net.origin)), "\5\0"s + reply5(0), address},
        {hello + connect5(net.origin, "LocalHost"), "\5\0"s + reply5(0), "LocalHost" + name.substr(9)},
    };
    for (const auto& [said, answer, target] : cases) {
        RawClient client{net.proxy.endpoint()};
        client.send(said);
        CHECK(receive(client, answer.size()) == answer);
        auto upstream = net.origin.accept();
        talk(client, upstream);
    }
    const auto log = net.proxy.wait_for_log(4);
    REQUIRE(log.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(log[i].method == "CONNECT");
        CHECK(log[i].target == cases[i].target);
        CHECK(log[i].status == 200);
        CHECK(log[i].bytes_received == 8);
        CHECK(log[i].bytes_sent == 9);
        CHECK(log[i].reason.empty());
    }
}

TEST_CASE("a request of SOCKS may come octet by octet, and what follows it is not lost", "[service][proxy][socks]")
{
    ProxyFixture net;
    RawClient slow{net.proxy.endpoint()};
    for (const char octet : hello + connect5(port_of(net.origin))) slow.send({&octet, 1});
    CHECK(receive(slow, 12) == "\5\0"s + reply5(0));
    auto first = net.origin.accept();
    talk(slow, first);

    RawClient hasty{net.proxy.endpoint()};
    hasty.send(hello + connect5(port_of(net.origin)) + "early");
    auto second = net.origin.accept();
    CHECK(second.receive(5) == "early");
    CHECK(receive(hasty, 12) == "\5\0"s + reply5(0));
    talk(hasty, second);
}

TEST_CASE("where there are users, clients of SOCKS5 log in, and those of SOCKS4 can't", "[service][proxy][socks]")
{
    const TemporaryDirectory files;
    ProxyFixture net{guarded(files)};
    RawClient known{net.proxy.endpoint()};
    known.send(both + alice + connect5(port_of(net.origin)));
    CHECK(receive(known, 14) == "\5\2\1\0"s + reply5(0));
    auto upstream = net.origin.accept();
    talk(known, upstream);

    RawClient wrong{net.proxy.endpoint()}, silent{net.proxy.endpoint()}, old{net.proxy.endpoint()};
    wrong.send(both + alice_wrong + connect5(port_of(net.origin)));
    CHECK(wrong.receive_rest() == "\5\2\1\1"s);
    silent.send(hello + connect5(port_of(net.origin)));
    CHECK(silent.receive_rest() == "\5\0"s + reply5(2));
    old.send(connect4(net.origin));
    CHECK(old.receive_rest() == refused4);

    const auto log = net.proxy.wait_for_log(4);
    REQUIRE(log.size() == 4);
    CHECK(log[0].user == "alice");
    CHECK(log[1].status == 407);
    CHECK(log[1].reason == "The user or the password is wrong.");
    CHECK(log[2].status == 407);
    CHECK(log[3].status == 407);
    CHECK_FALSE(net.origin.is_wanted());
}

TEST_CASE("rules are about SOCKS as they are about CONNECT", "[service][proxy][socks]")
{
    const TemporaryDirectory files;
    ProxyFixture net{guarded(files, "localhost users alice\n* deny all")};
    RawClient allowed{net.proxy.endpoint()}, denied{net.proxy.endpoint()};
    allowed.send(both + alice + connect5(net.origin, "localhost"));
    CHECK(receive(allowed, 14) == "\5\2\1\0"s + reply5(0));
    denied.send(both + alice + connect5(port_of(net.origin)));
    CHECK(denied.receive_rest() == "\5\2\1\0"s + reply5(2));
    const auto log = net.proxy.wait_for_log(1);
    CHECK(log.at(0).status == 403);
}

TEST_CASE("ports, limits and failures have their answers in SOCKS", "[service][proxy][socks]")
{
    ForwardProxyOptions options;
    options.client_limits =
        std::make_shared<ClientLimiter>(ClientLimits{.requests_per_second = 0.001, .request_burst = 2});
    ProxyFixture net{std::move(options)};
    const auto port = port_of(net.origin);
    net.origin.close();
    for (const char code : {'\5', '\5', '\2'}) {  // the third request is one too many
        RawClient client{net.proxy.endpoint()};
        client.send(hello + connect5(port));
        CHECK(client.receive_rest() == "\5\0"s + reply5(code));
    }
    const auto log = net.proxy.wait_for_log(3);
    REQUIRE(log.size() == 3);
    CHECK(log[0].status == 502);
    CHECK(log[2].status == 429);
}

TEST_CASE("a client that doesn't finish its request of SOCKS, or sends none, is turned away", "[service][proxy][socks]")
{
    ForwardProxyOptions options;
    options.request_timeout = 1s;  // the others have to send theirs meanwhile
    ProxyFixture net{std::move(options)};
    RawClient slow{net.proxy.endpoint()};
    slow.send("\5\2\0"s);
    CHECK(slow.receive_rest().empty());
    RawClient bad{net.proxy.endpoint()};
    bad.send(hello + "\5\3\0\1\0\0\0\0\0\0"s);
    CHECK(bad.receive_rest() == "\5\0"s + reply5(7));
    RawClient next{net.proxy.endpoint()};
    next.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(ok);
    CHECK(next.receive().body == "ok");
    const auto log = net.proxy.wait_for_log(3);
    REQUIRE(log.size() == 3);
    CHECK(log[0].reason == "The request took too long to arrive.");
    CHECK(log[1].status == 400);
    CHECK(log[1].reason == "Of SOCKS only connections are served here, neither BIND nor UDP.");
}

TEST_CASE("a proxy that doesn't speak SOCKS refuses it as no HTTP", "[service][proxy][socks]")
{
    ForwardProxyOptions options;
    options.socks = false;
    ProxyFixture net{std::move(options)};
    RawClient client{net.proxy.endpoint()};
    client.send(hello + "\r\n\r\n");
    CHECK(client.receive().status == 400);
}

}  // namespace forward_proxy_socks_tests
