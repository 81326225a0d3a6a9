// Where the daemons listen, what they tell the service manager, and who they are.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/service_manager.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace daemon_places_tests {

using namespace libnet::test;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a daemon listens at several places, and removes its Unix socket", "[apps][daemon]")
{
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const auto path = (folder.path() / "socket").string();
    Daemon httpd{"httpd++",
                 {root.path().string(), "--threads", "2", "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen",
                  "unix:" + path + ",mode=600"}};
    REQUIRE(httpd.process().wait_for(" on unix:" + path + "\n"));
    CHECK(has(httpd.process().err(), " on [::1]:"));
    CHECK(RawClient{httpd.endpoint()}.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body == "content");
    struct stat file {};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    if (!is_missing("curl", "curl")) CHECK(run({"curl", "-s", "--unix-socket", path, "http://x/a"}).out == "content");
    CHECK(httpd.stop().exit_code == 0);
    CHECK(!fs::exists(path));
}

TEST_CASE("places that are none are said so", "[apps][daemon]")
{
    const auto complaint = [](const std::string& place) {
        const auto finished = run({program("httpd++"), "--listen", place});
        CHECK(finished.exit_code == 2);
        return finished.err;
    };
    CHECK(has(complaint("nowhere"), "httpd++: --listen: 'nowhere' is no place to listen"));
    CHECK(has(complaint("unix:"), "give a path of 1 to 107 octets"));
    CHECK(has(complaint("unix:" + std::string(200, 'x')), "give a path of 1 to 107 octets"));
    CHECK(has(complaint("unix:/tmp/x,mode=999"), "give a mode in octal"));
    const auto finished = run({program("httpd++"), "--listen", "unix:/none/such/socket"});
    CHECK(finished.exit_code == 1);
    CHECK(has(finished.err, "httpd++: cannot listen on unix:/none/such/socket: No such file or directory"));
    CHECK(has(complaint("[fe80::1]:80"),
              "'[fe80::1]:80': fe80::1 is link-local: say on which interface, as in [fe80::1%eth0]:80\n"));
    CHECK(has(complaint("[fe80::1%none0]:80"), "there is no interface none0"));
    for (const std::string name : {"httpd++", "proxy++"}) {
        const auto bound = run({program(name), "--bind", "fe80::1", "--admin", "[fe80::2]:9"});
        CHECK(bound.exit_code == 2);
        CHECK(bound.err ==
              name + ": --bind: 'fe80::1': fe80::1 is link-local: say on which interface, as in fe80::1%eth0\n" + name +
                  ": --admin: '[fe80::2]:9': fe80::2 is link-local: say on which interface, as in "
                  "[fe80::2%eth0]:9\n");
    }
}

