// What a request costs in system calls, as strace counts them.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/ip/address_v4.hpp>

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

#include <unistd.h>

namespace httpd_calls_tests {

using libnet::test::Process, libnet::test::RawClient, libnet::test::TemporaryDirectory;

namespace {

/// httpd++ on a port of its own choice.
struct Daemon {
    explicit Daemon(const TemporaryDirectory& root)
        : process{{libnet::test::program("httpd++"), "--bind", "127.0.0.1", "--port", "0", "--access-log", "none",
                   root.path().string()}}
    {
        REQUIRE(process.wait_for("127.0.0.1:"));
        const auto& said = process.err();
        port = static_cast<std::uint16_t>(std::stoul(said.substr(said.rfind(':') + 1)));
    }
    boost::asio::ip::tcp::endpoint endpoint() const { return {boost::asio::ip::address_v4::loopback(), port}; }

    Process process;
    std::uint16_t port = 0;
};

/// How often a system call, or "total", stands in a table of strace -c.
unsigned long count(const std::string& table, const std::string& name)
{
    std::istringstream lines{table};
    for (std::string line; std::getline(lines, line);) {
        if (!line.ends_with(" " + name)) continue;
        std::istringstream fields{line};
        std::string percent, seconds, each;
        unsigned long calls = 0;
        fields >> percent >> seconds >> each >> calls;
        return calls;
    }
    return 0;
}

/// The calls that the daemon makes while a client asks `times` times for a file that is known already.
std::string calls_for(const Daemon& daemon, const std::string& path, int times, unsigned status = 200)
{
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    RawClient client{daemon.endpoint()};
    for (int i = 0; i < 5; ++i) REQUIRE(client.exchange(request).status == status);
    Process strace{{"strace", "-f", "-c", "-p", std::to_string(daemon.process.pid())}};
    if (!strace.wait_for("attached")) return {};
    for (int i = 0; i < times; ++i) REQUIRE(client.exchange(request).status == status);
    strace.signal(SIGINT);
    return strace.wait().err;
}

}  // namespace

TEST_CASE("a request for a known file costs four system calls, and a large one goes by sendfile", "[apps][httpd]")
{
    const TemporaryDirectory root;
    root.write("small", std::string(1024, 's'));
    root.write("large", std::string(1'000'000, 'l'));
    const Daemon daemon{root};
    // What was written a moment ago is looked up for each request, for the next change might not show in its time stamp. A
    // request for the large file waits until that is over.
    RawClient{daemon.endpoint()}.exchange("HEAD /large HTTP/1.1\r\nHost: test\r\n\r\n");
    constexpr int times = 500;
    const auto small = calls_for(daemon, "/small", times);
    if (small.empty()) {
        WARN("SKIPPED: strace may not attach to a process here");
        return;
    }
    INFO(small);
    CHECK(count(small, "sendto") <= times + 5);
    CHECK(count(small, "openat2") <= 10);                // once a second at the most
    const auto ticks = count(small, "timerfd_settime");  // of the clock for deadlines, four a second
    CHECK(count(small, "total") <= 4 * times + 4 * ticks + 100);

    const auto large = calls_for(daemon, "/large", 20);
    INFO(large);
    CHECK(count(large, "sendfile") >= 20);
    CHECK(count(large, "read") + count(large, "pread64") <= 10);
}

TEST_CASE("behind the first directory that isn't there none is looked for", "[apps][httpd]")
{
    const TemporaryDirectory root;
    root.write("there/a", "a");
    const Daemon daemon{root};
    std::string path = "/there";
    for (int i = 0; i < 200; ++i) path += "/gone";  // too long to be remembered
    constexpr int times = 50;
    const auto calls = calls_for(daemon, path, times, 404);
    if (calls.empty()) {
        WARN("SKIPPED: strace may not attach to a process here");
        return;
    }
    INFO(calls);
    CHECK(count(calls, "openat2") <= 6 * times + 10);
}

}  // namespace httpd_calls_tests
