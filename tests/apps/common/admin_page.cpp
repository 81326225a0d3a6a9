// The page of --admin, as a browser shows it.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/page_checks.hpp>
#include <tests/support/process.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace admin_page_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

struct Watched {
    explicit Watched(const std::string& program = "httpd++", Arguments options = {},
                     const std::string& place = "127.0.0.1:0")
        : daemon{program, with(program, root, std::move(options), place)}
    {
        const std::string words = "for administrators on ";
        if (!daemon.process().wait_for(words)) throw std::runtime_error{daemon.process().err()};
        const auto& said = daemon.process().err();
        const auto at = said.find(words) + words.size();
        address = said.substr(at, said.find('\n', at) - at);
        daemon.process().wait_for("\n");
        url = "http://" + address + "/";
    }

    static Arguments with(const std::string& program, const TemporaryDirectory& root, Arguments options,
                          const std::string& place)
    {
        root.write("a.txt", "content");
        options.insert(options.end(), {"--access-log", "none", "--admin", place});
        if (program == "httpd++") options.insert(options.begin(), root.path().string());
        return options;
    }

    void ask(const std::string& target, const std::string& agent = "test") const
    {
        RawClient{daemon.endpoint()}.exchange("GET " + target + " HTTP/1.1\r\nHost: h\r\nUser-Agent: " + agent +
                                              "\r\nConnection: close\r\n\r\n");
    }

    /// A request at the page's port.
    static std::string get(const std::string& path, const std::string& host, const std::string& fields = {})
    {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
    }
    Answer ask_admin(const std::string& path, const std::string& host, const std::string& fields = {}) const
    {
        return RawClient{admin()}.exchange(get(path, host, fields));
    }
    boost::asio::ip::tcp::endpoint admin() const
    {
        const auto port = std::stoul(address.substr(address.rfind(':') + 1));
        return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
    }

    TemporaryDirectory root;
    Daemon daemon;
    std::string address, url;
};

const std::string upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// How long a request takes to be seen on the page: the least of five, since others use this machine, too.
std::chrono::milliseconds quickest_sight(Browser& browser, const Watched& httpd)
{
    auto quickest = std::chrono::milliseconds::max();
    for (int i = 0; i < 5 && quickest >= 1s; ++i) {
        const auto target = "/a.txt?seen-" + std::to_string(i);
        httpd.ask(target);
        const auto seen =
            browser.wait_until("return document.getElementById('targets').textContent.includes('" + target + "')");
        quickest = std::min(quickest, seen);
    }
    return quickest;
}

}  // namespace

TEST_CASE("the admin page shows a request within a second, live, without an error", "[apps][pages]")
{
    if (has_no_browser()) return;
    const Watched httpd;
    Browser browser;
    browser.open(httpd.url);
    CHECK(browser.wait_until(page_lives) < 60s);
    browser.wait_until("return document.title === 'httpd++'");
    browser.picture("admin_empty");
    watch_layout(browser);
    CHECK(quickest_sight(browser, httpd) < 1s);
    for (int i = 0; i < 30; ++i) httpd.ask(i % 3 == 0 ? "/missing" : "/a.txt");
    CHECK(browser.wait_until("return document.getElementById('statuses').textContent.includes('404')") < 60s);
    CHECK(browser.text("return document.getElementById('clients').textContent").find("127.0.0.1") != std::string::npos);
    browser.wait_until(
        "return document.getElementById('rates').textContent !== 'Requests a secondrequests 0/s; at most 0/s in 5 "
        "minutes'",
        3s);
    browser.picture("admin_busy");
    browser.run_script(
        "const f = document.getElementById('filter'); f.value = 'missing'; f.dispatchEvent(new Event('input'))");
    CHECK(browser.text("return document.getElementById('targets').rows.length") == "1");
    CHECK(browser.run_script("return window.moved").to_number<double>() < 0.05);
    check_page(browser);
}

