// httpd++ beside a process that changes what is served as fast as it can.

#include <tests/support/busy_process.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace httpd_busy_tests {

using namespace libnet::test;
namespace fs = std::filesystem;

namespace {

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n"; }

/// What came of many requests, each on the connection of the one before as long as that is kept.
struct Tally {
    std::size_t whole = 0;   // answers with as many octets as they said, on a connection that went on
    std::size_t broken = 0;  // the connection ended within the content
    std::size_t none = 0;    // 404
};

/// Asks for a path all the time. `look` sees each whole content. What is said of an answer's length must be so, and an
/// answer must begin where the one before it ends: RawClient throws where no status line stands.
template <typename Look>
Tally ask_all_the_time(const Httpd& httpd, const std::string& path, Look&& look)
{
    Tally tally;
    auto client = std::make_unique<RawClient>(httpd.endpoint());
    for (const auto end = std::chrono::steady_clock::now() + busy_time(); std::chrono::steady_clock::now() < end;) {
        const auto answer = client->exchange(get(path));
        REQUIRE((answer.status == 200 || answer.status == 404));
        if (answer.status == 404) {
            ++tally.none;
        } else if (answer.body.size() == std::stoul(answer.field("Content-Length"))) {
            ++tally.whole;
            look(answer.body);
        } else {
            ++tally.broken;
            REQUIRE(client->ended());
            client = std::make_unique<RawClient>(httpd.endpoint());
        }
    }
    return tally;
}

/// Whether all octets are the same, quickly also where nothing is optimised.
bool is_uniform(std::string_view text) { return std::memcmp(text.data(), text.data() + 1, text.size() - 1) == 0; }

}  // namespace

TEST_CASE("a file that another process writes to all the time never has a wrong length", "[apps][httpd][busy]")
{
    const std::size_t largest = GENERATE(std::size_t{4'000}, std::size_t{1'000'000});
    const TemporaryDirectory root;
    const auto file = root.write("file", std::string(largest, 'a')).string();
    Httpd httpd{root};
    const BusyProcess writer{[&, size = std::size_t{0}, step = std::size_t{0}]() mutable {
        // Shorter and longer, by cutting, by appending, and by writing it anew.
        static const std::string content(largest, 'b');
        const int how = O_WRONLY | (step % 3 == 0 ? O_TRUNC : step % 3 == 1 ? O_APPEND : 0);
        const int descriptor = ::open(file.c_str(), how);
        size = (size + largest / 3 + 1) % largest;
        if (step % 3 == 2) [[maybe_unused]]
            const auto cut = ::ftruncate(descriptor, static_cast<off_t>(size));
        else [[maybe_unused]] const auto written = ::write(descriptor, content.data(), size);
        ::close(descriptor);
        if (++step % 7 == 0) fs::resize_file(file, largest);
        if (fs::file_size(file) > 4 * largest) fs::resize_file(file, 0);
    }};
    std::size_t octets = 0;
    const auto tally = ask_all_the_time(httpd, "/file", [&](const std::string& body) { octets += body.size(); });
    CHECK(tally.whole > 0);
    CHECK(tally.none == 0);
    CHECK(octets > 0);
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("a file that another process replaces all the time is one of its versions", "[apps][httpd][busy]")
{
    const std::size_t size = GENERATE(std::size_t{4'000}, std::size_t{1'000'000});
    const TemporaryDirectory root;
    root.write("file", std::string(size, 'a'));
    Httpd httpd{root};
    const BusyProcess replacer{[&, letter = 'a']() mutable {
        letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1);
        root.write("next", std::string(size + static_cast<unsigned char>(letter), letter));
        fs::rename(root.path() / "next", root.path() / "file");
    }};
    const auto tally = ask_all_the_time(httpd, "/file", [&](const std::string& body) {
        REQUIRE(is_uniform(body));
        const auto letter = static_cast<unsigned char>(body.front());
        REQUIRE((body.size() == size + letter || body.size() == size));
    });
    CHECK(tally.whole > 0);
    CHECK(tally.broken == 0);
    CHECK(tally.none == 0);
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("links that another process swaps all the time lead nowhere", "[apps][httpd][busy]")
{
    const std::string secret = "this is outside";
    const TemporaryDirectory around;
    const auto root = around.path() / "root";
    around.write("secret", secret);
    around.write("outside/secret", secret);
    around.write("root/dir/secret", "inside");
    around.write("root/deep/file", "inside");
    fs::create_directory_symlink("../outside", root / "spare");
    fs::create_symlink("../../secret", root / "deep/link");
    Httpd httpd{root, {"--listing", "--access-log", "none"}};
    const BusyProcess swapper{[&] {
        const auto swap = [&](const char* one, const char* other) {
            ::renameat2(AT_FDCWD, (root / one).c_str(), AT_FDCWD, (root / other).c_str(), RENAME_EXCHANGE);
        };
        swap("dir", "spare");
        swap("deep/file", "deep/link");
    }};
    std::size_t asked = 0, inside = 0;
    RawClient client{httpd.endpoint()};
    for (const auto end = std::chrono::steady_clock::now() + busy_time(); std::chrono::steady_clock::now() < end;) {
        for (const char* path : {"/dir/secret", "/deep/file", "/spare/secret", "/deep/link", "/dir/../dir/secret"}) {
            const auto answer = client.exchange(get(path));
            ++asked;
            REQUIRE(answer.body.find(secret) == std::string::npos);
            if (answer.status == 200 && answer.body == "inside") ++inside;
        }
        for (const char* path : {"/dir/", "/spare/"}) {
            const auto listing = client.exchange(get(path));
            REQUIRE((listing.status == 404 || listing.status == 503 || listing.body.find("6 B") != std::string::npos));
        }
    }
    CHECK(asked > 0);
    CHECK(inside > 0);
    CHECK(httpd.stop().exit_code == 0);
}

}  // namespace httpd_busy_tests
