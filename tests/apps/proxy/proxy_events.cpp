// What proxy++ tells of requests: to the client whose request it answers itself, and in its event log.

#include <libnet/io/loop/file_descriptor.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proxy_events_tests {

using namespace libnet::test;
namespace json = boost::json;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::vector<json::object> lines_of(const std::string& log)
{
    std::vector<json::object> lines;
    std::istringstream in{log};
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line).as_object());
    return lines;
}

std::string content_of(const std::string& file)
{
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string_view text(const json::object& of, std::string_view name) { return of.at(name).as_string(); }

}  // namespace

TEST_CASE("a refusal has one verdict in the page, in Proxy-Status's details and in the log", "[apps][proxy][events]")
{
    const TemporaryDirectory files;
    const auto rules = files.write("rules", "deny to .bad.test 80\n").string();
    Proxy proxy{{"--egress", rules, "--event-log", "-", "--access-log", "none"}, Proxy::Reach::public_internet};
    RawClient client{proxy.endpoint()};
    const auto answer =
        client.exchange("GET http://x.bad.test/<b> HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n");
    CHECK(answer.status == 400);  // "<" stands in no URL

    RawClient other{proxy.endpoint()};
    const auto page = other.exchange("GET http://x.bad.test/b HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n");
    CHECK(page.status == 403);
    CHECK(page.field("Content-Type") == "application/problem+json");
    CHECK(page.field("Proxy-Status").starts_with("libnet-"));
    CHECK(has(page.field("Proxy-Status"), "; error=http_request_denied; details=\"rule_denied: "));
    const auto told = json::parse(page.body).as_object();
    CHECK(text(told, "verdict") == "rule_denied");
    CHECK(told.at("status").as_int64() == 403);

    // The connection goes on where the request leaves no doubt about its end.
    const auto html = other.exchange("GET http://127.0.0.1/ HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n");
    CHECK(html.status == 403);
    CHECK(html.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(has(html.field("Proxy-Status"), "; error=destination_ip_prohibited; "));
    CHECK(has(html.body, "loopback_address"));

    const auto lines = lines_of(proxy.stop().out);
    REQUIRE(lines.size() == 3);
    CHECK(text(lines[0], "verdict") == "http_request_error");
    CHECK(text(lines[1], "event") == "end");
    CHECK(text(lines[1], "id") == text(told, "request_id"));
    CHECK(text(lines[1], "verdict") == "rule_denied");
    CHECK(text(lines[1], "rule") == "deny to .bad.test 80");
    CHECK(lines[1].at("line").as_int64() == 1);
    CHECK(text(lines[1], "host") == "x.bad.test");
    CHECK(lines[1].at("port").as_int64() == 80);
    CHECK(text(lines[1], "target") == "http://x.bad.test/b");
    CHECK(text(lines[2], "verdict") == "loopback_address");
    CHECK(text(lines[2], "id") != text(lines[1], "id"));
}

TEST_CASE("a request that is served has its phases, and one on an idle connection says so", "[apps][proxy][events]")
{
    Proxy proxy{{"--event-log", "-", "--access-log", "none"}};
    ScriptedOrigin origin;
    {
        RawClient client{proxy.endpoint()};
        const auto request = "GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n\r\n";
        client.send(request);
        auto connection = origin.accept();
        for (int i = 0; i < 2; ++i) {
            connection.receive_head();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            const auto answer = client.receive();
            CHECK(answer.body == "hello");
            CHECK(answer.field("Proxy-Status") == "-");
            if (i == 0) client.send(request);
        }
    }
    const auto lines = lines_of(proxy.stop().out);
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) {
        CHECK(text(line, "verdict") == "allowed");
        CHECK(text(line, "upstream") == "127.0.0.1");
        CHECK(line.at("sent").as_int64() == 5);
        CHECK(line.at("first_byte").as_double() > 0);
        CHECK(line.at("duration").as_double() >= line.at("first_byte").as_double());
    }
    CHECK_FALSE(lines[0].at("reused").as_bool());
    CHECK(lines[0].at("connect").as_double() > 0);
    CHECK(lines[1].at("reused").as_bool());
    CHECK(lines[1].find("connect") == lines[1].end());
}

