// proxy++ as its users meet it: started at a prompt, between curl and nginx.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace proxy_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::tcp;

/// A hundred megabytes that show when they are cut, repeated or mixed up.
const std::string& large()
{
    static const std::string text = [] {
        std::string made;
        for (int i = 0; made.size() < 100'000'000; ++i) made += std::to_string(i) + ' ';
        return made;
    }();
    return text;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// nginx in a directory of its own.
class Nginx {
public:
    Nginx()
    {
        {
            boost::asio::io_context io;  // nginx can't be asked which free port it took
            port_ = std::to_string(tcp::acceptor{io, loopback("0")}.local_endpoint().port());
        }
        const auto directory = root_.path().string();
        root_.write("html/index.html", "hello");
        root_.write("html/large.bin", large());
        root_.write("html/page.html", "<p>" + std::string(100'000, 'p'));
        root_.write("nginx.conf", configuration(directory));
        process_.emplace(Arguments{"nginx", "-p", directory, "-c", directory + "/nginx.conf", "-e", "stderr"});
        for (int i = 0; i < 400 && !listens(); ++i) std::this_thread::sleep_for(50ms);
    }
    ~Nginx()
    {
        process_->signal(SIGTERM);
        process_->wait();
    }

    std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + port_ + path; }

    /// The bodies that were uploaded.
    std::filesystem::path uploads() const { return root_.path() / "uploads"; }
    const std::filesystem::path& root() const { return root_.path(); }

private:
    std::string configuration(const std::string& directory) const
    {
        std::string text =
            "daemon off; master_process off; error_log stderr; pid " + directory +
            "/pid;\n"
            "events {}\nhttp {\n access_log off; gzip on; gzip_min_length 1000; client_max_body_size 0;\n"
            " client_body_temp_path " +
            directory + "/uploads;\n";
        for (const auto* unused : {"proxy", "fastcgi", "uwsgi", "scgi"})
            text += " " + std::string{unused} + "_temp_path " + directory + "/" + unused + ";\n";
        text += " server {\n  listen 127.0.0.1:" + port_ + "; root " + directory +
                "/html;\n"
                "  location /upload { client_body_in_file_only on; proxy_pass http://127.0.0.1:" +
                port_ +
                "/echo; }\n"
                "  location /echo { return 200 '$request_method $http_content_length'; }\n"
                "  location /via { return 200 '$http_via|$http_connection|$http_proxy_connection|$server_protocol'; }\n"
                "  location /connection { return 200 '$connection'; }\n"
                "  location /upstream-gone { return 444; }\n"
                " }\n}\n";
        return text;
    }

    bool listens() const
    {
        boost::asio::io_context io;
        boost::system::error_code refused;
        tcp::socket{io}.connect(loopback(port_), refused);
        return !refused;
    }

    TemporaryDirectory root_;
    std::string port_;
    std::optional<Process> process_;
};

bool is_missing(const std::string& command)
{
    if (run({"sh", "-c", "command -v " + command}).exit_code == 0) return false;
    WARN("skipped: " << command << " is not installed");
    return true;
}

bool same_content(const std::filesystem::path& a, const std::filesystem::path& b)
{
    return run({"cmp", a.string(), b.string()}).exit_code == 0;
}

}  // namespace

TEST_CASE("curl gets pages of nginx through proxy++, plainly and through a tunnel", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    CHECK(proxy.curl({nginx.url()}).out == "hello");
    CHECK(proxy.curl({"--proxytunnel", nginx.url()}).out == "hello");
    CHECK(proxy.curl({"--http1.0", nginx.url()}).out == "hello");
    CHECK(proxy.curl({"--compressed", nginx.url("/page.html")}).out == "<p>" + std::string(100'000, 'p'));
    CHECK(proxy.curl({"--compressed", "--http1.0", nginx.url("/page.html")}).out == "<p>" + std::string(100'000, 'p'));

    const auto head = proxy.curl({"--head", nginx.url("/large.bin")}).out;
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has(head, "Content-Length: " + std::to_string(large().size()) + "\r\n"));
    CHECK(has(head, "\r\nVia: 1.1 libnet-"));
    CHECK(proxy.curl({"--range", "0-4", nginx.url()}).out == "hello");
    CHECK(has(proxy.curl({"--include", nginx.url("/nothing")}).out, "HTTP/1.1 404 "));

    const auto seen = proxy.curl({"--header", "Connection: x-hop", "--header", "X-Hop: 1", nginx.url("/via")}).out;
    CHECK(seen.starts_with("1.1 libnet-"));
    CHECK(seen.ends_with("|||HTTP/1.1"));
    CHECK(proxy.stop().exit_code == 0);
}

TEST_CASE("curl uses one connection for many requests, and so does proxy++ towards nginx", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    const auto url = nginx.url("/connection");
    const auto got = proxy.curl({"--write-out", " %{num_connects}\n", url, url, url});
    const auto first = got.out.substr(0, got.out.find(' '));
    CHECK(got.out == first + " 1\n" + first + " 0\n" + first + " 0\n");
    CHECK(proxy.curl({url}).out == first);
}

TEST_CASE("a hundred megabytes come down through proxy++ as they are", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    const auto file = (nginx.root() / "got.bin").string();
    Arguments arguments{"--output", file, nginx.url("/large.bin")};
    SECTION("plainly") {}
    SECTION("through a tunnel") { arguments.push_back("--proxytunnel"); }
    CHECK(proxy.curl(arguments).exit_code == 0);
    CHECK(same_content(file, nginx.root() / "html/large.bin"));
}

TEST_CASE("a hundred megabytes go up through proxy++ as they are", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    const auto file = (nginx.root() / "html/large.bin").string();
    Arguments arguments{"--upload-file", file, nginx.url("/upload")};
    SECTION("with a length") {}
    SECTION("in chunks") { arguments.insert(arguments.end(), {"--header", "Transfer-Encoding: chunked"}); }
    SECTION("through a tunnel") { arguments.push_back("--proxytunnel"); }
    const auto sent = proxy.curl(arguments);
    CHECK(sent.exit_code == 0);
    CHECK(has(sent.out, "PUT " + std::to_string(large().size())));
    REQUIRE_FALSE(std::filesystem::is_empty(nginx.uploads()));
    std::filesystem::path uploaded;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{nginx.uploads()})
        if (entry.is_regular_file()) uploaded = entry.path();
    CHECK(same_content(uploaded, file));
}

TEST_CASE("methods and forms pass", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    CHECK(proxy.curl({"--data", "a=b", nginx.url("/echo")}).out == "POST 3");
    CHECK(proxy.curl({"--request", "DELETE", nginx.url("/echo")}).out == "DELETE ");
    CHECK(proxy.curl({"--request", "PATCH", "--data", "", nginx.url("/echo")}).out == "PATCH 0");
}

TEST_CASE("curl logs in to proxy++, plainly and for a tunnel; a reload brings other users", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    const TemporaryDirectory files;
    const std::string secret =
        ":$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";  // "secret", by bcrypt
    const auto users = files.write("users", "alice" + secret).string();
    Proxy proxy{{"--users", users, "--access-log", "-"}};
    const auto as = [&](const std::string& user, Arguments arguments) {
        arguments.insert(arguments.end(),
                         {"--proxy-user", user, "--write-out", " %{http_code} %{http_connect}", nginx.url()});
        return proxy.curl(arguments).out;
    };
    CHECK(as("alice:secret", {}) == "hello 200 000");
    CHECK(as("alice:secret", {"--proxytunnel"}) == "hello 200 200");
    CHECK(as("alice:wrong", {"--output", "/dev/null"}) == " 407 000");
    CHECK(as("alice:wrong", {"--proxytunnel"}) == " 000 407");

    files.write("users", "bob" + secret);
    proxy.signal(SIGHUP);
    CHECK(proxy.wait_for("reloaded"));
    CHECK(as("bob:secret", {}) == "hello 200 000");
    CHECK(as("alice:secret", {"--output", "/dev/null"}) == " 407 000");
    const auto log = proxy.stop().out;
    CHECK(has(log, "127.0.0.1 - alice ["));
    CHECK(has(log, "127.0.0.1 - bob ["));
}

TEST_CASE("credentials in a URL are neither forwarded nor logged", "[apps][proxy]")
{
    if (is_missing("nginx")) return;
    const Nginx nginx;
    Proxy proxy{{"--access-log", "-"}};
    {
        RawClient client{proxy.endpoint()};
        const auto url = nginx.url("/echo");
        const auto target = "http://user:secret@" + url.substr(7);
        CHECK(client.exchange("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
        CHECK(client.exchange("GET " + target + " HTTP/9.1\r\nHost: x\r\n\r\n").status == 505);
    }
    const auto log = proxy.stop().out;
    CHECK(std::ranges::count(log, '\n') == 2);
    CHECK_FALSE(has(log, "secret"));
    CHECK(has(log, "http://***********@"));
}

TEST_CASE("SIGHUP and SIGUSR1 don't end proxy++, and SIGQUIT ends it as SIGTERM does", "[apps][proxy]")
{
    Proxy proxy;
    proxy.signal(SIGUSR1);
    proxy.signal(SIGHUP);
    CHECK(proxy.wait_for("reloaded"));
    CHECK(RawClient{proxy.endpoint()}.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    const auto finished = proxy.stop(SIGQUIT);
    CHECK(finished.exit_code == 0);
    CHECK(has(finished.err, "stopping once the requests under way are answered"));
}

TEST_CASE("idle clients make room for the next one", "[apps][proxy]")
{
    Proxy proxy{{"--max-connections", "20"}};
    const std::string options = "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n";
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 60; ++i) {
        clients.push_back(std::make_unique<RawClient>(proxy.endpoint()));
        CHECK(clients.back()->exchange(options).status == 200);
    }
    CHECK(clients.front()->ended());
    CHECK(clients.back()->exchange(options).status == 200);
}

TEST_CASE("CONNECT reaches the ports that are named", "[apps][proxy]")
{
    const auto connect = [](const Proxy& proxy, const std::string& target) {
        RawClient client{proxy.endpoint()};
        return client.exchange("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
    };
    const Proxy some{{"--allow-private", "--connect-port", "443", "--connect-port", "1-2"},
                     Proxy::Reach::public_internet};
    CHECK(connect(some, "127.0.0.1:1").status == 502);
    CHECK(connect(some, "127.0.0.1:2").status == 502);
    CHECK(connect(some, "127.0.0.1:3").status == 403);

    const Proxy unasked{{"--allow-private"}, Proxy::Reach::public_internet};
    const auto refused = connect(unasked, "127.0.0.1:1");
    CHECK(refused.status == 403);
    CHECK(has(refused.body, "port_denied"));
    CHECK(has(refused.body, "--connect-port"));
    const auto by_socks = run({"curl", "--silent", "--show-error", "--noproxy", "", "--proxy",
                               "socks5://127.0.0.1:" + unasked.port(), "http://127.0.0.1:1/"});
    CHECK(has(by_socks.err, "(5)"));  // connection refused, and not forbidden
    for (const char* const bad : {"0", "9-3", "x", "70000", "1,2"}) {
        INFO(bad);
        const auto said = run({program("proxy++"), "--connect-port", bad, "--check"});
        CHECK(said.exit_code == 2);
        CHECK(has(said.err, "is no port: give one like 443, a range like 8000-8099, or all"));
    }
}

TEST_CASE("--explain knows tunnels of SOCKS from those of CONNECT", "[apps][proxy]")
{
    const auto tunnel = run({program("proxy++"), "--explain", "CONNECT 192.0.2.1:22", "--allow-private"});
    CHECK(tunnel.exit_code == 1);
    CHECK(has(tunnel.out, "port_denied"));
    CHECK(run({program("proxy++"), "--explain", "SOCKS 192.0.2.1:22", "--allow-private"}).exit_code == 0);
}

TEST_CASE("what fails gets a status and words", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    const auto answer = [&](const std::string& url) { return proxy.curl({"--include", url}).out; };
    const auto closed = answer("http://127.0.0.1:1/");
    CHECK(closed.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    CHECK(has(closed, "127.0.0.1:1 refuses connections"));
    CHECK(has(answer("http://no-such-host.invalid/"), "no-such-host.invalid has no address"));
    CHECK(has(answer(nginx.url("/upstream-gone")), "closed the connection"));
    CHECK(has(answer("http://127.0.0.1:" + proxy.port() + "/"), "HTTP/1.1 403 "));
    CHECK(proxy.curl({"--proxytunnel", "http://127.0.0.1:1/"}).exit_code == 56);
    RawClient client{proxy.endpoint()};
    CHECK(client.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 400);
}

TEST_CASE("nonsense, a megabyte of headers and clients that vanish don't keep the next one from being served",
          "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy;
    RawClient silent{proxy.endpoint()}, nonsense{proxy.endpoint()}, headers{proxy.endpoint()};
    nonsense.send(std::string("\x16\x03\x01\x00\xff\r\n\r\n", 9));
    CHECK(nonsense.receive().status == 400);
    headers.try_send("GET " + nginx.url() + " HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 1000; ++i) headers.try_send("X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n");
    CHECK(headers.receive().status == 431);
    {
        RawClient gone{proxy.endpoint()};
        gone.send("POST " + nginx.url("/echo") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf");
    }
    CHECK(proxy.curl({nginx.url()}).out == "hello");
    CHECK(proxy.stop().exit_code == 0);
}

TEST_CASE("each request and each tunnel is a line in the log", "[apps][proxy]")
{
    if (is_missing("nginx") || is_missing("curl")) return;
    const Nginx nginx;
    Proxy proxy{{"--access-log", "-", "--threads", "2"}};
    proxy.curl({"--user-agent", "me", nginx.url()});
    proxy.curl({"--proxytunnel", nginx.url()});
    const auto log = proxy.stop().out;
    CHECK(std::ranges::count(log, '\n') == 2);
    CHECK(has(log, "\"GET " + nginx.url() + " HTTP/1.1\" 200 5 \"-\" \"me\""));
    CHECK(has(log, "\"CONNECT " + nginx.url().substr(7, nginx.url().size() - 8) + " HTTP/1.1\" 200 "));
}

}  // namespace proxy_tests
