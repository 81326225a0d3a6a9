// Servers behind proxies: whose a connection, by a PROXY header, and a request, by a field, is.

#include <libnet/access.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/static_file_server.hpp>
#include <libnet/tls.hpp>
#include <libnet/wire/proxy/proxy_protocol.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/process.hpp>
#include <tests/support/proxy.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace client_sources_tests {

using namespace libnet;
using test::FileServer, test::ProxyFixture, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

const std::string get = "GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string v1 = "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n";

const AccessNetwork loopback = *parse_network("127.0.0.0/8");
const AccessNetwork elsewhere = *parse_network("203.0.113.0/24");

struct Site {
    Site() { root.write("a.txt", "text"); }
    TemporaryDirectory root;
};

std::string v2(const std::string& source)
{
    wire::ProxyHeader header;
    header.is_proxied = true;
    header.source = {boost::asio::ip::make_address(source), 4711};
    header.destination = {boost::asio::ip::make_address(source), 443};
    std::string text;
    wire::append_proxy_header_v2(text, header);
    return text;
}

std::string forwarded(const std::string& field) { return "GET /a.txt HTTP/1.1\r\nHost: test\r\n" + field + "\r\n\r\n"; }

StaticFileServerOptions headers_from(const AccessNetwork& network)
{
    StaticFileServerOptions options;
    options.proxy_protocol = {network};
    return options;
}

StaticFileServerOptions trusting(const AccessNetwork& network)
{
    StaticFileServerOptions options;
    options.trusted_proxies = {network};
    return options;
}

std::shared_ptr<AccessControl> allowing(const std::string& networks)
{
    AccessOptions access;
    access.rules = parse_access_rules("* allow " + networks);
    return std::make_shared<AccessControl>(std::move(access));
}

std::string address(const test::LoggedAccess& record) { return record.client.address().to_string(); }

/// What a server reports to its diagnostics.
struct Complaints {
    DiagnosticsHandler handler()
    {
        return [this](DiagnosticLevel, std::string_view text) {
            const std::lock_guard lock{mutex};
            texts.emplace_back(text);
        };
    }
    std::vector<std::string> all()
    {
        const std::lock_guard lock{mutex};
        return texts;
    }
    std::mutex mutex;
    std::vector<std::string> texts;
};

}  // namespace

TEST_CASE("a PROXY header names the client", "[service][file_server][proxy_protocol]")
{
    const Site site;
    FileServer server{site.root, headers_from(loopback)};
    for (const auto& [header, client, port] :
         {std::tuple{v1, "192.0.2.1", 4711}, std::tuple{v2("2001:db8::7"), "2001:db8::7", 4711}})
    {
        RawClient proxy{server.endpoint()};
        CHECK(proxy.exchange(header + get).body == "text");
        CHECK(proxy.exchange(get).body == "text");
    }
    const auto log = server.wait_for_log(4);
    REQUIRE(log.size() == 4);
    CHECK(address(log[0]) == "192.0.2.1");
    CHECK(log[1].client == log[0].client);
    CHECK(log[1].client.port() == 4711);
    CHECK(address(log[3]) == "2001:db8::7");
}

TEST_CASE("a PROXY header may come octet by octet, and a health check speaks for itself",
          "[service][file_server][proxy_protocol]")
{
    const Site site;
    FileServer server{site.root, headers_from(loopback)};
    RawClient slow{server.endpoint()};
    for (const char octet : v2("192.0.2.9")) slow.send({&octet, 1});
    CHECK(slow.exchange(get).status == 200);
    RawClient check{server.endpoint()};
    CHECK(check.exchange("PROXY UNKNOWN\r\n" + get).status == 200);
    const auto log = server.wait_for_log(2);
    REQUIRE(log.size() == 2);
    CHECK(address(log[0]) == "192.0.2.9");
    CHECK(address(log[1]) == "127.0.0.1");
}

