// Who clients of proxy++ are: by a bearer token, by their certificate, by the user who has connected to a Unix socket.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/temporary_directory.hpp>
#include <tests/support/tls_site.hpp>

#include <boost/json.hpp>

#include <csignal>
#include <string>
#include <string_view>

#include <unistd.h>

namespace proxy_identities_tests {

using namespace libnet::test;
namespace json = boost::json;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "", "--max-time", "60"});
    return run(arguments);
}

/// The last line of JSON in a text.
json::object last_line(std::string text)
{
    while (text.ends_with('\n')) text.pop_back();
    return json::parse(text.substr(text.rfind('\n') + 1)).as_object();
}

std::string digest_of(const std::string& token) { return run({"sha256sum"}, {}, token).out.substr(0, 64); }

}  // namespace

TEST_CASE("a bearer token is a user, for rules and for the log", "[apps][proxy][identities]")
{
    if (is_missing("curl", "curl")) return;
    const TlsSite site;
    Httpd httpd{site.root};
    const TemporaryDirectory files;
    const std::string ci = "0123456789abcdef0123456789abcdef", bot = "fedcba9876543210fedcba9876543210";
    const auto tokens = files.write("tokens", "ci:" + digest_of(ci) + "\nbot:" + digest_of(bot) + "\n").string();
    const auto rules = files.write("rules", "allow user ci to 127.0.0.1\ndefault deny\n").string();
    Proxy proxy{{"--tokens", tokens, "--egress", rules, "--event-log", "-", "--access-log", "none"}};
    const auto ask = [&](const std::string& token, Arguments more) {
        more.insert(more.begin(), {"--proxy", "http://127.0.0.1:" + proxy.port()});
        if (!token.empty()) more.insert(more.begin(), {"--proxy-header", "Proxy-Authorization: Bearer " + token});
        return curl(more);
    };
    const auto url = httpd.url("/a.txt");
    const auto nobody = ask("", {"--include", url}).out;
    CHECK(nobody.starts_with("HTTP/1.1 407 "));
    CHECK(has(nobody, "Proxy-Authenticate: Bearer realm=\"proxy\"\r\n"));
    CHECK(ask(ci, {url}).out == "hello");
    CHECK(ask(ci, {"--proxytunnel", url}).out == "hello");
    CHECK(has(ask(bot, {url}).out, "default_denied"));
    CHECK(ask("0123456789abcdef0123456789abcdeF", {"--include", url}).out.starts_with("HTTP/1.1 407 "));

    files.write("tokens", "bot:" + digest_of(bot) + "\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("reloaded"));
    CHECK(ask(ci, {"--include", url}).out.starts_with("HTTP/1.1 407 "));
    ask(bot, {url});
    const auto told = last_line(proxy.stop().out);
    CHECK(told.at("user").as_string() == "bot");
    CHECK(told.at("verdict").as_string() == "default_denied");
}

TEST_CASE("wrong bearer tokens have an end, right ones are taken all the same", "[apps][proxy][identities]")
{
    if (is_missing("curl", "curl")) return;
    const TlsSite site;
    Httpd httpd{site.root};
    const TemporaryDirectory files;
    const std::string right = "0123456789abcdef0123456789abcdef";
    const auto tokens = files.write("tokens", "ci:" + digest_of(right) + "\n").string();
    const Proxy proxy{{"--tokens", tokens, "--client-logins", "2"}};
    const auto status_for = [&](const std::string& token) {
        return proxy
            .curl({"--proxy-header", "Proxy-Authorization: Bearer " + token, "--output", "/dev/null", "--write-out",
                   "%{http_code}", httpd.url("/a.txt")})
            .out;
    };
    for (int i = 0; i < 2; ++i) CHECK(status_for("ffffffffffffffffffffffffffffffff") == "407");
    CHECK(status_for("ffffffffffffffffffffffffffffffff") == "429");
    CHECK(status_for(right) == "200");
    CHECK(has(run({program("proxy++"), "--tokens", tokens + "x", "--check"}).err, "--tokens: tokens '"));
}

TEST_CASE("rules know clients by the names in their certificates", "[apps][proxy][identities]")
{
    if (is_missing("curl", "curl") || is_missing("openssl", "openssl")) return;
    const TlsSite site;
    Httpd httpd{site.root};
    site.certificates.make_client("named", "site");
    site.certificates.make_client("several", "site", "DNS:CI.example.org,URI:spiffe://example.org/build");
    const TemporaryDirectory files;
    const auto rules = files
                           .write("rules",
                                  "allow certificate ci.example.org to 127.0.0.1\n"
                                  "allow certificate named to 127.0.0.1 methods CONNECT\n"
                                  "default deny\n")
                           .string();
    auto options = site.tls();
    options.insert(options.end(), {"--tls-client-ca", site.authority(), "--egress", rules, "--event-log", "-",
                                   "--access-log", "none"});
    Proxy proxy{options};
    const auto by = [&](const std::string& name, Arguments more) {
        more.insert(more.begin(), {"--proxy", "https://127.0.0.1:" + proxy.port(), "--proxy-cacert", site.authority()});
        if (!name.empty())
            more.insert(more.begin(),
                        {"--proxy-cert", site.certificates.chain(name), "--proxy-key", site.certificates.key(name)});
        return curl(more);
    };
    const auto url = httpd.url("/a.txt");
    CHECK(by("several", {url}).out == "hello");
    CHECK(by("named", {"--proxytunnel", url}).out == "hello");
    CHECK(has(by("named", {url}).out, "default_denied"));
    CHECK(by("", {url}).exit_code != 0);
    CHECK(by("several", {"--proxytunnel", url}).out == "hello");
    const auto told = last_line(proxy.stop().out);
    CHECK(told.at("certificate").as_string() == "ci.example.org");
    CHECK(told.at("verdict").as_string() == "allowed");
}

TEST_CASE("rules know clients of a Unix socket by their user", "[apps][proxy][identities]")
{
    if (is_missing("curl", "curl")) return;
    const TlsSite site;
    Httpd httpd{site.root};
    const TemporaryDirectory files;
    const auto socket = (files.path() / "socket").string();
    const auto own = std::to_string(::geteuid());
    const auto rules = files.write("rules", "allow uid " + own + " to 127.0.0.1\ndefault deny\n").string();
    Proxy proxy{{"--listen", "127.0.0.1:0", "--listen", "unix:" + socket, "--egress", rules, "--event-log", "-",
                 "--access-log", "none"}};
    REQUIRE(proxy.wait_for("unix:" + socket + "\n"));
    const auto url = httpd.url("/a.txt");
    CHECK(has(proxy.curl({url}).out, "default_denied"));
    CHECK(curl({"--proxy", "socks5h://localhost" + socket, url}).out == "hello");
    CHECK(curl({"--unix-socket", socket, "--request-target", url, url}).out == "hello");
    files.write("rules", "allow uid " + std::to_string(::geteuid() + 1) + " to 127.0.0.1\ndefault deny\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("reloaded"));
    CHECK(has(curl({"--unix-socket", socket, "--request-target", url, url}).out, "default_denied"));
    const auto told = last_line(proxy.stop().out);
    CHECK(told.at("uid").as_int64() == ::geteuid());
}

TEST_CASE("--explain says what a certificate or a user of a Unix socket gets", "[apps][proxy][identities]")
{
    const TemporaryDirectory files;
    const auto rules = files
                           .write("rules",
                                  "allow uid 1000 to 93.184.216.34\n"
                                  "allow certificate spiffe://x/build to 93.184.216.34\n"
                                  "default deny\n")
                           .string();
    const auto explain = [&](const std::string& client) {
        return run({program("proxy++"), "--egress", rules, "--explain", "GET http://93.184.216.34/", "--as", client});
    };
    CHECK(explain("uid=1000").exit_code == 0);
    CHECK(has(explain("uid=1000").out, "client 0.0.0.0, uid 1000\n"));
    CHECK(explain("uid=1001").exit_code == 1);
    CHECK(explain("certificate=spiffe://x/build@10.1.2.3").exit_code == 0);
    CHECK(explain("10.1.2.3").exit_code == 1);
    CHECK(has(explain("uid=x").err, "'uid=x' is no client: give one like"));
}

}  // namespace proxy_identities_tests
