// No byte outside the root is sent: paths of attackers, and links that another one swaps all the time.

#include <libnet/static_file_server.hpp>
#include <tests/support/busy_process.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <stdio.h>

namespace static_file_server_traversal_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;

namespace {

const std::string secret = "this is outside";

/// A root with a secret beside it, and links that lead there.
struct Fortress {
    Fortress()
    {
        around.write("secret.txt", secret);
        around.write("outside/secret.txt", secret);
        around.write("root/inside.txt", "inside");
        around.write("root/dir/secret.txt", "inside");
        const auto root = path();
        std::filesystem::create_symlink("../secret.txt", root / "up");
        std::filesystem::create_symlink("../outside", root / "updir");
        std::filesystem::create_symlink(around.path() / "secret.txt", root / "absolute");
        std::filesystem::create_symlink("/", root / "slash");
        std::filesystem::create_symlink("/proc/self/root", root / "magic");
        std::filesystem::create_symlink("dir/../../secret.txt", root / "roundabout");
    }
    std::filesystem::path path() const { return around.path() / "root"; }

    TemporaryDirectory around;
};

StaticFileServerOptions listing() { return {.site = {.listing = DirectoryListing::on, .dot_files = DotFiles::serve}}; }

/// A server of the fortress; FileServer takes a whole temporary directory.
class FortressServer : public test::ServerThread<StaticFileServer, StaticFileServerOptions> {
public:
    explicit FortressServer(const Fortress& fortress) : ServerThread{with_root(listing(), fortress)} {}

private:
    static StaticFileServerOptions with_root(StaticFileServerOptions options, const Fortress& fortress)
    {
        options.root = fortress.path().string();
        return options;
    }
};

}  // namespace

TEST_CASE("no path leads out of the root", "[service][file_server]")
{
    const Fortress fortress;
    FortressServer server{fortress};
    RawClient client{server.endpoint()};
    std::vector<std::string> targets{"/up",         "/updir/secret.txt", "/absolute", "/magic/etc/passwd",
                                     "/roundabout", "/slash/etc/passwd", "/updir/",   "/slash/"};
    targets.push_back("/slash" + fortress.around.path().string() + "/secret.txt");
    const std::string ups[] = {"..",
                               "%2e%2e",
                               ".%2e",
                               "%2E.",
                               "%252e%252e",
                               "..%00",
                               "%2e%2e%00",
                               "..;",
                               "..;x=y",
                               "%c0%ae%c0%ae",
                               "%e0%80%ae%e0%80%ae",
                               "%f0%80%80%ae%f0%80%80%ae",
                               "%uff0e%uff0e",
                               "\xC0\xAE\xC0\xAE",
                               "\xE2\x80\xA5",
                               "....",
                               "..%5c",
                               "..\\",
                               "%2e%2e%5c",
                               "%5c..",
                               "..%2f",
                               "%2e%2e%2f",
                               "..%252f",
                               "..%c0%af",
                               "..%09",
                               "..%0d%0a",
                               "..%20",
                               ".%00.",
                               "..?",
                               "..#"};
    for (const auto& up : ups)
        for (const std::string begin : {"/", "/dir/", "//", "/dir/../", "/./", "/inside.txt/"})
            for (const std::string end :
                 {"/secret.txt", "secret.txt", "/outside/secret.txt", "%2fsecret.txt", "\\secret.txt"})
                targets.push_back(begin + up + end);
    for (const std::string up : {"../", "%2e%2e/", "dir/../../"})
        for (int depth = 1; depth < 12; ++depth) {
            std::string target{"/"};
            for (int i = 0; i < depth; ++i) target += up;
            targets.push_back(target + "etc/passwd");
        }
    for (const auto& target : targets) {
        RawClient each{server.endpoint()};
        each.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        const auto answer = each.receive();
        INFO(target);
        CHECK((answer.status >= 400 || answer.body.find("href=\"./inside.txt\"") != std::string::npos));  // "/dir/..?"
        for (const std::string_view word : {secret.c_str(), "root:", "href=\"./outside"})
            CHECK(answer.body.find(word) == std::string::npos);
    }
    CHECK(client.exchange("GET /dir/../inside.txt HTTP/1.1\r\nHost: a\r\n\r\n").body == "inside");
}

TEST_CASE("links that are swapped all the time lead nowhere", "[service][file_server]")
{
    const Fortress fortress;
    const auto root = fortress.path();
    std::filesystem::create_symlink("../outside", root / "spare");
    std::filesystem::create_directory(root / "deep");
    std::filesystem::create_symlink("../../outside/secret.txt", root / "deep/link");
    fortress.around.write("root/deep/file", "inside");
    FortressServer server{fortress};

    std::atomic<bool> done{false};
    std::thread swapper{[&] {
        const auto swap = [&](const char* one, const char* other) {
            ::renameat2(AT_FDCWD, (root / one).c_str(), AT_FDCWD, (root / other).c_str(), RENAME_EXCHANGE);
        };
        while (!done) {
            swap("dir", "spare");  // "dir" is a directory, then a link out of the root, and so on
            swap("deep/file", "deep/link");
        }
    }};
    const auto end = std::chrono::steady_clock::now() + test::busy_time();
    std::size_t inside = 0, asked = 0, leaked = 0;
    RawClient client{server.endpoint()};
    std::string many;
    for (int i = 0; i < 8; ++i)
        many += "GET /dir/secret.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /deep/file HTTP/1.1\r\nHost: a\r\n\r\n";
    while (std::chrono::steady_clock::now() < end) {
        client.send(many);
        for (int i = 0; i < 16; ++i) {
            const auto answer = client.receive();
            ++asked;
            inside += answer.status == 200 && answer.body == "inside" ? 1U : 0U;
            leaked += answer.body.find(secret) == std::string::npos ? 0U : 1U;
        }
        // The listing tells nothing of what is outside, either.
        const auto list = client.exchange("GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n");
        leaked += list.body.find("\"spare\",\"href\":\"spare\"") == std::string::npos ? 0U : 1U;
    }
    done = true;
    swapper.join();
    CHECK(leaked == 0);
    CHECK(asked > 0);
    CHECK(inside > 0);
}

}  // namespace static_file_server_traversal_tests