TEST_CASE("of a place that is taken, the option is named that gave it", "[apps][daemon]")
{
    const TemporaryDirectory folder;
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor other{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const auto place = "127.0.0.1:" + std::to_string(other.local_endpoint().port());
    const auto complaint = [](const std::vector<std::string>& options) {
        Arguments command{program("httpd++")};
        command.insert(command.end(), options.begin(), options.end());
        const auto finished = run(command);
        CHECK(finished.exit_code == 1);
        return finished.err;
    };
    const std::string words = ": Address already in use: ";
    CHECK(has(complaint({"--listen", place}), words + "choose another --listen, or end the program that has it\n"));
    CHECK(has(complaint({"--port", "0", "--admin", place}), words + "choose another --admin, or end"));

    const auto file = folder.write("file", "text").string();
    CHECK(has(complaint({"--listen", "unix:" + file}), words + "the file is no socket: give --listen another path"));
    CHECK(read_file(file) == "text");
    const auto path = (folder.path() / "socket").string();
    const boost::asio::local::stream_protocol::acceptor taken{io, boost::asio::local::stream_protocol::endpoint{path}};
    CHECK(has(complaint({"--port", "0", "--admin", "unix:" + path}), words + "give --admin another path, or end"));
}

TEST_CASE("a daemon takes the sockets of its service manager, and tells it how it is", "[apps][daemon]")
{
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    ServiceManager manager{folder};
    // A shell becomes the daemon, as the number of the process has to be right. Its descriptor 3 is a socket that listens.
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor listener{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(listener.local_endpoint().port());
    const auto descriptor = std::to_string(::dup(listener.native_handle()));
    Process httpd{{"bash", "-c",
                   "exec 3<&" + descriptor + "; LISTEN_PID=$$ LISTEN_FDS=1 WATCHDOG_USEC=200000 exec " +
                       program("httpd++") + " --access-log none " + root.path().string()},
                  {manager.variable()}};
    REQUIRE(httpd.wait_for("on 127.0.0.1:" + port));
    CHECK(manager.hears("READY=1"));
    CHECK(manager.hears("WATCHDOG=1"));
    CHECK(RawClient{listener.local_endpoint()}.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body == "content");
    httpd.signal(SIGHUP);
    CHECK(manager.hears("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(manager.hears("READY=1"));
    httpd.signal(SIGTERM);
    CHECK(manager.hears("STOPPING=1"));
    CHECK(httpd.wait().exit_code == 0);
    ::close(std::stoi(descriptor));
}

TEST_CASE("a daemon that was started without standard descriptors serves", "[apps][daemon]")
{
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const auto path = (folder.path() / "socket").string();
    Process httpd{
        {"sh", "-c",
         "exec " + program("httpd++") + " --listen unix:" + path + " " + root.path().string() + " 0<&- 1>&- 2>&-"}};
    for (int i = 0; i < 2000 && !fs::exists(path); ++i) ::usleep(10'000);
    REQUIRE(fs::exists(path));
    if (!is_missing("curl", "curl"))
        CHECK(run({"curl", "-s", "--retry-connrefused", "--retry", "3", "--unix-socket", path, "http://x/a"}).out ==
              "content");
    httpd.signal(SIGTERM);
    CHECK(httpd.wait().exit_code == 0);
}

TEST_CASE("a daemon that was root is another user when it serves", "[apps][daemon]")
{
    if (::geteuid() != 0) {
        WARN("SKIPPED: only root can become another user");
        return;
    }
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    for (const auto* directory : {&root, &folder}) ::chmod(directory->path().c_str(), 0755);
    const auto log = folder.write("log", "").string();
    Daemon httpd{
        "httpd++",
        {root.path().string(), "--threads", "2", "--user", "nobody", "--access-log", log, "--hash-file", "none"}};
    struct stat file {};
    REQUIRE(::stat(log.c_str(), &file) == 0);
    CHECK(file.st_uid == 65534);  // so that it can open it again
    const auto status = read_file("/proc/" + std::to_string(httpd.pid()) + "/status");
    CHECK(has(status, "Uid:\t65534\t65534\t65534\t65534\n"));
    CHECK(has(status, "CapPrm:\t0000000000000000\n"));
    CHECK(has(status, "CapBnd:\t0000000000000000\n"));
    CHECK(has(status, "NoNewPrivs:\t1\n"));
    for (const auto& thread : fs::directory_iterator{"/proc/" + std::to_string(httpd.pid()) + "/task"})
        CHECK(has(read_file(thread.path() / "status"), "CapEff:\t0000000000000000\n"));
    CHECK(RawClient{httpd.endpoint()}.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body == "content");
    CHECK(httpd.upgrade());  // also as the user nobody
    CHECK(RawClient{httpd.endpoint()}.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body == "content");
    CHECK(httpd.stop().exit_code == 0);

    const auto finished = run({program("httpd++"), root.path().string(), "--port", "0", "--user", "no-such-user"});
    CHECK(finished.exit_code == 1);
    CHECK(finished.err == "httpd++: there is no user 'no-such-user'\n");
}

TEST_CASE("a Unix socket belongs to who the daemon is, who removes it", "[apps][daemon]")
{
    if (::geteuid() != 0) {
        WARN("SKIPPED: only root can become another user");
        return;
    }
    const TemporaryDirectory root, folder;
    ::chmod(root.path().c_str(), 0755);
    REQUIRE(::chown(folder.path().c_str(), 65534, 65534) == 0);
    const auto path = (folder.path() / "socket").string();
    Process httpd{{program("httpd++"), root.path().string(), "--listen", "unix:" + path + ",mode=660", "--access-log",
                   "none", "--user", "65534", "--group", "12345"}};
    REQUIRE(httpd.wait_for(" on unix:" + path + "\n"));
    struct stat file {};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK(file.st_uid == 65534);
    CHECK(file.st_gid == 12345);
    CHECK((file.st_mode & 0777) == 0660);
    httpd.signal(SIGTERM);
    CHECK(httpd.wait().exit_code == 0);
    CHECK(!fs::exists(path));
}

}  // namespace daemon_places_tests
