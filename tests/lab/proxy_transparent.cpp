// proxy++ on the first router of the network of tests/lab/network.sh, where a firewall leads what the client says to others.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace proxy_transparent_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// On the router, until it is destroyed: rules of nft(8).
class Firewall {
public:
    explicit Firewall(const std::string& rules)
    {
        const auto made = run({"ip", "netns", "exec", "r1", "nft", rules});
        if (made.exit_code != 0) throw std::runtime_error{made.err};
    }
    ~Firewall() { run({"ip", "netns", "exec", "r1", "nft", "delete table ip led"}); }
    Firewall(const Firewall&) = delete;
    Firewall& operator=(const Firewall&) = delete;
};

/// On the router, until it is destroyed: what has this mark is the router's own, whatever address it is for.
class MarkIsLocal {
public:
    MarkIsLocal()
    {
        for (const auto* command : {"rule add fwmark 1 lookup 100", "route add local 0.0.0.0/0 dev lo table 100"}) {
            const auto made = on_router(command);
            if (made.exit_code != 0) throw std::runtime_error{made.err};
        }
    }
    ~MarkIsLocal()
    {
        on_router("rule del fwmark 1 lookup 100");
        on_router("route flush table 100");
    }
    MarkIsLocal(const MarkIsLocal&) = delete;
    MarkIsLocal& operator=(const MarkIsLocal&) = delete;

private:
    static Finished on_router(const std::string& command) { return run({"sh", "-c", "exec ip -n r1 " + command}); }
};

constexpr std::string_view lead_by_tproxy =
    "add table ip led; add chain ip led pre { type filter hook prerouting priority mangle; }; "
    "add rule ip led pre iifname \"r1-client\" tcp dport { 80, 443, 2222 } tproxy to :8889 meta mark set 1 accept";

/// Whether this kernel has TPROXY; where it hasn't, that is said.
bool lacks_tproxy()
{
    try {
        const Firewall probe{std::string{lead_by_tproxy}};
        return false;
    } catch (const std::runtime_error& error) {
        WARN("SKIPPED: the kernel has no TPROXY: " << error.what());
        return true;
    }
}

/// httpd++ on the host "web", and proxy++ on the router "r1" that leads to that and to nothing else.
struct Net {
    Net()
    {
        files.write("a.txt", "hello");
        certificates.make("web", "DNS:web");
        httpd.emplace(on("web", {program("httpd++"), files.path().string(), "--threads", "1", "--listen",
                                 "10.0.6.2:80,plain", "--listen", "10.0.6.2:443", "--tls-cert",
                                 certificates.chain("web"), "--tls-key", certificates.key("web")}));
        proxy.emplace(on("r1", {program("proxy++"), "--threads", "1", "--listen", "10.0.1.1:8889,transparent",
                                "--egress", rules, "--event-log", "-", "--access-log", "none"}));
        REQUIRE(httpd->wait_for(" on 10.0.6.2:443"));
        REQUIRE(proxy->wait_for(" on 10.0.1.1:8889"));
    }
    static Arguments on(const std::string& host, Arguments command)
    {
        command.insert(command.begin(), {"ip", "netns", "exec", host});
        return command;
    }
    Finished curl(Arguments arguments) const
    {
        arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--ipv4",
                                             "--max-time", "30", "--cacert", certificates.chain("web")});
        return run(arguments);
    }

    TemporaryDirectory files, settings;
    Certificates certificates;
    std::string rules =
        settings.write("rules", "allow to web 80 443\nprivate web 10.0.6.0/24\ndefault deny\n").string();
    std::optional<Process> httpd, proxy;
};

}  // namespace

TEST_CASE("a firewall leads clients to proxy++, which goes where they wanted if rules allow that", "[lab]")
{
    Net net;
    const Firewall firewall{
        "add table ip led; add chain ip led pre { type nat hook prerouting priority dstnat; }; "
        "add rule ip led pre iifname \"r1-client\" tcp dport { 80, 443, 2222 } redirect to :8889"};
    CHECK(net.curl({"http://web/a.txt", "http://web/a.txt"}).out == "hellohello");
    CHECK(net.curl({"https://web/a.txt"}).out == "hello");
    // A name that is allowed, for an address that isn't its own, and the other way round; an address; no HTTP.
    CHECK(has(net.curl({"--include", "--header", "Host: web", "http://alpha/"}).out, "HTTP/1.1 403 "));
    CHECK(has(net.curl({"--include", "--header", "Host: other.test", "http://web/a.txt"}).out, "HTTP/1.1 403 "));
    CHECK(has(net.curl({"--include", "http://10.0.6.2/a.txt"}).out, "HTTP/1.1 403 "));
    CHECK(net.curl({"--resolve", "web:443:10.0.4.2", "https://web/"}).exit_code == 35);
    CHECK(net.curl({"--resolve", "other.test:443:10.0.6.2", "https://other.test/"}).exit_code == 35);
    net.curl({"gopher://10.0.6.2:2222/_hello"});
    net.proxy->signal(SIGTERM);
    const auto events = net.proxy->wait().out;
    CHECK(has(events, "\"host\":\"web\",\"port\":80,"));
    CHECK(has(events, "\"method\":\"CONNECT\",\"target\":\"10.0.6.2:2222\""));
    CHECK(has(events, "\"method\":\"CONNECT\",\"target\":\"web:443\""));
    CHECK(has(events, "\"verdict\":\"default_denied\""));
    net.httpd->signal(SIGTERM);
    const auto log = net.httpd->wait().out;
    CHECK(has(log, "10.0.2.1 - - "));  // the router has asked, and not the client
    CHECK_FALSE(has(log, "10.0.1.2 - - "));
}

TEST_CASE("a firewall that leads clients to proxy++ by TPROXY leaves them the address that they wanted", "[lab]")
{
    if (lacks_tproxy()) return;
    Net net;
    const MarkIsLocal local;
    const Firewall firewall{std::string{lead_by_tproxy}};
    CHECK(net.curl({"http://web/a.txt", "http://web/a.txt"}).out == "hellohello");
    CHECK(net.curl({"https://web/a.txt"}).out == "hello");
    CHECK(has(net.curl({"--include", "--header", "Host: web", "http://alpha/"}).out, "HTTP/1.1 403 "));
    CHECK(has(net.curl({"--include", "--header", "Host: other.test", "http://web/a.txt"}).out, "HTTP/1.1 403 "));
    CHECK(net.curl({"--resolve", "other.test:443:10.0.6.2", "https://other.test/"}).exit_code == 35);
    net.curl({"gopher://10.0.6.2:2222/_hello"});
    net.proxy->signal(SIGTERM);
    const auto events = net.proxy->wait().out;
    CHECK(has(events, "\"host\":\"web\",\"port\":80,"));
    CHECK(has(events, "\"method\":\"CONNECT\",\"target\":\"web:443\""));
    CHECK(has(events, "\"method\":\"CONNECT\",\"target\":\"10.0.6.2:2222\""));
    net.httpd->signal(SIGTERM);
    CHECK_FALSE(has(net.httpd->wait().out, "10.0.1.2 - - "));  // the router has asked, and not the client
}

TEST_CASE("a client that connects to proxy++ itself goes in no circles", "[lab]")
{
    Net net;
    CHECK(has(net.curl({"--include", "--header", "Host: web", "http://10.0.1.1:8889/"}).out, "HTTP/1.1 403 "));
    net.proxy->signal(SIGTERM);
    CHECK(net.proxy->wait().exit_code == 0);
}

}  // namespace proxy_transparent_tests
