// httpd++ behind HAProxy, which sends PROXY headers, and behind nginx, which sends X-Forwarded-For.

#include <tests/support/catch.hpp>
#include <tests/support/haproxy.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/process.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace httpd_behind_proxies_tests {

using namespace libnet::test;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

struct Site {
    Site() { root.write("a.txt", "hello"); }
    TemporaryDirectory root;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

bool is_missing(const std::string& command)
{
    if (run({"sh", "-c", "command -v " + command}).exit_code == 0) return false;
    WARN("SKIPPED: " << command << " is not installed");
    return true;
}

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
    return run(arguments);
}

/// nginx as a reverse proxy in front of a server.
class ReverseProxy {
public:
    explicit ReverseProxy(const std::string& server)
    {
        boost::asio::io_context io;
        {
            tcp::acceptor probe{io, {boost::asio::ip::address_v4::loopback(), 0}};
            endpoint_ = probe.local_endpoint();
        }
        const auto directory = directory_.path().string();
        std::string text = "daemon off; master_process off; error_log stderr; pid " + directory +
                           "/pid;\nevents {}\n"
                           "http {\n access_log off;\n client_body_temp_path " +
                           directory + "/uploads;\n";
        for (const std::string unused : {"proxy", "fastcgi", "uwsgi", "scgi"})
            text += " " + unused + "_temp_path " + directory + "/" + unused + ";\n";
        text += " server {\n  listen " + address() + ";\n  location / { proxy_pass " + server +
                "; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }\n }\n}\n";
        const auto file = directory_.write("nginx.conf", text).string();
        process_.emplace(Arguments{"nginx", "-p", directory, "-c", file, "-e", "stderr"});
        boost::system::error_code refused;
        for (int tries = 0; tries < 400; ++tries) {
            tcp::socket socket{io};
            if (!socket.connect(endpoint_, refused)) break;
            std::this_thread::sleep_for(50ms);
        }
    }
    ~ReverseProxy()
    {
        process_->signal(SIGTERM);
        process_->wait();
    }

    std::string address() const { return "127.0.0.1:" + std::to_string(endpoint_.port()); }

private:
    TemporaryDirectory directory_;
    tcp::endpoint endpoint_;
    std::optional<Process> process_;
};

}  // namespace

TEST_CASE("curl's PROXY header names curl in the log", "[apps][httpd][behind]")
{
    const Site site;
    Httpd httpd{site.root, {"--proxy-protocol", "127.0.0.0/8", "--proxy-protocol", "::1"}};
    CHECK(curl({"--haproxy-protocol", httpd.url("/a.txt")}).out == "hello");
    CHECK(curl({"--haproxy-protocol", "--interface", "127.0.0.5", httpd.url("/a.txt")}).out == "hello");
    CHECK(curl({httpd.url("/a.txt")}).exit_code != 0);
    const auto ended = httpd.stop();
    CHECK(has(ended.out, "127.0.0.5 - - ["));
    CHECK(has(ended.err,
              "httpd++: a connection from 127.0.0.1 was closed: The connection doesn't begin with a PROXY header."));
}

TEST_CASE("HAProxy tells httpd++ of its clients, in both versions", "[apps][httpd][behind]")
{
    if (is_missing("haproxy")) return;
    const Site site;
    for (const auto* how : {"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c"}) {
        INFO(how);
        Httpd httpd{site.root, {"--proxy-protocol", "127.0.0.1"}};
        const Haproxy haproxy{httpd.port(), how};
        const auto url = "http://" + haproxy.address() + "/a.txt";
        CHECK(curl({"--interface", "127.0.0.7", url, url}).out == "hellohello");
        const auto ended = httpd.stop();
        CHECK(has(ended.out, "127.0.0.7 - - ["));
        CHECK_FALSE(has(ended.out, "127.0.0.1 - - ["));
    }
}

TEST_CASE("nginx tells httpd++ of its clients, and rules are about those", "[apps][httpd][behind]")
{
    if (is_missing("nginx")) return;
    const Site site;
    Httpd httpd{site.root, {"--trust-proxy", "127.0.0.1", "--access", "* allow 127.0.0.7,192.0.2.0/24"}};
    const ReverseProxy nginx{httpd.url()};
    const auto url = "http://" + nginx.address() + "/a.txt";
    CHECK(curl({"--interface", "127.0.0.7", url}).out == "hello");
    CHECK(has(curl({"--include", "--interface", "127.0.0.8", url}).out, " 403 "));
    // What the client says of itself is in front of what nginx says of it.
    CHECK(has(curl({"--include", "--interface", "127.0.0.8", "--header", "X-Forwarded-For: 192.0.2.1", url}).out,
              " 403 "));
    CHECK(curl({"--header", "X-Forwarded-For: 192.0.2.1", httpd.url("/a.txt")}).out == "hello");
    const auto log = httpd.stop().out;
    CHECK(has(log, "127.0.0.7 - - ["));
    CHECK(has(log, "127.0.0.8 - - ["));
    CHECK(has(log, "192.0.2.1 - - ["));
    CHECK_FALSE(has(log, "127.0.0.1 - - ["));
}

TEST_CASE("what is no network is said", "[apps][httpd][behind]")
{
    const auto said = run({program("httpd++"), "--trust-proxy", "10.0.0.0/33"});
    CHECK(said.exit_code == 2);
    CHECK(has(said.err, "'10.0.0.0/33' is not a network: give one like 10.0.0.0/8"));
}

}  // namespace httpd_behind_proxies_tests