TEST_CASE("a trusted network's connection without a PROXY header is closed", "[service][file_server][proxy_protocol]")
{
    const Site site;
    Complaints complaints;
    auto options = headers_from(loopback);
    options.diagnostics = complaints.handler();
    FileServer server{site.root, std::move(options)};
    for (const std::string& bad : {get, std::string{"PROXY TCP4 192.0.2.1 1 2 3\r\n" + get}, std::string(5000, '\n')}) {
        RawClient proxy{server.endpoint()};
        proxy.try_send(bad);
        CHECK(proxy.receive_rest().empty());
    }
    const auto log = server.wait_for_log(3);
    REQUIRE(log.size() == 3);
    CHECK(log[0].status == 0);
    CHECK(log[0].reason == "The connection doesn't begin with a PROXY header.");
    CHECK(log[1].reason == "An address of the PROXY header is malformed.");
    REQUIRE(complaints.all().size() == 1);  // one in ten seconds
    CHECK(complaints.all().front() ==
          "a connection from 127.0.0.1 was closed: The connection doesn't begin with a PROXY header.");
    CHECK(server.server().refused_proxy_headers() == 3);
}

TEST_CASE("a PROXY header that doesn't come whole ends with the head's timeout",
          "[service][file_server][proxy_protocol]")
{
    const Site site;
    auto options = headers_from(loopback);
    options.header_timeout = 100ms;
    FileServer server{site.root, std::move(options)};
    RawClient slow{server.endpoint()};
    slow.send(v1.substr(0, 20));
    CHECK(slow.receive_rest().empty());
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].reason == "The PROXY header took too long to arrive.");
}

TEST_CASE("a PROXY header from elsewhere is refused, and clients from there are served",
          "[service][file_server][proxy_protocol]")
{
    const Site site;
    FileServer server{site.root, headers_from(elsewhere)};
    RawClient liar{server.endpoint()};
    liar.try_send(v1 + get);
    CHECK(liar.receive_rest().empty());
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get).body == "text");
    const auto log = server.wait_for_log(2);
    REQUIRE(log.size() == 2);
    CHECK(log[0].reason == "A PROXY header came from an address that is not trusted.");
    CHECK(address(log[0]) == "127.0.0.1");
    CHECK(server.server().refused_proxy_headers() == 1);
}

TEST_CASE("rules and limits count for whom the PROXY header names", "[service][file_server][proxy_protocol]")
{
    const Site site;
    auto options = headers_from(loopback);
    options.access = allowing("192.0.2.0/24");
    options.limits = std::make_shared<io::ClientLimiter>(engine::ClientLimits{.connections = 1});
    FileServer server{site.root, std::move(options)};
    RawClient first{server.endpoint()}, same{server.endpoint()}, other{server.endpoint()}, outside{server.endpoint()};
    CHECK(first.exchange(v2("192.0.2.1") + get).status == 200);
    CHECK(same.exchange(v2("192.0.2.1") + get).status == 429);
    CHECK(other.exchange(v2("192.0.2.2") + get).status == 200);
    CHECK(outside.exchange(v2("198.51.100.1") + get).status == 403);
}

TEST_CASE("a PROXY header stands in front of TLS", "[service][file_server][proxy_protocol][tls]")
{
    const Site site;
    const test::Certificates certificates;
    certificates.make("default", "DNS:default.test");
    io::TlsOptions tls;
    tls.certificates = {{.chain_file = certificates.chain("default"), .key_file = certificates.key("default")}};
    auto options = headers_from(loopback);
    options.tls = std::make_shared<io::TlsContext>(std::move(tls));
    FileServer server{site.root, std::move(options)};
    const auto url = "https://127.0.0.1:" + std::to_string(server.endpoint().port()) + "/a.txt";
    const auto got = test::run({"curl", "--silent", "--noproxy", "*", "--insecure", "--haproxy-protocol", url});
    CHECK(got.out == "text");
    CHECK(test::run({"curl", "--silent", "--noproxy", "*", "--insecure", url}).exit_code != 0);
}

