// Who has much to do waits for a turn.

#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <functional>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

namespace socket_poll_turns_tests {

using namespace libnet::io;
namespace asio = boost::asio;
using Pace = PolledSocket::Pace;

namespace {

/// A socket in the poll, and its peer, which the test uses.
struct Pair {
    explicit Pair(SocketPoll& poll) : Pair{poll, make()} {}

    void say_something() const { REQUIRE(::send(peer.get(), "x", 1, 0) == 1); }

    FileDescriptor peer;
    PolledSocket socket;

private:
    static std::array<int, 2> make()
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
        return ends;
    }
    Pair(SocketPoll& poll, std::array<int, 2> ends) : peer{ends[0]}, socket{poll, FileDescriptor{ends[1]}} {}
};

/// Waits `times` times to have its turn, and takes a note of each.
Task<> work(Pair& pair, int times, std::string& notes, char name, std::function<void()> act = {})
{
    for (int i = 0; i < times; ++i) {
        auto wait = pair.socket.wait(PolledSocket::write, Pace::in_turn);
        const bool open = co_await std::move(wait);
        notes += open ? name : '!';
        if (!open) co_return;
        if (act) act();
    }
}

/// Takes a note each time that something has come.
Task<> answer(Pair& pair, int times, std::string& notes)
{
    for (int i = 0; i < times; ++i) {
        pair.socket.exhausted(PolledSocket::read);
        auto wait = pair.socket.wait(PolledSocket::read);
        const bool open = co_await std::move(wait);
        notes += open ? 'r' : '!';
        if (!open) co_return;
        char byte = 0;
        REQUIRE(::recv(pair.socket.native_handle(), &byte, 1, 0) == 1);
    }
}

template <typename Coroutine>
void start(asio::io_context& io, Coroutine coroutine)
{
    asio::co_spawn(io.get_executor(), std::move(coroutine), asio::detached);
}

}  // namespace

TEST_CASE("sockets with much to do take turns, and the others come between", "[io][socket_poll]")
{
    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    Pair a{poll}, b{poll}, c{poll}, reader{poll};
    std::string notes;
    start(io, answer(reader, 2, notes));
    const auto ask = [&] { reader.say_something(); };
    SECTION("they go round")
    {
        start(io, work(a, 3, notes, 'a'));
        start(io, work(b, 3, notes, 'b'));
        start(io, work(c, 3, notes, 'c'));
        while (notes.size() < 9) io.poll();
        CHECK(notes == "abcabcabc");
    }
    SECTION("what comes meanwhile is called before the next of them")
    {
        start(io, work(a, 2, notes, 'a', ask));
        start(io, work(b, 2, notes, 'b'));
        start(io, work(c, 2, notes, 'c'));
        while (notes.size() < 8) io.poll();
        CHECK(notes == "arbcarbc");
    }
    SECTION("a single one goes on by itself")
    {
        start(io, work(a, 3, notes, 'a', [&] {
                  if (notes.size() < 4) ask();
              }));
        while (notes.size() < 5) io.poll();
        CHECK(notes == "arara");
    }
    reader.socket.close();
    io.poll();
}

TEST_CASE("who waits for a turn waits for the socket first", "[io][socket_poll]")
{
    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    Pair full{poll}, free{poll};
    const std::string much(100'000, 'x');
    while (::send(full.socket.native_handle(), much.data(), much.size(), 0) > 0) {
    }
    full.socket.exhausted(PolledSocket::write);
    std::string notes;
    start(io, work(full, 1, notes, 'f'));
    start(io, work(free, 2, notes, 'a'));
    while (notes.size() < 2) io.poll();
    io.poll();
    CHECK(notes == "aa");
    std::string room(1 << 20, ' ');
    while (::recv(full.peer.get(), room.data(), room.size(), 0) > 0) {
    }
    while (notes.size() < 3) io.poll();
    CHECK(notes == "aaf");
}

TEST_CASE("who is closed while it waits for a turn is told, and the others go on", "[io][socket_poll]")
{
    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    Pair a{poll}, b{poll}, c{poll};
    std::string notes;
    start(io, work(a, 2, notes, 'a', [&] {
              if (b.socket.is_open()) b.socket.close();
          }));
    start(io, work(b, 2, notes, 'b'));
    start(io, work(c, 2, notes, 'c'));
    while (notes.size() < 5) io.poll();
    io.poll();
    CHECK(notes.find('b') == std::string::npos);
    CHECK(notes.find('!') != std::string::npos);
    notes.erase(notes.find('!'), 1);
    CHECK(notes == "acac");
}

TEST_CASE("sockets that wait for a turn may go with everything else", "[io][socket_poll]")
{
    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    std::string notes;
    {
        Pair a{poll}, b{poll};
        start(io, work(a, 2, notes, 'a'));
        start(io, work(b, 2, notes, 'b'));
        io.poll_one();
        io.poll_one();
    }
    io.restart();
    io.poll();
    CHECK(notes.find_first_not_of("ab!") == std::string::npos);
}

}  // namespace socket_poll_turns_tests
