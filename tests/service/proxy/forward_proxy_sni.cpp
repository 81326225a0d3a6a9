// Tunnels whose first octets are looked at.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <string>
#include <string_view>

namespace forward_proxy_sni_tests {

using namespace libnet;
using namespace libnet::test;

namespace {

std::string number(std::size_t value, int octets)
{
    std::string text;
    for (int i = octets - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xFF);
    return text;
}

std::string with_length(int octets, const std::string& text) { return number(text.size(), octets) + text; }

/// A ClientHello with, or without, a server's name.
std::string hello(const std::string& name)
{
    std::string extensions;
    if (!name.empty())
        extensions = number(0, 2) + with_length(2, with_length(2, std::string(1, '\0') + with_length(2, name)));
    const auto body = "\x03\x03" + std::string(32, 'r') + with_length(1, "") + with_length(2, "\x13\x01") +
                      with_length(1, std::string(1, '\0')) + with_length(2, extensions);
    return "\x16\x03\x01" + with_length(2, "\x01" + with_length(3, body));
}

struct Checked {
    explicit Checked(const std::string& host)
        : authority{host + ":" + origin.authority().substr(10)},
          proxy{[this] {
              auto options = named();
              options.check_sni = {static_cast<std::uint16_t>(std::stoul(origin.authority().substr(10)))};
              options.request_timeout = std::chrono::milliseconds{300};
              return options;
          }()}
    {}

    std::string connect() const { return "CONNECT " + authority + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

    ScriptedOrigin origin;
    std::string authority;
    ProxyServer proxy;
};

constexpr std::string_view alert{"\x15\x03\x03\x00\x02\x02\x70", 7};

}  // namespace

TEST_CASE("a ClientHello for the host of the CONNECT goes through, however it is cut", "[service][proxy]")
{
    Checked net{"localhost"};
    const auto said = hello("localhost") + "more";
    const auto cut = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{20}, std::size_t{200});
    RawClient client{net.proxy.endpoint()};
    client.send(net.connect() + said.substr(0, cut));
    auto connection = net.origin.accept();
    CHECK(client.receive("CONNECT").status == 200);
    client.send(std::string_view{said}.substr(std::min(cut, said.size())));
    CHECK(connection.receive(said.size()) == said);
    connection.send("answer");
    connection.close();
    CHECK(client.receive_rest() == "answer");
}

TEST_CASE("a tunnel for another server ends with an alert, and the server gets nothing", "[service][proxy]")
{
    Checked net{"localhost"};
    const auto name = GENERATE(std::string{"other.test"}, std::string{});
    RawClient client{net.proxy.endpoint()};
    client.send(net.connect());
    auto connection = net.origin.accept();
    CHECK(client.receive("CONNECT").status == 200);
    client.send(hello(name));
    CHECK(client.receive_rest() == alert);
    CHECK(connection.receive(1).empty());
}

TEST_CASE("a tunnel without TLS ends, and so does one in which nothing is said", "[service][proxy]")
{
    Checked net{"localhost"};
    const auto said = GENERATE(std::string{"SSH-2.0-x\r\n"}, std::string{"GET / HTTP/1.1\r\n\r\n"}, std::string{"\x16"},
                               std::string{});
    RawClient client{net.proxy.endpoint()};
    client.send(net.connect() + said);
    auto connection = net.origin.accept();
    CHECK(client.receive("CONNECT").status == 200);
    CHECK(client.receive_rest().empty());
    CHECK(connection.receive(1).empty());
}

TEST_CASE("a tunnel to an address asks for no name", "[service][proxy]")
{
    Checked net{"127.0.0.1"};
    RawClient client{net.proxy.endpoint()}, other{net.proxy.endpoint()};
    client.send(net.connect() + hello(""));
    auto connection = net.origin.accept();
    CHECK(client.receive("CONNECT").status == 200);
    CHECK(connection.receive(5) == hello("").substr(0, 5));
    other.send(net.connect() + hello("www.test"));
    auto second = net.origin.accept();
    CHECK(other.receive("CONNECT").status == 200);
    CHECK(other.receive_rest() == alert);
    CHECK(second.receive(1).empty());
}

TEST_CASE("what a server says first doesn't reach the client before the tunnel is open", "[service][proxy]")
{
    Checked net{"localhost"};
    RawClient client{net.proxy.endpoint()};
    client.send(net.connect());
    auto connection = net.origin.accept();
    connection.send("220 ready\r\n");
    CHECK(client.receive("CONNECT").status == 200);
    client.send("EHLO x\r\n");
    CHECK(client.receive_rest().empty());
    CHECK(connection.receive(1).empty());
}

}  // namespace forward_proxy_sni_tests