TEST_CASE("what an attacker sends stays text on the admin page", "[apps][pages]")
{
    if (has_no_browser()) return;
    const Watched httpd;
    Browser browser;
    browser.open(httpd.url);
    browser.wait_until(page_lives);
    const std::string script = "</script><img/src=x/onerror=document.title='owned'>";
    httpd.ask("/{{constructor.constructor('document.title=1')()}}", script);
    httpd.ask("/%3Cscript%3Edocument.title='owned'%3C/script%3E", "\"><svg/onload=document.title='owned'>");
    httpd.ask("/__proto__", "\xFF\xFE${document.title='owned'}");
    CHECK(browser.wait_until("return document.getElementById('agents').textContent.includes('onerror')") < 60s);
    CHECK(browser.text("return document.title") == "httpd++");
    CHECK(browser.text("return document.querySelectorAll('main img, main script, main svg svg, main iframe').length") ==
          "0");
    browser.picture("admin_hostile");
    // And if markup ever got in, the policy would keep it from running.
    browser.run_script(
        "const i = document.createElement('div'); i.innerHTML = '<img src=x onerror=\"document.title=1\">'; "
        "document.body.append(i)");
    browser.wait_until("return false", 300ms);
    CHECK(browser.text("return document.title") == "httpd++");
    CHECK(browser.console().size() >= 1);  // which says so
}

