// proxy++ that speaks TLS with its clients.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/tls_site.hpp>

#include <csignal>
#include <string>
#include <string_view>

namespace proxy_tls_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// curl with this kind of proxy: "http", "https", "socks4", "socks4a", "socks5", "socks5h".
Finished curl_by(const Proxy& proxy, const std::string& kind, Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "", "--max-time", "60",
                                         "--proxy", kind + "://127.0.0.1:" + proxy.port()});
    return run(arguments);
}

}  // namespace

TEST_CASE("curl speaks TLS with proxy++, for requests and for tunnels", "[apps][proxy][tls]")
{
    const TlsSite site;
    Httpd httpd{site.root};
    Proxy proxy{site.tls()};
    const Arguments trust{"--proxy-cacert", site.authority()};
    const auto curl = [&](Arguments more) {
        more.insert(more.begin(), trust.begin(), trust.end());
        return curl_by(proxy, "https", more);
    };
    CHECK(curl({httpd.url("/a.txt"), httpd.url("/a.txt")}).out == "hellohello");
    CHECK(curl({"--proxytunnel", httpd.url("/a.txt")}).out == "hello");
    CHECK(curl({"--proxytunnel", httpd.url("/large.txt")}).out == numbers());
    CHECK(curl({httpd.url("/large.txt")}).out == numbers());
    CHECK(has(curl_by(proxy, "http", {"--include", httpd.url("/a.txt")}).out, "HTTP/1.1 400 "));
    CHECK(curl_by(proxy, "https", {httpd.url("/a.txt")}).exit_code == 60);  // who hasn't been told to trust it
    const auto ended = proxy.stop();
    CHECK(ended.exit_code == 0);
    CHECK(has(ended.err, "forwarding with TLS on 127.0.0.1:"));
    CHECK(has(ended.out, "\"CONNECT 127.0.0.1:" + httpd.port() + " HTTP/1.1\" 200"));
}

TEST_CASE("a tunnel in TLS carries TLS", "[apps][proxy][tls]")
{
    const TlsSite site;
    Httpd httpd{site.root,
                {"--access-log", "none", "--tls-cert", site.certificates.chain("site"), "--tls-key",
                 site.certificates.key("site")}};
    Proxy proxy{site.tls()};
    const auto got =
        curl_by(proxy, "https",
                {"--proxy-cacert", site.authority(), "--cacert", site.authority(), httpd.secure_url("/large.txt")});
    CHECK(got.out == numbers());
}

TEST_CASE("certificates of proxy++ are read again at SIGHUP, and bad ones aren't taken", "[apps][proxy][tls]")
{
    const TlsSite site;
    Httpd httpd{site.root};
    Proxy proxy{site.tls()};
    const auto trusted = [&] {
        return curl_by(proxy, "https", {"--proxy-cacert", site.authority(), httpd.url("/a.txt")}).out;
    };
    const auto before = trusted();
    CHECK(before == "hello");
    site.certificates.make("site", "IP:127.0.0.1");  // another key
    CHECK(trusted().empty());
    proxy.signal(SIGHUP);
    CHECK(proxy.wait_for("proxy++: reloaded\n"));
    CHECK(trusted() == "hello");
}

TEST_CASE("proxy++ speaks TLS at one place and none at another", "[apps][proxy][tls]")
{
    const TlsSite site;
    Httpd httpd{site.root};
    auto options = site.tls();
    options.insert(options.end(), {"--listen", "127.0.0.1:0,plain", "--listen", "127.0.0.2:0"});
    Proxy proxy{options};
    const std::string words = " on 127.0.0.2:";
    REQUIRE(proxy.wait_for(words));
    auto secure = proxy.err().substr(proxy.err().find(words) + words.size());
    secure.erase(secure.find_first_not_of("0123456789"));
    CHECK(curl_by(proxy, "http", {httpd.url("/a.txt")}).out == "hello");
    CHECK(run({"curl", "--silent", "--noproxy", "", "--max-time", "60", "--proxy", "https://127.0.0.2:" + secure,
               "--proxy-insecure", httpd.url("/a.txt")})
              .out == "hello");
}

TEST_CASE("proxy++ says which certificate it can't read", "[apps][proxy][tls]")
{
    const auto said = run({program("proxy++"), "--port", "0", "--tls-cert", "/nonexistent.pem"});
    CHECK(said.exit_code != 0);
    CHECK(has(said.err, "/nonexistent.pem"));
}

}  // namespace proxy_tls_tests
