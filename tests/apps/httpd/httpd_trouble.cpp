// httpd++ when the machine isn't as it should be: odd files, none at all, a full disk, no descriptors left.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace httpd_trouble_tests {

using namespace libnet::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string get(const std::string& path, const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

Answer ask(const Httpd& httpd, const std::string& path, const std::string& fields = {})
{
    return RawClient{httpd.endpoint()}.exchange(get(path, fields));
}

Arguments with(Arguments options)
{
    options.insert(options.end(), {"--access-log", "none"});
    return options;
}

void make_fifo(const fs::path& path)
{
    fs::create_directories(path.parent_path());
    REQUIRE(::mkfifo(path.c_str(), 0666) == 0);
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

/// Whether an answer becomes this one within twenty seconds.
bool becomes(const Httpd& httpd, const std::string& path, const std::string& wanted)
{
    for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
        const auto answer = ask(httpd, path);
        if ((answer.status == 200 ? answer.body : std::to_string(answer.status)) == wanted) return true;
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

}  // namespace

TEST_CASE("what is neither file nor directory is nothing, wherever it stands", "[apps][httpd][trouble]")
{
    const TemporaryDirectory root;
    make_fifo(root.path() / "fifo");
    make_fifo(root.path() / "indexed/index.html");
    make_fifo(root.path() / "page.css.br");
    make_fifo(root.path() / "about.html");
    root.write("second/index.htm", "second index");
    make_fifo(root.path() / "second/index.html");
    root.write("page.css", "plain");
    root.write("listed/file", "file");
    make_fifo(root.path() / "listed/fifo");
    fs::create_symlink("../fifo", root.path() / "listed/link");
    boost::asio::io_context io;
    boost::asio::local::stream_protocol::acceptor socket{io, (root.path() / "socket").string()};
    const bool has_device = ::mknod((root.path() / "device").c_str(), S_IFCHR | 0666, ::makedev(1, 5)) == 0;  // zero

    Httpd httpd{root, with({"--listing", "--index", "index.html,index.htm", "--error-page", "404=fifo", "--fallback",
                            "fifo", "--clean-urls", "--compress"})};
    for (const char* path : {"/fifo", "/socket", "/about", "/about.html", "/listed/link", "/indexed/index.html"}) {
        INFO(path);
        CHECK(ask(httpd, path).status == 404);
    }
    if (has_device) CHECK(ask(httpd, "/device").status == 404);
    CHECK(ask(httpd, "/second/").body == "second index");
    CHECK(ask(httpd, "/indexed/").status == 200);  // the listing, of nothing
    CHECK(ask(httpd, "/page.css", "Accept-Encoding: br, identity;q=0.5\r\n").body == "plain");
    CHECK(ask(httpd, "/nothing.html", "Accept: text/html\r\n").body.find("<h1>404 Not Found</h1>") !=
          std::string::npos);
    const auto listing = ask(httpd, "/listed/").body;
    CHECK(listing.find("1 file,") != std::string::npos);
    CHECK(listing.find("fifo") == std::string::npos);
    CHECK(listing.find("link\"") == std::string::npos);
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("what may not be read is refused, or done without", "[apps][httpd][trouble]")
{
    Arguments nobody;
    if (::geteuid() == 0) nobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    auto probe = nobody;
    probe.insert(probe.end(), {program("httpd++"), "--version"});
    if (run(probe).exit_code != 0) {
        WARN("SKIPPED: the user nobody can't run the program here, and root may read everything");
        return;
    }
    const TemporaryDirectory root;
    fs::permissions(root.path(), fs::perms{0755});
    const auto lock = [&root](const std::string& name) { fs::permissions(root.path() / name, fs::perms::none); };
    for (const char* name : {"file", "page.css", "page.css.br", "indexed/index.html", "locked/file", "error.html"})
        root.write(name, "content");
    fs::create_directory(root.path() / "blind");
    for (const char* name : {"file", "page.css.br", "indexed/index.html", "locked", "error.html"}) lock(name);
    fs::permissions(root.path() / "blind", fs::perms{0111});
    root.write("blind/file", "seen by name");

    {
        const Httpd httpd{root, with({"--listing", "--error-page", "403=error.html"}), {}, nobody};
        for (const char* path : {"/file", "/indexed/", "/indexed/index.html", "/locked/file", "/locked/", "/blind/"}) {
            INFO(path);
            const auto answer = ask(httpd, path);
            CHECK(answer.status == 403);
            CHECK(answer.body.find("<h1>403 Forbidden</h1>") != std::string::npos);
        }
        CHECK(ask(httpd, "/blind/file").body == "seen by name");
        const auto plain = ask(httpd, "/page.css", "Accept-Encoding: br\r\n");
        CHECK(plain.body == "content");
        CHECK(plain.field("Content-Encoding") == "-");
        fs::permissions(root.path() / "file", fs::perms{0644});
        CHECK(becomes(httpd, "/file", "content"));
        lock("file");
        CHECK(becomes(httpd, "/file", "403"));
    }
    fs::permissions(root.path() / "locked", fs::perms{0755});  // for the removal
}

TEST_CASE("a root that vanishes costs its files, and one that comes back is served", "[apps][httpd][trouble]")
{
    const TemporaryDirectory around;
    const auto root = around.path() / "root";
    around.write("root/sub/file", "first");
    Httpd httpd{root, with({"--listing"})};
    CHECK(ask(httpd, "/sub/file").body == "first");
    fs::remove_all(root);
    CHECK(becomes(httpd, "/sub/file", "404"));
    CHECK(ask(httpd, "/").status == 200);  // a directory that is no more has nothing in it
    around.write("root/sub/file", "second");
    CHECK(becomes(httpd, "/sub/file", "second"));
    around.write("root/sub/file", "second, and watched");
    CHECK(becomes(httpd, "/sub/file", "second, and watched"));

    around.write("other/sub/file", "third");
    fs::rename(root, around.path() / "away");
    CHECK(ask(httpd, "/sub/file").body == "second, and watched");  // nothing stands in its place
    fs::rename(around.path() / "other", root);
    CHECK(becomes(httpd, "/sub/file", "third"));
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("a full disk costs lines of the log, is told once, and the log goes on when there is room",
          "[apps][httpd][trouble]")
{
    const TemporaryDirectory root;
    root.write("file", "content");
    SECTION("from the start to the end")
    {
        Httpd httpd{root, {"--access-log", "/dev/full"}};
        for (int i = 0; i < 20; ++i) CHECK(ask(httpd, "/file").body == "content");
        const auto end = httpd.stop();
        CHECK(end.exit_code == 0);
        CHECK(count(end.err, "httpd++: access log: No space left on device: lines are lost\n") == 1);
        CHECK(count(end.err, "access log") == 1);
    }
    SECTION("because the file may not grow")
    {
        const TemporaryDirectory logs;
        const auto log = (logs.path() / "log").string();
        Httpd httpd{root, {"--access-log", log}, {}, {"prlimit", "--fsize=1000"}};
        for (int i = 0; i < 50; ++i) CHECK(ask(httpd, "/file").body == "content");
        CHECK(count(httpd.stop().err, "httpd++: access log: File too large: lines are lost\n") == 1);
        CHECK(fs::file_size(log) == 1000);
    }
    SECTION("for a while")
    {
        const TemporaryDirectory mount;
        const Arguments runner{"unshare",
                               "--mount",
                               "--",
                               "sh",
                               "-c",
                               "mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\"",
                               mount.path().string()};
        auto probe = runner;
        probe.push_back("true");
        if (run(probe).exit_code != 0) {
            WARN("SKIPPED: file systems may not be mounted here");
            return;
        }
        Httpd httpd{root, {"--access-log", (mount.path() / "log").string()}, {}, runner};
        const auto inside = "/proc/" + std::to_string(httpd.process().pid()) + "/root" + mount.path().string();
        {
            std::ofstream filler{inside + "/filler"};
            filler << std::string(64 * 1024, 'x') << std::flush;
        }
        for (int i = 0; i < 50; ++i) CHECK(ask(httpd, "/file").body == "content");
        fs::remove(inside + "/filler");
        for (int i = 0; i < 50; ++i) CHECK(ask(httpd, "/file", "User-Agent: later\r\n").body == "content");
        const auto is_written = [&] { return count(read_file(inside + "/log"), "\"later\"\n") == 50; };
        for (int i = 0; i < 2000 && !is_written(); ++i) std::this_thread::sleep_for(10ms);
        const auto log = read_file(inside + "/log");
        CHECK(count(log, "\"later\"\n") == 50);
        for (std::size_t at = 0, end = 0; (end = log.find('\n', at)) != log.npos; at = end + 1)
            CHECK(count(log.substr(at, end - at), "127.0.0.1") <= 1);  // none stands behind another one that was cut
        const auto end = httpd.stop();
        CHECK(count(end.err, "access log: No space left on device: lines are lost\n") == 1);
    }
}

TEST_CASE("without descriptors clients wait, and each of them is served", "[apps][httpd][trouble]")
{
    const TemporaryDirectory root;
    root.write("small", "content");
    constexpr std::size_t many = 24, size = 16 << 20;  // more than the socket buffers hold
    for (std::size_t i = 0; i < many; ++i) fs::resize_file(root.write("large" + std::to_string(i), ""), size);
    const std::string limit = GENERATE("--nofile=32:32", "--nofile=33:33");
    Httpd httpd{root, {"--access-log", "none"}, {}, {"prlimit", limit}};
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < many; ++i) {
        clients.push_back(std::make_unique<RawClient>(httpd.endpoint()));
        const auto path = i % 2 == 0 ? "/small" : "/large" + std::to_string(i);
        clients.back()->send(get(path, "Connection: close\r\n"));
    }
    std::this_thread::sleep_for(150ms);
    for (std::size_t i = 0; i < many; ++i) {
        const auto answer = clients[i]->receive();
        INFO(answer.head);
        CHECK(answer.status == 200);
        CHECK(answer.body.size() == (i % 2 == 0 ? 7 : size));
        CHECK(clients[i]->ended());
        clients[i].reset();
    }
    CHECK(ask(httpd, "/small").body == "content");
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("a FIFO for a log waits for its reader and says so; one without a reader keeps the old file", "[apps][httpd]")
{
    const TemporaryDirectory folder;
    const auto fifo = (folder.path() / "log").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const Arguments command{program("httpd++"), folder.path().string(), "--port", "0", "--access-log", fifo};
    Process httpd{command};
    REQUIRE(httpd.wait_for("httpd++: access log '" + fifo + "' is a FIFO: waiting for a reader\n"));
    const int reader = ::open(fifo.c_str(), O_RDONLY);
    REQUIRE(reader >= 0);
    REQUIRE(httpd.wait_for("httpd++: serving "));
    ::close(reader);
    httpd.signal(SIGUSR1);
    CHECK(httpd.wait_for("httpd++: access log '" + fifo + "' is a FIFO without a reader\n"));
    httpd.signal(SIGTERM);
    CHECK(httpd.wait().exit_code == 0);
}

TEST_CASE("that hashes of files are not kept is said once, whatever the number of threads and places", "[apps][httpd]")
{
    const TemporaryDirectory root;
    Process httpd{{program("httpd++"), root.path().string(), "--threads", "3", "--listen", "127.0.0.1:0", "--listen",
                   "127.0.0.1:0", "--access-log", "none", "--hash-file", "/none/such/file"}};
    REQUIRE(httpd.wait_for("httpd++: serving ", std::chrono::seconds{20}, 2));
    httpd.signal(SIGTERM);
    const auto end = httpd.wait();
    CHECK(end.exit_code == 0);
    CHECK(count(end.err, "hashes of files are not kept: /none/such/file: No such file or directory\n") == 1);
    CHECK(count(end.err, "hashes") == 1);
}

}  // namespace httpd_trouble_tests
