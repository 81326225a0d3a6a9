// --sandbox: what a daemon reaches then, and what goes on all the same.

#include <apps/common/sandbox_settings.hpp>
#include <libnet/sandbox.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

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

TEST_CASE("in a sandbox the kernel refuses what no daemon asks for, to successors, too", "[apps][daemon]")
{
    if (run({program("httpd++"), "--version"}).out.find(", seccomp") == std::string::npos) {
        WARN("SKIPPED: the programs were built without libseccomp");
        return;
    }
    const auto filters_of = [](long process) {
        const auto status = read_file("/proc/" + std::to_string(process) + "/status");
        return std::stoi(status.substr(status.find("\nSeccomp_filters:") + 17));
    };
    const auto outside = filters_of(::getpid());  // a container has one
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const auto copy = (folder.path() / "httpd++").string(), said = (folder.path() / "said").string(),
               log = (folder.path() / "log").string();
    for (const bool closed : {false, true}) {
        INFO("with --sandbox: " << closed);
        fs::remove(copy);
        fs::copy_file(program("httpd++"), copy);
        Arguments command{copy, "--port", "0", "--bind", "127.0.0.1", "--access-log", log, root.path().string()};
        if (closed) command.emplace_back("--sandbox");
        Process httpd{command};
        REQUIRE(httpd.wait_for(" on 127.0.0.1:"));
        CHECK(filters_of(httpd.pid()) == outside + (closed ? 1 : 0));
        httpd.signal(SIGUSR2);
        REQUIRE(httpd.wait_for("upgraded: process "));
        const auto successor = std::stol(httpd.err().substr(httpd.err().find("upgraded: process ") + 18));
        CHECK(filters_of(successor) == outside + (closed ? 1 : 0));  // it has its predecessor's, and no other one
        // What is executed next in its place asks for a namespace.
        fs::remove(copy);
        folder.write("httpd++",
                     "#!/bin/sh\nunshare --user true 2>" + said + " && echo granted >" + said + "\nexit 1\n");
        fs::permissions(copy, fs::perms::owner_all);
        ::kill(static_cast<pid_t>(successor), SIGUSR2);
        REQUIRE(httpd.wait_for("not upgraded: process "));
        const auto answer = read_file(said);
        CHECK((answer.find("Operation not permitted") != std::string::npos) == closed);
        ::kill(static_cast<pid_t>(successor), SIGTERM);
        CHECK(httpd.wait().exit_code == 0);
    }
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

TEST_CASE("in a sandbox files in other directories are read again", "[apps][daemon]")
{
    if (is_missing_landlock()) return;
    const TemporaryDirectory root, folder, elsewhere;
    root.write("a.q", "content");
    const auto types = elsewhere.write("mime.types", "text/first q\n").string();
    const auto config = folder.write("conf", "mime-types = " + types + "\n").string();
    Daemon httpd{"httpd++", {"--config", config, "--sandbox", root.path().string()}};
    elsewhere.write("mime.types", "text/second q\n");
    folder.write("conf", "idle-timeout = 5\nmime-types = " + types + "\n");
    httpd.reload();
    REQUIRE(httpd.process().wait_for("httpd++: reloaded\n"));
    RawClient client{httpd.endpoint()};
    CHECK(client.exchange("GET /a.q HTTP/1.1\r\nHost: x\r\n\r\n").field("Content-Type").starts_with("text/second"));
    CHECK(httpd.stop().exit_code == 0);

    const auto list = elsewhere.write("list", ".a.test\n").string();
    const auto rules = folder.write("rules", "deny to @" + list + "\n").string();
    Daemon proxy{"proxy++", {"--sandbox", "--egress", rules}};
    elsewhere.write("list", ".b.test\n");
    proxy.reload();
    REQUIRE(proxy.process().wait_for("proxy++: reloaded\n"));
    RawClient asks{proxy.endpoint()};
    CHECK(asks.exchange("GET http://x.b.test/ HTTP/1.1\r\nHost: x.b.test\r\n\r\n").status == 403);
    CHECK(proxy.stop().exit_code == 0);
}

TEST_CASE("a sandbox outlives more upgrades than the kernel allows restrictions", "[apps][daemon]")
{
    if (is_missing_landlock()) return;
    const TemporaryDirectory root, outside;
    root.write("a", "content");
    fs::create_symlink(outside.write("secret", "out of reach"), root.path() / "link");
    Daemon httpd{"httpd++", {root.path().string(), "--symlinks", "any", "--sandbox"}};
    for (int i = 0; i < 17; ++i) REQUIRE(httpd.upgrade());
    CHECK(httpd.process().err().find("the kernel allows no more") != std::string::npos);
    CHECK(body(httpd, "/a") == "content");
    CHECK(body(httpd, "/link").find("out of reach") == std::string::npos);
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("of a file in the top directory a sandbox allows that file, and not everything", "[apps][daemon]")
{
    const auto allowed = [](const fs::path& file) {
        std::vector<std::string> paths;
        libnet::apps::add_folder_of(paths, file);
        return paths;
    };
    CHECK(allowed("/httpd++") == std::vector<std::string>{"/httpd++"});
    CHECK(allowed("/etc/../httpd++") == std::vector<std::string>{"/etc/../httpd++"});
    CHECK(allowed("/no-such-folder/file") == std::vector<std::string>{"/no-such-folder"});
    CHECK(allowed("/etc/passwd") == std::vector<std::string>{"/etc", "/etc"});
    CHECK(allowed("").empty());
}

}  // namespace daemon_sandbox_tests
