// proxy++ that speaks TLS with the servers of https:// targets: whom it trusts, and what its clients are told where it doesn't.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/tls_site.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

namespace proxy_origin_tls_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// An httpd++ with TLS, whose certificate is for its address and not for its name.
struct Site : TlsSite {
    Arguments trust(Arguments more = {}) const
    {
        more.insert(more.begin(), {"--origin-ca", authority()});
        return more;
    }
};

std::string get(const std::string& url, const std::string& fields = {})
{
    const auto host = url.substr(url.find("://") + 3);
    return "GET " + url + " HTTP/1.1\r\nHost: " + host.substr(0, host.find('/')) + "\r\n" + fields + "\r\n";
}

Answer ask(const Proxy& proxy, const std::string& request) { return RawClient{proxy.endpoint()}.exchange(request); }

}  // namespace

TEST_CASE("https:// targets are fetched over TLS, on connections that are used again", "[apps][proxy][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.tls()};
    Proxy proxy{site.trust({"--event-log", "-", "--access-log", "none"})};
    RawClient client{proxy.endpoint()};
    CHECK(client.exchange(get(httpd.secure_url("/a.txt"))).body == "hello");
    const auto large = client.exchange(get(httpd.secure_url("/large.txt")));
    CHECK(large.status == 200);
    CHECK(large.body == numbers());
    RawClient other{proxy.endpoint()};
    CHECK(other.exchange(get(httpd.secure_url("/a.txt"))).body == "hello");
    // A server that speaks TLS is not one that doesn't, at the same port.
    CHECK(other.exchange(get(httpd.url("/a.txt"))).status == 400);
    const auto ended = proxy.stop();
    CHECK(ended.exit_code == 0);
    const auto reused = [&] {
        std::size_t count = 0;
        for (auto at = ended.out.find("\"reused\":true"); at != ended.out.npos;
             at = ended.out.find("\"reused\":true", at + 1))
            ++count;
        return count;
    }();
    CHECK(reused == 2);
    CHECK(has(ended.out, "\"target\":\"" + httpd.secure_url("/large.txt")));
}

TEST_CASE("a server of TLS that can't be trusted gets no request", "[apps][proxy][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.tls()};
    const auto refused = [&](const Proxy& proxy, const std::string& url) {
        const auto answer = ask(proxy, get(url, "Authorization: Bearer of-the-client\r\n"));
        CHECK(answer.status == 502);
        CHECK(has(answer.field("Proxy-Status"), "error=tls_certificate_error"));
        return answer.body;
    };
    Proxy trusting{site.trust()}, careful;
    CHECK(has(refused(careful, httpd.secure_url("/a.txt")), "self-signed certificate"));
    CHECK(has(refused(trusting, "https://localhost:" + httpd.port() + "/a.txt"), "hostname mismatch"));
    const auto log = httpd.stop().out;
    CHECK_FALSE(has(log, "GET"));
}

TEST_CASE("the file of authorities is read again at SIGHUP", "[apps][proxy][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.tls()};
    const TemporaryDirectory files;
    site.certificates.make("other", "IP:127.0.0.1");
    const auto authorities = (files.path() / "ca.pem").string();
    const auto become = [&](const std::string& name) {
        const auto from = site.certificates.chain(name);
        std::filesystem::copy_file(from, authorities, std::filesystem::copy_options::overwrite_existing);
    };
    become("other");
    Proxy proxy{{"--origin-ca", authorities, "--upstream-idle-timeout", "0"}};
    CHECK(ask(proxy, get(httpd.secure_url("/a.txt"))).status == 502);
    become("site");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("proxy++: reloaded\n"));
    CHECK(ask(proxy, get(httpd.secure_url("/a.txt"))).body == "hello");
}

