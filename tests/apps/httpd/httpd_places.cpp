// httpd++ that speaks TLS at one place, plain HTTP at another one, and redirects from there.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

namespace httpd_places_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Site {
    Site()
    {
        root.write("a.txt", "text");
        certificates.make("site", "DNS:site.test,IP:127.0.0.1");
    }

    /// Its command, with these places.
    Arguments command(const std::vector<std::string>& places, const Arguments& more = {}) const
    {
        Arguments command{program("httpd++"), root.path().string(),       "--access-log", "none",
                          "--tls-cert",       certificates.chain("site"), "--tls-key",    certificates.key("site")};
        for (const auto& place : places) command.insert(command.end(), {"--listen", place});
        command.insert(command.end(), more.begin(), more.end());
        return command;
    }

    TemporaryDirectory root;
    Certificates certificates;
};

/// A daemon, and the ports of its places in their order.
class Places {
public:
    Places(const Arguments& command, std::size_t count) : process_{command}
    {
        const std::string words = " on 127.0.0.";
        std::size_t at = 0;
        for (unsigned i = 0; i < count; ++i) {
            if (!process_.wait_for(words, std::chrono::seconds{20}, i + 1))
                throw std::runtime_error{"httpd++ does not start: " + process_.err()};
            at = process_.err().find(':', process_.err().find(words, at) + words.size()) + 1;
            auto port = process_.err().substr(at);
            port.erase(port.find_first_not_of("0123456789"));
            ports_.push_back(port);
        }
    }
    const std::string& port(std::size_t place) const { return ports_.at(place); }
    RawClient connect(std::size_t place) const
    {
        return RawClient{
            {boost::asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(std::stoul(port(place)))}};
    }
    Process& process() { return process_; }
    Finished stop()
    {
        process_.signal(SIGTERM);
        return process_.wait();
    }

private:
    Process process_;
    std::vector<std::string> ports_;
};

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
    return run(arguments);
}

}  // namespace

