// --admin: what the operators of a daemon see.

#include <libnet/io/files/stored_file.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace daemon_admin_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string get(const std::string& path, const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + "\r\n";
}

/// Until the file is so old that its next change would show in its time stamps: only then it is remembered.
void wait_until_settled(const std::filesystem::path& file)
{
    const auto young = [&file] {
        return std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time(file) <
               2 * libnet::io::stamp_granularity;
    };
    while (young()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

/// Where the daemon is for its administrators.
boost::asio::ip::tcp::endpoint admin_of(Daemon& daemon)
{
    const std::string words = "for administrators on 127.0.0.1:";
    REQUIRE(daemon.process().wait_for(words));
    const auto& said = daemon.process().err();
    return {boost::asio::ip::address_v4::loopback(),
            static_cast<std::uint16_t>(std::stoul(said.substr(said.find(words) + words.size())))};
}

}  // namespace

TEST_CASE("metrics, health and status of httpd++ are at an address of their own", "[apps][daemon]")
{
    const TemporaryDirectory root;
    root.write("a", "content");
    wait_until_settled(root.path() / "a");
    Daemon httpd{"httpd++", {root.path().string(), "--threads", "2", "--admin", "127.0.0.1:0"}};
    const auto admin = admin_of(httpd);
    RawClient kept{httpd.endpoint()};
    for (const char* path : {"/a", "/a", "/none"}) kept.exchange(get(path));

    const auto metrics = RawClient{admin}.exchange("GET /metrics HTTP/1.0\r\n\r\n");
    CHECK(metrics.status == 200);
    RawClient again{admin};
    again.send("GET /metrics HTTP/1.0\r\nAccept: application/openmetrics-text\r\n\r\n");
    const auto text = again.receive_rest();
    CHECK(has(text, "libnet_httpd_http_requests_total{code=\"2xx\"} 2\n"));
    CHECK(has(text, "libnet_httpd_http_requests_total{code=\"4xx\"} 1\n"));
    CHECK(has(text, "libnet_httpd_http_requests_refused_by_status_total{status=\"404\"} 1\n"));
    CHECK(has(text, "# TYPE libnet_httpd_file_cache_entries gauge\n"));
    CHECK(has(text, "libnet_httpd_listing_cache_bytes 0\n"));
    CHECK(has(text, "libnet_httpd_file_cache_hits_total 1\n"));
    CHECK(has(text, "libnet_httpd_file_cache_misses_total 2\n"));
    CHECK(has(text, "libnet_httpd_file_cache_evictions_total 0\n"));
    CHECK(!has(text, "upstream"));
    CHECK(has(text, "libnet_httpd_connections 1\n"));
    CHECK(has(text, "libnet_httpd_http_request_duration_seconds_count 3\n"));
    CHECK(has(text, "process_resident_memory_bytes "));
    CHECK(text.ends_with("# EOF\n"));

    const auto status = boost::json::parse(RawClient{admin}.exchange(get("/status")).body).as_object();
    CHECK(status.at("requests").at("2xx") == 2);
    CHECK(status.at("connections") == 1);
    CHECK(status.at("refused_by_status").at("404") == 1);
    CHECK(status.contains("file_cache_entries"));
    CHECK(status.at("file_cache_hits") == 1);
    CHECK(status.at("file_cache_misses") == 2);
    CHECK(status.at("file_cache_evictions") == 0);
    CHECK(status.at("draining") == false);
    CHECK(RawClient{admin}.exchange(get("/healthz")).body == "healthy\n");
    CHECK(RawClient{admin}.exchange(get("/readyz")).body == "ready\n");
    CHECK(RawClient{admin}.exchange(get("/a")).status == 404);
    RawClient garbage{admin};
    garbage.send("\x16\x03\x01 nonsense\r\n\r\n");
    CHECK(garbage.receive().status == 400);

    kept.socket().close();  // else the old process stays for it
    CHECK(httpd.upgrade());
    CHECK(RawClient{admin}.exchange(get("/readyz")).status == 200);  // the new process has this socket, too
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("the log tells which requests the cache had everything for, and a reload loses no count", "[apps][daemon]")
{
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const auto log = (folder.path() / "log").string();
    const auto config = folder.write("conf", "listing = no\n").string();
    wait_until_settled(root.path() / "a");
    Daemon httpd{"httpd++",
                 {root.path().string(), "--config", config, "--admin", "127.0.0.1:0", "--access-log", log,
                  "--log-format", "{target} {status} {cache}"}};
    const auto admin = admin_of(httpd);
    for (const char* path : {"/a", "/a", "/a", "/none", "/none", "/%00"})
        RawClient{httpd.endpoint()}.exchange(get(path));
    folder.write("conf", "listing = yes\n");
    httpd.reload();
    REQUIRE(httpd.process().wait_for("reloaded"));
    RawClient{httpd.endpoint()}.exchange(get("/a"));
    const auto status = boost::json::parse(RawClient{admin}.exchange(get("/status")).body).as_object();
    CHECK(status.at("file_cache_hits") == 3);
    CHECK(status.at("file_cache_misses") == 3);
    CHECK(httpd.stop().exit_code == 0);
    CHECK(read_file(log) ==
          "/a 200 miss\n/a 200 hit\n/a 200 hit\n/none 404 miss\n/none 404 hit\n/%00 400 -\n"
          "/a 200 miss\n");
}

TEST_CASE("a daemon that drains isn't ready any more", "[apps][daemon]")
{
    const TemporaryDirectory root;
    root.write("large", std::string(64'000'000, 'x'));
    Daemon httpd{"httpd++", {root.path().string(), "--admin", "127.0.0.1:0", "--drain", "20"}};
    const auto admin = admin_of(httpd);
    RawClient slow{httpd.endpoint()};
    slow.send(get("/large"));
    char first = 0;
    REQUIRE(slow.socket().read_some(boost::asio::buffer(&first, 1)) == 1);
    httpd.process().signal(SIGTERM);
    REQUIRE(httpd.process().wait_for("stopping once the requests under way are answered"));
    const auto ready = RawClient{admin}.exchange(get("/readyz"));
    CHECK(ready.status == 503);
    CHECK(ready.body == "draining\n");
    CHECK(slow.receive_rest().size() > 64'000'000);
    CHECK(httpd.process().wait().exit_code == 0);
}

TEST_CASE("signals that come while a daemon drains come too late, and it says so", "[apps][daemon]")
{
    const TemporaryDirectory root;
    root.write("large", std::string(64'000'000, 'x'));
    Daemon httpd{"httpd++", {root.path().string(), "--drain", "1h"}};
    RawClient slow{httpd.endpoint()};
    slow.send(get("/large"));
    char first = 0;
    REQUIRE(slow.socket().read_some(boost::asio::buffer(&first, 1)) == 1);
    httpd.process().signal(SIGTERM);
    REQUIRE(httpd.process().wait_for("stopping once the requests under way are answered"));
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: not reloaded: it ends already\n"));
    httpd.process().signal(SIGUSR2);
    CHECK(httpd.process().wait_for("httpd++: not upgraded: it ends already\n"));
    CHECK(slow.receive_rest().size() > 64'000'000);
    const auto end = httpd.process().wait();
    CHECK(end.exit_code == 0);
    CHECK(!has(end.err, "httpd++: reloaded"));
}

TEST_CASE("a log that is not read costs lines, which are counted, and no request waits", "[apps][daemon]")
{
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const auto fifo = (folder.path() / "fifo").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    Daemon proxied{"httpd++", {root.path().string(), "--admin", "127.0.0.1:0", "--access-log", fifo}};
    const auto admin = admin_of(proxied);
    RawClient client{proxied.endpoint()};
    const auto request = get("/a?" + std::string(3000, 'q'));
    for (int i = 0; i < 300; ++i) REQUIRE(client.exchange(request).body == "content");
    const auto status = boost::json::parse(RawClient{admin}.exchange(get("/status")).body).as_object();
    CHECK(status.at("access_log_lines_dropped").to_number<int>() > 0);
    const auto end = proxied.stop();
    CHECK(end.exit_code == 0);
    CHECK(has(end.err, "access log: it can't be written fast enough: lines are lost\n"));
    ::close(reader);
}

TEST_CASE("metrics of proxy++ count what was decided of requests", "[apps][daemon]")
{
    Daemon proxy{"proxy++", {"--threads", "2", "--admin", "127.0.0.1:0"}};
    const auto admin = admin_of(proxy);
    RawClient client{proxy.endpoint()};
    client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.exchange("GET http://10.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n").status == 403);
    RawClient again{admin};
    again.send("GET /metrics HTTP/1.0\r\nAccept: application/openmetrics-text\r\n\r\n");
    const auto text = again.receive_rest();
    CHECK(has(text, "libnet_proxy_http_requests_by_verdict_total{verdict=\"allowed\"} 1\n"));
    CHECK(has(text, "libnet_proxy_http_requests_by_verdict_total{verdict=\"private_address\"} 1\n"));
    CHECK(has(text, "libnet_proxy_http_requests_refused_by_status_total{status=\"403\"} 1\n"));
    CHECK(has(text, "libnet_proxy_upstream_requests_total{connection=\"opened\"} 0\n"));
    CHECK(has(text, "libnet_proxy_upstream_idle_connections 0\n"));
    CHECK(!has(text, "file_cache"));
}

}  // namespace daemon_admin_tests