TEST_CASE("what speaks no TLS, or leaves, is told apart", "[apps][proxy][tls]")
{
    const Site site;
    Proxy proxy{site.trust({"--connect-timeout", "1"})};
    Httpd plain{site.root};
    const auto answer = ask(proxy, get(plain.secure_url("/a.txt")));
    CHECK(answer.status == 502);
    CHECK(has(answer.field("Proxy-Status"), "error=tls_protocol_error"));
    ScriptedOrigin origin;
    RawClient waits{proxy.endpoint()};
    waits.send(get("https://" + origin.authority() + "/"));
    {
        auto leaves = origin.accept();
        leaves.receive(1);
    }
    CHECK(has(waits.receive().field("Proxy-Status"), "error=connection_terminated"));
    RawClient silent{proxy.endpoint()};
    silent.send(get("https://" + origin.authority() + "/"));
    auto says_nothing = origin.accept();
    const auto late = silent.receive();
    CHECK(late.status == 504);
    CHECK(has(late.field("Proxy-Status"), "error=connection_timeout"));
}

TEST_CASE("https:// targets are judged as those of CONNECT", "[apps][proxy][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.tls()};
    Proxy ports{site.trust({"--allow-private"}), Proxy::Reach::public_internet};
    const auto port = ask(ports, get(httpd.secure_url("/a.txt")));
    CHECK(port.status == 403);
    CHECK(has(port.body, "port_denied"));
    Proxy strict{site.trust({"--connect-port", "all"}), Proxy::Reach::public_internet};
    CHECK(has(ask(strict, get(httpd.secure_url("/a.txt"))).body, "loopback_address"));
    const auto explained = run({program("proxy++"), "--allow-private", "--explain", "GET https://192.0.2.1:8443/"});
    CHECK(explained.exit_code == 1);
    CHECK(has(explained.out, "port_denied"));
}

TEST_CASE("a credential goes to a server of TLS, and to no other in its place", "[apps][proxy][tls]")
{
    const Site site;
    const auto users = (site.root.path() / ".users").string();
    REQUIRE(run({"htpasswd", "-cbB", "-C", "4", users, "robot", "secret"}).exit_code == 0);
    auto options = site.tls();
    options.insert(options.end(), {"--users", users});
    Httpd httpd{site.root, options};
    const TemporaryDirectory files;
    const auto credential = "127.0.0.1:" + httpd.port() + "=" + files.write("robot", "robot:secret\n").string();
    Proxy proxy{site.trust({"--credential", credential})};
    CHECK(ask(proxy, get(httpd.secure_url("/a.txt"))).body == "hello");
    CHECK(ask(proxy, get("https://localhost:" + httpd.port() + "/a.txt")).status == 502);
    Proxy without{site.trust()};
    CHECK(ask(without, get(httpd.secure_url("/a.txt"))).status == 401);
}

TEST_CASE("a parent proxy has a tunnel to the server of an https:// target", "[apps][proxy][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.tls()};
    for (const std::string scheme : {"http", "socks5"}) {
        INFO(scheme);
        Proxy parent;
        Proxy proxy{site.trust({"--parent", "up=" + scheme + "://127.0.0.1:" + parent.port()})};
        RawClient client{proxy.endpoint()};
        CHECK(client.exchange(get(httpd.secure_url("/a.txt"))).body == "hello");
        CHECK(client.exchange(get(httpd.secure_url("/large.txt"))).body == numbers());
        CHECK(has(ask(proxy, get("https://localhost:" + httpd.port() + "/")).body, "hostname mismatch"));
        CHECK(proxy.stop().exit_code == 0);
        const auto log = parent.stop().out;
        CHECK(has(log, "CONNECT 127.0.0.1:" + httpd.port()));
        CHECK_FALSE(has(log, "GET"));
    }
}

TEST_CASE("proxy++ says which file of authorities it can't read", "[apps][proxy][tls]")
{
    const auto said = run({program("proxy++"), "--port", "0", "--origin-ca", "/nonexistent.pem"});
    CHECK(said.exit_code != 0);
    CHECK(has(said.err, "/nonexistent.pem"));
}

}  // namespace proxy_origin_tls_tests
