#include <libnet/io/tcp/listening_sockets.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/system/system_error.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace listening_sockets_tests {

using namespace libnet;
using io::FileDescriptor, io::ListeningSockets, io::ListenPlace;
namespace fs = std::filesystem;

namespace {

const ListenPlace loopback{.endpoint = {boost::asio::ip::address_v4::loopback(), 0}};

ListeningSockets listen(const ListenPlace& place, unsigned threads = 1)
{
    ListeningSockets sockets;
    std::vector<FileDescriptor> none;
    sockets.open(place, {.threads = threads}, none);
    return sockets;
}

std::vector<FileDescriptor> copies(const ListeningSockets& sockets)
{
    std::vector<FileDescriptor> copies;
    for (const int descriptor : sockets.opened()) copies.emplace_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
    return copies;
}

}  // namespace

TEST_CASE("each thread has a socket of its own at an address", "[io][listening]")
{
    const auto sockets = listen(loopback, 3);
    CHECK(sockets.opened().size() == 3);
    REQUIRE(sockets.places().size() == 1);
    const auto port = sockets.places().front().endpoint.port();
    CHECK(port != 0);
    for (unsigned i = 0; i < 3; ++i) {
        const auto mine = sockets.of_thread(i, 3);
        REQUIRE(mine.size() == 1);
        CHECK(io::place_of(mine.front().get()).endpoint.port() == port);
    }
}

TEST_CASE("sockets of more or fewer threads than there are belong to one at least", "[io][listening]")
{
    const auto sockets = listen(loopback, 3);
    CHECK(sockets.of_thread(0, 2).size() == 2);
    CHECK(sockets.of_thread(1, 2).size() == 1);
    CHECK(sockets.of_thread(0, 1).size() == 3);
    for (unsigned i = 0; i < 5; ++i) CHECK(sockets.of_thread(i, 5).size() == 1);
}

TEST_CASE("the file of a Unix socket has its mode, and goes with the socket", "[io][listening]")
{
    const test::TemporaryDirectory directory;
    const auto path = directory.path() / "socket";
    const ListenPlace place{.path = path.string(), .mode = 0640};
    {
        const auto sockets = listen(place);
        struct stat file {};
        REQUIRE(::lstat(path.c_str(), &file) == 0);
        CHECK(S_ISSOCK(file.st_mode));
        CHECK((file.st_mode & 0777) == 0640);
        CHECK(io::to_text(sockets.places().front()) == "unix:" + path.string());
        try {
            listen(place);
            FAIL("both listen");
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == boost::asio::error::address_in_use);
            CHECK(std::string{error.what()}.starts_with("cannot listen on unix:" + path.string()));
        }
    }
    CHECK(!fs::exists(path));
}

TEST_CASE("a socket's file that was left over is replaced, and any other file is not", "[io][listening]")
{
    const test::TemporaryDirectory directory;
    const ListenPlace place{.path = (directory.path() / "socket").string()};
    {
        auto sockets = listen(place);
        sockets.hand_over();  // as after a crash
    }
    REQUIRE(fs::exists(place.path));
    CHECK(listen(place).places().size() == 1);

    const ListenPlace file{.path = directory.write("file", "text").string()};
    CHECK_THROWS_AS(listen(file), boost::system::system_error);
    CHECK(test::read_file(file.path) == "text");
    CHECK_THROWS_AS(listen({.path = (directory.path() / std::string(200, 'x')).string()}), boost::system::system_error);
}

TEST_CASE("sockets that listen already are used for the places that they are at", "[io][listening]")
{
    const test::TemporaryDirectory directory;
    const ListenPlace file{.path = (directory.path() / "socket").string()};
    auto first = listen(loopback, 2), second = listen(loopback), third = listen(file);
    std::vector<FileDescriptor> inherited;
    for (const auto* from : {&first, &second, &third})
        for (auto& copy : copies(*from)) inherited.push_back(std::move(copy));
    third.hand_over();

    ListeningSockets sockets;
    sockets.open(first.places().front(), {}, inherited);
    CHECK(sockets.opened().size() == 2);
    CHECK(inherited.size() == 2);
    sockets.open(file, {}, inherited);
    CHECK(inherited.size() == 1);
    sockets.open(loopback, {}, inherited);  // any port: the one that is left
    CHECK(inherited.empty());
    CHECK(sockets.places().back() == second.places().front());
    sockets.open(loopback, {}, inherited);  // and now a new one
    CHECK(sockets.opened().size() == 5);
}

TEST_CASE("the file of an adopted socket is the predecessor's until the successor serves", "[io][listening]")
{
    const test::TemporaryDirectory directory;
    const ListenPlace file{.path = (directory.path() / "socket").string()};
    auto predecessor = listen(file);
    auto inherited = copies(predecessor);
    {
        ListeningSockets fails;
        fails.open(file, {}, inherited);
    }
    CHECK(fs::exists(file.path));
    inherited = copies(predecessor);
    {
        ListeningSockets serves;
        serves.open(file, {}, inherited);
        predecessor.hand_over();
        serves.take_over();
    }
    CHECK(!fs::exists(file.path));
}

TEST_CASE("what the service manager has given is told apart", "[io][listening]")
{
    auto made = listen(loopback);
    auto given = copies(made);
    ListeningSockets sockets;
    sockets.adopt(std::move(given.front()));
    std::vector<FileDescriptor> none;
    sockets.open(loopback, {}, none);
    CHECK(sockets.given().size() == 1);
    CHECK(sockets.opened().size() == 1);
}

TEST_CASE("what isn't listening is not adopted", "[io][listening]")
{
    ListeningSockets sockets;
    CHECK_THROWS_AS(sockets.adopt(FileDescriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)}),
                    boost::system::system_error);
    CHECK_THROWS_AS(sockets.adopt(FileDescriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}),
                    boost::system::system_error);
    CHECK(sockets.empty());
}

}  // namespace listening_sockets_tests
