// httpd++ and proxy++ change their configuration and their process while clients ask all the time.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/load.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <sys/types.h>

namespace daemon_changes_tests {

using namespace libnet::test;

namespace {

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"; }

/// A site of one file, and a configuration that is another one each time.
class Site {
public:
    Site() { files_.write("a", "content"); }

    std::string root() const { return files_.path().string(); }
    std::string file() const { return (around_.path() / "conf").string(); }
    void write(int version) const { around_.write("conf", "header = * X-Version: " + std::to_string(version) + "\n"); }

private:
    TemporaryDirectory files_, around_;
};

/// Whether it serves by a version of the configuration, sooner or later.
bool becomes(const Daemon& httpd, int version)
{
    for (int i = 0; i < 10'000; ++i)
        if (RawClient{httpd.endpoint()}.exchange(get("/a")).field("X-Version") == std::to_string(version)) return true;
    return false;
}

/// A client of a tunnel through a proxy.
std::unique_ptr<RawClient> open_tunnel(const Daemon& proxy, const std::string& authority)
{
    auto client = std::make_unique<RawClient>(proxy.endpoint());
    const auto answer = client->exchange("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    REQUIRE(answer.status == 200);
    return client;
}

}  // namespace

TEST_CASE("httpd++ reads its configuration again under load, and no request fails", "[apps][daemon]")
{
    const Site site;
    site.write(0);
    Daemon httpd{"httpd++", {"--config", site.file(), "--threads", "2", site.root()}};
    Load load{httpd.endpoint(), get("/a"), 4};
    constexpr int reloads = 20;
    for (int i = 1; i <= reloads; ++i) {
        site.write(i);
        httpd.reload();
        REQUIRE(becomes(httpd, i));
    }
    CHECK(load.stop().empty());
    CHECK(load.answers() > reloads);
    CHECK(load.connections() > 4);  // the reloads have ended some
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("a new process takes httpd++'s place under load, and no request fails", "[apps][daemon]")
{
    const Site site;
    site.write(0);
    Daemon httpd{"httpd++", {"--config", site.file(), "--threads", "2", "--idle-timeout", "5", site.root()}};
    Load load{httpd.endpoint(), get("/a"), 4};
    constexpr int upgrades = 4;
    for (int i = 1; i <= upgrades; ++i) {
        site.write(i);
        REQUIRE(httpd.upgrade());
        CHECK(becomes(httpd, i));  // the old process may take another connection or two
    }
    CHECK(load.stop().empty());
    CHECK(load.answers() > upgrades);
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("an upgrade to what doesn't start leaves the old process as it is", "[apps][daemon]")
{
    const Site site;
    site.write(0);
    Daemon httpd{"httpd++", {"--config", site.file(), site.root()}};
    std::ofstream{site.file()} << "nonsense\n";
    ::kill(httpd.pid(), SIGUSR2);
    CHECK(httpd.process().wait_for("conf:1: 'nonsense' is no line like 'name = value'\n"));
    CHECK(httpd.process().wait_for("has not begun to serve; this one goes on\n"));
    ::kill(httpd.pid(), SIGHUP);
    CHECK(httpd.process().wait_for("; nothing has changed\n"));
    CHECK(RawClient{httpd.endpoint()}.exchange(get("/a")).field("X-Version") == "0");
    site.write(1);
    CHECK(httpd.upgrade());  // the next one succeeds
    CHECK(becomes(httpd, 1));
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("proxy++ reloads and is upgraded under load, with tunnels that stay open", "[apps][daemon]")
{
    const Site site;
    site.write(0);
    Daemon httpd{"httpd++", {site.root()}};
    const auto authority = "127.0.0.1:" + std::to_string(httpd.endpoint().port());
    const TemporaryDirectory around;
    const auto config = (around.path() / "conf").string();
    const auto write = [&](int version) { around.write("conf", "idle-timeout = " + std::to_string(5 + version)); };
    write(0);
    Daemon proxy{"proxy++", {"--allow-private", "--connect-port", "all", "--config", config, "--threads", "2"}};

    std::deque<std::unique_ptr<RawClient>> tunnels;
    for (int i = 0; i < 50; ++i) tunnels.push_back(open_tunnel(proxy, authority));
    Load load{proxy.endpoint(), get("http://" + authority + "/a"), 4};
    for (int i = 1; i <= 5; ++i) {
        write(i);
        proxy.reload();
    }
    CHECK(proxy.process().wait_for("proxy++: reloaded\n"));
    tunnels.push_back(open_tunnel(proxy, authority));
    for (int i = 0; i < 2; ++i) REQUIRE(proxy.upgrade());
    CHECK(load.stop().empty());
    CHECK(load.answers() > 7);
    for (const auto& tunnel : tunnels) CHECK(tunnel->exchange(get("/a")).body == "content");
    tunnels.clear();
    CHECK(proxy.stop().exit_code == 0);
    CHECK(httpd.stop().exit_code == 0);
}

namespace {

/// Whether a child ends within some seconds; it isn't waited for, since its successor has its standard error.
bool has_ended(pid_t process)
{
    for (int i = 0; i < 1000; ++i) {
        std::ifstream stat{"/proc/" + std::to_string(process) + "/stat"};
        std::string line;
        if (!std::getline(stat, line) || line.find(") Z ") != line.npos) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

}  // namespace

TEST_CASE("after an upgrade the old process ends, though clients stay idle", "[apps][daemon]")
{
    const TemporaryDirectory root;
    root.write("a", "content");
    Daemon httpd{"httpd++", {root.path().string(), "--header-timeout", "60"}};
    RawClient idle{httpd.endpoint()}, busy{httpd.endpoint()};
    CHECK(idle.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body == "content");
    CHECK(busy.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body == "content");
    busy.send("GET /a HTTP/1.1\r\n");  // it has begun, and is answered
    REQUIRE(httpd.upgrade());
    CHECK(idle.ended());
    httpd.process().signal(SIGUSR2);  // the old one
    CHECK(httpd.process().wait_for("httpd++: not upgraded: another process serves in its place\n"));
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: not reloaded: another process serves in its place\n"));
    const auto last = busy.exchange("Host: x\r\n\r\n");
    CHECK(last.body == "content");
    CHECK(last.field("Connection") == "close");
    CHECK(busy.ended());
    CHECK(has_ended(httpd.process().pid()));  // long before an idle connection would have ended by itself
    CHECK(httpd.stop().exit_code == 0);
}

}  // namespace daemon_changes_tests