TEST_CASE("one process speaks TLS and plain HTTP, and redirects to TLS", "[apps][httpd][tls]")
{
    const Site site;
    Places places{site.command({"127.0.0.1:0", "127.0.0.1:0,plain", "127.0.0.1:0,redirect", "127.0.0.1:0,redirect=443"},
                               {"--threads", "2", "--hsts", "1h"}),
                  4};
    CHECK(has(places.process().err(), "redirecting to TLS on 127.0.0.1:" + places.port(2)));
    CHECK(has(places.process().err(), "https://127.0.0.1:" + places.port(0) + "/\n"));
    CHECK(has(places.process().err(), "http://127.0.0.1:" + places.port(1) + "/\n"));

    const auto over_tls = curl(
        {"--include", "--cacert", site.certificates.chain("site"), "https://127.0.0.1:" + places.port(0) + "/a.txt"});
    CHECK(has(over_tls.out, "\r\n\r\ntext"));
    CHECK(has(over_tls.out, "Strict-Transport-Security: max-age=3600\r\n"));

    const auto plain = places.connect(1).exchange("GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(plain.body == "text");
    CHECK(plain.field("Strict-Transport-Security") == "-");

    const auto redirect = places.connect(2).exchange("GET /a.txt?b=c HTTP/1.1\r\nHost: site.test:80\r\n\r\n");
    CHECK(redirect.status == 301);
    CHECK(redirect.field("Location") == "https://site.test:" + places.port(0) + "/a.txt?b=c");
    CHECK(redirect.field("Strict-Transport-Security") == "-");
    const auto usual_port = places.connect(3).exchange("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n");
    CHECK(usual_port.field("Location") == "https://[::1]/");
    CHECK(curl({"--location", "--cacert", site.certificates.chain("site"),
                "http://127.0.0.1:" + places.port(2) + "/a.txt"})
              .out == "text");
    CHECK(places.stop().exit_code == 0);
}

TEST_CASE("the redirect asks for no password, takes no body, and makes a URL of nothing that isn't one",
          "[apps][httpd][tls]")
{
    const Site site;
    Places places{site.command({"127.0.0.1:0,redirect", "127.0.0.1:0"}, {"--access", "/* deny all"}), 2};
    auto client = places.connect(0);
    const auto post = client.exchange("POST /form HTTP/1.1\r\nHost: site.test\r\nContent-Length: 4\r\n\r\na=bc");
    CHECK(post.status == 308);
    CHECK(post.field("Location") == "https://site.test:" + places.port(1) + "/form");
    const auto invited = client.exchange(
        "PUT /large HTTP/1.1\r\nHost: site.test\r\nContent-Length: 999999999\r\nExpect: 100-continue\r\n\r\n");
    CHECK(invited.status == 308);
    CHECK(places.connect(0).exchange("GET / HTTP/1.0\r\n\r\n").status == 400);
    CHECK(places.connect(0).exchange("OPTIONS * HTTP/1.1\r\nHost: site.test\r\n\r\n").status == 400);
    CHECK(places.connect(0).exchange("GET / HTTP/1.1\r\nHost: a.test@b.test\r\n\r\n").status == 400);
    auto reader = places.connect(0);
    reader.send("HEAD / HTTP/1.1\r\nHost: site.test\r\n\r\n");
    CHECK(reader.receive("HEAD").status == 301);
    CHECK(places.stop().exit_code == 0);
}

TEST_CASE("places survive a reload and an upgrade as what they are", "[apps][httpd][tls]")
{
    const Site site;
    Places places{site.command({"127.0.0.1:0,redirect", "127.0.0.2:0,tls"}), 2};
    const auto redirects = [&places] {
        return places.connect(0).exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").field("Location") ==
               "https://x:" + places.port(1) + "/";
    };
    CHECK(redirects());
    places.process().signal(SIGHUP);
    REQUIRE(places.process().wait_for("httpd++: reloaded\n"));
    CHECK(redirects());
    places.process().signal(SIGUSR2);
    REQUIRE(places.process().wait_for("upgraded: process "));
    const auto words = places.process().err();
    const auto successor = static_cast<pid_t>(std::stol(words.substr(words.find("upgraded: process ") + 18)));
    CHECK(redirects());
    ::kill(successor, SIGTERM);
    CHECK(places.process().wait().exit_code == 0);
}

TEST_CASE("places that make no sense are named", "[apps][httpd][tls]")
{
    const Site site;
    const auto complaint = [](const Arguments& command) {
        const auto finished = run(command);
        CHECK(finished.exit_code == 2);
        return finished.err;
    };
    CHECK(has(complaint({program("httpd++"), "--listen", "127.0.0.1:0,tls"}),
              "there is no certificate: give --tls-cert"));
    CHECK(has(complaint({program("httpd++"), "--listen", "127.0.0.1:0,redirect"}), "TLS is spoken at no port"));
    CHECK(has(complaint({program("httpd++"), "--listen", "127.0.0.1:0,redirect=0"}), "is not a port"));
    CHECK(has(complaint({program("httpd++"), "--listen", "127.0.0.1:0,secret"}), "is no place to listen"));
    CHECK(has(complaint({program("proxy++"), "--listen", "127.0.0.1:0,redirect=443"}), "only a file server redirects"));
}

TEST_CASE("a redirect is nothing else where its TLS has no socket of the service manager's", "[apps][httpd][tls]")
{
    const Site site;
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor listener{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(listener.local_endpoint().port());
    const auto descriptor = std::to_string(::dup(listener.native_handle()));
    std::string command;
    for (const auto& word : site.command({"127.0.0.2:0,tls", "127.0.0.1:" + port + ",redirect"})) command += word + " ";
    Process httpd{{"bash", "-c", "exec 3<&" + descriptor + "; LISTEN_PID=$$ LISTEN_FDS=1 exec " + command}};
    const auto finished = httpd.wait();
    ::close(std::stoi(descriptor));
    CHECK(finished.exit_code == 1);
    CHECK(has(finished.err, "--listen 127.0.0.1:" + port + ",redirect: TLS is spoken at no port"));
}

TEST_CASE("a configuration that takes TLS from a place that has it is not reloaded", "[apps][httpd][tls]")
{
    const Site site;
    const TemporaryDirectory folder;
    const auto tls = "tls-cert = " + site.certificates.chain("site") + "\ntls-key = " + site.certificates.key("site") +
                     "\naccess = /* deny all\n";
    const auto config =
        folder.write("conf", tls + "listen = 127.0.0.1:0,redirect\nlisten = 127.0.0.2:0,tls\n").string();
    Places places{{program("httpd++"), "--config", config, "--access-log", "none", site.root.path().string()}, 2};
    const auto redirects = [&places] {
        return places.connect(0).exchange("GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n").field("Location") ==
               "https://x:" + places.port(1) + "/a.txt";
    };
    CHECK(redirects());
    folder.write("conf", "listen = 127.0.0.1:0\n");  // which makes sense, but not where it listens
    places.process().signal(SIGHUP);
    REQUIRE(places.process().wait_for("httpd++: not reloaded: --listen 127.0.0.2:"));
    CHECK(redirects());
    folder.write("conf", tls + "idle-timeout = 5\n");
    places.process().signal(SIGHUP);
    REQUIRE(places.process().wait_for("httpd++: reloaded\n"));
    CHECK(redirects());
    CHECK(places.stop().exit_code == 0);
}

}  // namespace httpd_places_tests
