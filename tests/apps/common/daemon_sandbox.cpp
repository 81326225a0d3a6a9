// --sandbox: what a daemon reaches then, and what goes on all the same.

#include <libnet/sandbox.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <filesystem>
#include <string>

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace daemon_sandbox_tests {

using namespace libnet::test;
namespace fs = std::filesystem;

namespace {

bool is_missing_landlock()
{
    if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0) return false;
    WARN("SKIPPED: the kernel has no Landlock");
    return true;
}

std::string body(const Daemon& httpd, const std::string& path)
{
    return RawClient{httpd.endpoint()}.exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").body;
}

}  // namespace

TEST_CASE("in a sandbox nothing outside of the roots can be served", "[apps][daemon]")
{
    if (is_missing_landlock()) return;
    const TemporaryDirectory root, outside;
    root.write("a", "content");
    fs::create_symlink(outside.write("secret", "out of reach"), root.path() / "link");
    const Arguments options{root.path().string(), "--symlinks", "any"};
    {
        Daemon open{"httpd++", options};
        CHECK(body(open, "/link") == "out of reach");
    }
    auto closed_options = options;
    closed_options.emplace_back("--sandbox");
    Daemon closed{"httpd++", closed_options};
    CHECK(body(closed, "/a") == "content");
    CHECK(body(closed, "/link").find("out of reach") == std::string::npos);
    CHECK(closed.stop().exit_code == 0);
}

TEST_CASE("in a sandbox logs are rotated, the configuration is read again, and a successor starts", "[apps][daemon]")
{
    if (is_missing_landlock()) return;
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const auto log = (folder.path() / "log").string();
    const auto config = folder.write("conf", "sandbox = yes\naccess-log = " + log + "\n").string();
    Process httpd{{program("httpd++"), "--config", config, "--port", "0", "--bind", "127.0.0.1", root.path().string()}};
    const std::string words = " on 127.0.0.1:";
    REQUIRE(httpd.wait_for(words));
    auto port = httpd.err().substr(httpd.err().find(words) + words.size());
    port.erase(port.find_first_not_of("0123456789"));
    const auto ask = [&port] {
        return RawClient{{boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port))}}
            .exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .body;
    };
    CHECK(ask() == "content");
    fs::rename(log, log + ".1");
    httpd.signal(SIGUSR1);
    while (!fs::exists(log)) ::usleep(1000);
    folder.write("conf", "sandbox = yes\nidle-timeout = 5\naccess-log = " + log + "\n");
    httpd.signal(SIGHUP);
    REQUIRE(httpd.wait_for("httpd++: reloaded\n"));
    CHECK(ask() == "content");
    httpd.signal(SIGUSR2);
    REQUIRE(httpd.wait_for("upgraded: process "));
    const auto successor = std::stol(httpd.err().substr(httpd.err().find("upgraded: process ") + 18));
    CHECK(ask() == "content");
    ::kill(static_cast<pid_t>(successor), SIGTERM);
    CHECK(httpd.wait().exit_code == 0);
}

}  // namespace daemon_sandbox_tests