TEST_CASE("the admin page of a proxy has its tunnels, and their octets", "[apps][pages]")
{
    if (has_no_browser()) return;
    const Watched httpd;  // a server to talk to
    const Watched proxy{
        "proxy++",
        {"--allow-private", "--connect-port", std::to_string(httpd.daemon.endpoint().port()), "--port", "0"}};
    Browser browser{{.dark = true}};
    browser.open(proxy.url);
    browser.wait_until(page_lives);
    RawClient tunnel{proxy.daemon.endpoint()};
    const auto place = "127.0.0.1:" + std::to_string(httpd.daemon.endpoint().port());
    CHECK(tunnel.exchange("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n").status == 200);
    CHECK(browser.wait_until("return document.getElementById('open').textContent.includes('tunnel')") < 60s);
    CHECK(tunnel.exchange("GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
    CHECK(browser.wait_until(
              "return /tunnel.*CONNECT " + place +
              "\\d+ B\\d+ B/.test([...document.getElementById('open').rows].map(r => r.textContent).join(' '))") < 2s);
    RawClient{proxy.daemon.endpoint()}.exchange("GET http://192.0.2.1:1/ HTTP/1.1\r\nHost: 192.0.2.1:1\r\n\r\n");
    browser.picture("admin_proxy_dark");
    check_page(browser);
}

TEST_CASE("the admin page on a phone", "[apps][pages]")
{
    if (has_no_browser()) return;
    const Watched httpd;
    Browser browser{{.dark = false, .phone = true}};
    browser.open(httpd.url);
    browser.wait_until(page_lives);
    httpd.ask("/" + std::string(150, 'w'));
    CHECK(browser.wait_until("return document.getElementById('targets').textContent.includes('www')") < 60s);
    browser.picture("admin_phone");
    check_page(browser);
}

TEST_CASE("the admin page comes back after its server, and polls where WebSockets don't get through", "[apps][pages]")
{
    if (has_no_browser()) return;
    Browser browser;
    std::string place;
    {
        const Watched httpd;
        place = httpd.address;
        browser.open(httpd.url);
        CHECK(browser.wait_until(page_lives) < 60s);
    }
    CHECK(browser.wait_until("return document.body.dataset.state === 'bad'") < 60s);
    browser.picture("admin_disconnected");
    const Watched again{"httpd++", {}, place};
    CHECK(browser.wait_until(page_lives) < 60s);
    again.ask("/back");
    CHECK(browser.wait_until("return document.getElementById('targets').textContent.includes('/back')") < 60s);
    browser.run_script(
        "window.WebSocket = class { constructor() { setTimeout(() => this.onclose(), 10); } }; follow(news => { shown "
        "= news; tables(); })");
    CHECK(browser.wait_until("return document.getElementById('state').textContent === 'polling'") < 60s);
    again.ask("/polled");
    CHECK(browser.wait_until("return document.getElementById('targets').textContent.includes('/polled')") < 60s);
}

TEST_CASE("a page whose server has become another build loads itself again", "[apps][pages]")
{
    if (has_no_browser()) return;
    const Watched httpd;
    Browser browser;
    browser.open(httpd.url);
    browser.wait_until(page_lives);
    browser.run_script(
        "window.marker = 1; addEventListener('pagehide', () => sessionStorage.age = performance.now());"
        "window.WebSocket = class { constructor() { setTimeout(() => { this.onopen();"
        "for (const build of ['old', 'old', 'new']) this.onmessage({data: JSON.stringify({build, next: 1})}); }, 10); "
        "} };"
        "follow(() => {})");
    CHECK(browser.wait_until("return window.marker === undefined") < 60s);
    // Where servers of both builds answer by turns, that is not all that the page does.
    CHECK(browser.run_script("return Number(sessionStorage.age)").to_number<double>() >= 4900);
    CHECK(browser.wait_until(page_lives) < 60s);
}

TEST_CASE("the admin page is served under names that no attacker has", "[apps][pages]")
{
    const Watched httpd{"httpd++", {"--page-name", "ops.example"}};
    for (const std::string path : {"/", "/page.js", "/live.json"}) {
        CAPTURE(path);
        CHECK(httpd.ask_admin(path, "evil.example").status == 403);
        CHECK(httpd.ask_admin(path, httpd.address).status == 200);
        CHECK(httpd.ask_admin(path, "localhost").status == 200);
        CHECK(httpd.ask_admin(path, "OPS.example:443").status == 200);
    }
    CHECK(httpd.ask_admin("/", "evil.example").body.find("--page-name") != std::string::npos);
    CHECK(httpd.ask_admin("/live", "evil.example", "Origin: http://evil.example\r\n" + upgrade).status == 403);
    for (const std::string path : {"/metrics", "/healthz", "/readyz"})
        CHECK(httpd.ask_admin(path, "evil.example").status == 200);
}

TEST_CASE("the admin page has the rule of a refusal", "[apps][pages]")
{
    const Watched httpd{"httpd++", {"--access", "/secret/  deny all"}};
    RawClient page{httpd.admin()};  // what requests are about is looked at while a page watches
    CHECK(page.exchange(Watched::get("/live", "localhost", upgrade)).status == 101);
    std::string told;
    for (int i = 0; i < 400 && told.find("/secret/ deny all") == told.npos; ++i) {
        httpd.ask("/secret/a");
        std::this_thread::sleep_for(50ms);
        told = run({"curl", "-s", "--noproxy", "*", httpd.url + "live.json"}).out;  // it comes in chunks
    }
    CAPTURE(told);
    CHECK(told.find("This is not for you, or not from where you are.") != told.npos);
    CHECK(told.find("/secret/ deny all") != told.npos);
}

TEST_CASE("pages leave connections to health checks, and their ends are no failures", "[apps][pages]")
{
    Watched httpd;
    {
        std::vector<std::unique_ptr<RawClient>> pages;
        for (int i = 0; i < 16; ++i) {
            pages.push_back(std::make_unique<RawClient>(httpd.admin()));
            CHECK(pages.back()->exchange(Watched::get("/live", "localhost", upgrade)).status == 101);
        }
        for (int i = 0; i < 60; ++i) CHECK(httpd.ask_admin("/live", "localhost", upgrade).status == 503);
        CHECK(httpd.ask_admin("/healthz", "localhost").status == 200);
        CHECK(httpd.ask_admin("/live.json", "localhost").status == 200);
    }
    unsigned status = 503;
    for (int i = 0; i < 400 && status != 101; ++i) {  // until it has seen that they have gone
        std::this_thread::sleep_for(50ms);
        status = httpd.ask_admin("/live", "localhost", upgrade).status;
    }
    CHECK(status == 101);
    CHECK(httpd.daemon.stop().err.find("handler failed") == std::string::npos);
}

TEST_CASE("a name of the page that no client can ask for is refused", "[apps][daemon]")
{
    for (const std::string name : {" ", "http://ops.example/", "ops.example/", "ops.example:80", "a b", "@ops.example"})
    {
        const auto refused = run({program("httpd++"), "--check", "--page-name", name});
        CHECK(refused.exit_code == 2);
        CHECK(refused.err ==
              "httpd++: --page-name: '" + name + "' is no host: give a name without a port, such as ops.example\n");
    }
}

}  // namespace admin_page_tests