TEST_CASE("a forward proxy takes PROXY headers", "[service][proxy][proxy_protocol]")
{
    ForwardProxyOptions options;
    options.proxy_protocol = {loopback};
    options.access = allowing("192.0.2.0/24");
    ProxyFixture net{std::move(options)};
    RawClient client{net.proxy.endpoint()}, outside{net.proxy.endpoint()};
    client.send(v1 + net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(test::ok);
    CHECK(client.receive().body == "ok");
    CHECK(outside.exchange(v2("198.51.100.1") + net.request("GET")).status == 403);
    const auto log = net.proxy.wait_for_log(2);
    REQUIRE(log.size() == 2);
    CHECK(address(log[0]) == "192.0.2.1");
    CHECK(address(log[1]) == "198.51.100.1");
}

TEST_CASE("a trusted proxy's field names the client of each request", "[service][file_server][trust_proxy]")
{
    const Site site;
    FileServer server{site.root, trusting(loopback)};
    RawClient proxy{server.endpoint()};
    // All in one go: the log tells of them when the answers are sent.
    proxy.send(forwarded("X-Forwarded-For: 192.0.2.1") +
               forwarded("X-Forwarded-For: 203.0.113.9, 2001:db8::2, 127.0.0.3") + get +
               forwarded("X-Forwarded-For: 192.0.2.1, unknown") + forwarded("Forwarded: for=192.0.2.7"));
    for (int i = 0; i < 5; ++i) CHECK(proxy.receive().status == 200);
    const auto log = server.wait_for_log(5);
    REQUIRE(log.size() == 5);
    CHECK(address(log[0]) == "192.0.2.1");
    CHECK(address(log[1]) == "2001:db8::2");
    CHECK(address(log[2]) == "127.0.0.1");
    CHECK(address(log[3]) == "127.0.0.1");
    CHECK(address(log[4]) == "127.0.0.1");  // the other field
}

TEST_CASE("Forwarded counts where it is what the proxies write", "[service][file_server][trust_proxy]")
{
    const Site site;
    auto options = trusting(loopback);
    options.forwarding_field = ForwardingField::forwarded;
    FileServer server{site.root, std::move(options)};
    RawClient proxy{server.endpoint()};
    CHECK(proxy
              .exchange(
                  forwarded("Forwarded: for=192.0.2.7;proto=http, for=\"[2001:db8::2]:1\"\r\nX-Forwarded-For: 9.9.9.9"))
              .status == 200);
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(address(log[0]) == "2001:db8::2");
}

TEST_CASE("what a client that is no proxy says of itself doesn't count", "[service][file_server][trust_proxy]")
{
    const Site site;
    auto options = trusting(elsewhere);
    options.access = allowing("192.0.2.0/24");
    FileServer server{site.root, std::move(options)};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(forwarded("X-Forwarded-For: 192.0.2.1")).status == 403);
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(address(log[0]) == "127.0.0.1");
}

TEST_CASE("rules and limits count for whom a trusted proxy names", "[service][file_server][trust_proxy]")
{
    const Site site;
    auto options = trusting(loopback);
    options.access = allowing("192.0.2.0/24");
    options.limits =
        std::make_shared<io::ClientLimiter>(engine::ClientLimits{.requests_per_second = 0.001, .request_burst = 2});
    FileServer server{site.root, std::move(options)};
    RawClient proxy{server.endpoint()};
    const auto one = forwarded("X-Forwarded-For: 192.0.2.1"), other = forwarded("X-Forwarded-For: 192.0.2.2");
    CHECK(proxy.exchange(forwarded("X-Forwarded-For: 198.51.100.1")).status == 403);
    CHECK(proxy.exchange(one).status == 200);
    CHECK(proxy.exchange(one).status == 200);
    CHECK(proxy.exchange(one).status == 429);
    CHECK(proxy.exchange(other).status == 200);
}

TEST_CASE("a trusted proxy may have any number of idle connections, and a client few requests at a time",
          "[service][file_server][trust_proxy]")
{
    const Site site;
    std::filesystem::resize_file(site.root.write("large.bin", ""), 64 * 1024 * 1024);
    auto options = trusting(loopback);
    options.limits = std::make_shared<io::ClientLimiter>(engine::ClientLimits{.connections = 1});
    FileServer server{site.root, std::move(options)};
    const auto one = forwarded("X-Forwarded-For: 192.0.2.1"), other = forwarded("X-Forwarded-For: 192.0.2.2");
    RawClient first{server.endpoint()}, second{server.endpoint()}, third{server.endpoint()};
    CHECK(first.exchange(one).status == 200);
    CHECK(second.exchange(one).status == 200);  // the first one is idle
    first.send("GET /large.bin HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
    CHECK(first.receive("HEAD").status == 200);  // it takes the head, and not yet the rest
    CHECK(second.exchange(one).status == 429);
    CHECK(third.exchange(other).status == 200);
}

}  // namespace client_sources_tests