TEST_CASE("a tunnel is told of when it begins and when it ends, with its bytes", "[apps][proxy][events]")
{
    const TemporaryDirectory files;
    const auto log = (files.path() / "events").string();
    Proxy proxy{{"--event-log", log, "--access-log", "none"}};
    ScriptedOrigin origin;
    {
        RawClient client{proxy.endpoint()};
        client.send("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n");
        auto connection = origin.accept();
        CHECK(client.receive("CONNECT").status == 200);
        client.send("ping");
        CHECK(connection.receive(4) == "ping");
        while (content_of(log).empty()) std::this_thread::yield();  // the line is written by a thread of its own
        const auto begun = lines_of(content_of(log));
        REQUIRE(begun.size() == 1);
        CHECK(text(begun[0], "event") == "tunnel");
        CHECK(text(begun[0], "upstream") == "127.0.0.1");
        connection.send("pong!");
        connection.close();
        CHECK(client.receive_rest() == "pong!");
    }
    proxy.stop();
    const auto lines = lines_of(content_of(log));
    REQUIRE(lines.size() == 2);
    CHECK(text(lines[1], "event") == "end");
    CHECK(text(lines[1], "id") == text(lines[0], "id"));
    CHECK(lines[1].at("received").as_int64() == 4);
    CHECK(lines[1].at("sent").as_int64() == 5);
}

TEST_CASE("what goes wrong with a server is in Proxy-Status by its name in RFC 9209", "[apps][proxy][events]")
{
    Proxy proxy{{"--event-log", "-", "--access-log", "none"}};
    const auto error_of = [&](const std::string& request) {
        const auto field = RawClient{proxy.endpoint()}.exchange(request).field("Proxy-Status");
        const auto begin = field.find("error=");
        return begin == field.npos ? std::string{} : field.substr(begin + 6, field.find(';', begin) - begin - 6);
    };
    const auto get = [](const std::string& host) { return "GET http://" + host + "/ HTTP/1.1\r\nHost: x\r\n\r\n"; };
    CHECK(error_of(get("127.0.0.1:1")) == "connection_refused");
    CHECK(error_of("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n") == "connection_refused");
    CHECK(error_of(get("no-such-host.invalid")) == "dns_error");
    CHECK(error_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == "http_request_error");
    CHECK(error_of("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").empty());
    {
        ScriptedOrigin origin;
        RawClient client{proxy.endpoint()};
        client.send("GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n\r\n");
        auto connection = origin.accept();
        connection.receive_head();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
        CHECK(has(client.receive().field("Proxy-Status"), "error=http_protocol_error"));
    }
    const auto lines = lines_of(proxy.stop().out);
    REQUIRE(lines.size() == 6);
    CHECK(text(lines[0], "verdict") == "connection_refused");
    CHECK(text(lines[2], "verdict") == "dns_error");
    CHECK(text(lines[4], "verdict") == "allowed");
    CHECK(text(lines[5], "verdict") == "http_protocol_error");
    CHECK(lines[5].at("status").as_int64() == 502);
}

TEST_CASE("a reader of the events that stalls keeps no request waiting", "[apps][proxy][events]")
{
    const TemporaryDirectory files;
    const auto fifo = (files.path() / "events").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const libnet::io::FileDescriptor reader{::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    while (::write(reader.get(), "x", 1) == 1) {
    }
    Proxy proxy{{"--event-log", fifo, "--access-log", "none", "--threads", "2"}};
    RawClient client{proxy.endpoint()};
    for (int i = 0; i < 3; ++i) CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    CHECK(proxy.stop().exit_code == 0);
}

TEST_CASE("SIGUSR1 opens the file of events again", "[apps][proxy][events]")
{
    const TemporaryDirectory files;
    const auto log = (files.path() / "events").string(), rotated = log + ".1";
    Proxy proxy{{"--event-log", log, "--access-log", "none"}};
    RawClient client{proxy.endpoint()};
    const std::string request = "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n";
    client.exchange(request);
    while (content_of(log).empty()) std::this_thread::yield();
    std::filesystem::rename(log, rotated);
    proxy.signal(SIGUSR1);
    while (!std::filesystem::exists(log)) std::this_thread::yield();
    client.exchange(request);
    CHECK(proxy.stop().exit_code == 0);
    CHECK(lines_of(content_of(rotated)).size() == 1);
    CHECK(lines_of(content_of(log)).size() == 1);
}

TEST_CASE("a FIFO whose reader leaves at the first end can become the file of events", "[apps][proxy][events]")
{
    const TemporaryDirectory files;
    const auto fifo = (files.path() / "events").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto config = files.write("conf", "access-log = none\n").string();
    Proxy proxy{{"--config", config}};
    files.write("conf", "access-log = none\nevent-log = " + fifo + "\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("is a FIFO without a reader; nothing has changed"));
    std::string read;
    std::jthread reader{[&] { read = content_of(fifo); }};  // up to the end
    for (int i = 0; i < 20 && !has(proxy.err(), "proxy++: reloaded\n"); ++i) {
        proxy.signal(SIGHUP);
        proxy.wait_for("proxy++: reloaded\n", std::chrono::seconds{1});
    }
    RawClient client{proxy.endpoint()};
    client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(proxy.stop().exit_code == 0);
    ::close(::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));  // in case no other reader was there for it
    reader.join();
    CHECK(lines_of(read).size() == 1);
}

}  // namespace proxy_events_tests
