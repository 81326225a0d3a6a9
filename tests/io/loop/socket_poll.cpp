#include <libnet/io/loop/socket_poll.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace socket_poll_tests {

namespace asio = boost::asio;
using libnet::io::FileDescriptor, libnet::io::PolledSocket, libnet::io::ReadinessListener, libnet::io::SocketPoll,
    libnet::io::Task;
using namespace std::chrono_literals;

namespace {

/// One end is polled, the other one is ours.
struct Pair {
    explicit Pair(SocketPoll& poll, ReadinessListener* listener = nullptr)
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
        peer = FileDescriptor{ends[1]};
        socket.emplace(poll, FileDescriptor{ends[0]}, listener);
    }

    void send(std::string_view text = "x") const
    {
        REQUIRE(::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }

    /// Reads once, and says so.
    std::string receive()
    {
        std::array<char, 16> room{};
        const auto size = ::recv(socket->native_handle(), room.data(), room.size(), 0);
        if (size > 0) socket->received(static_cast<std::size_t>(size), room.size());
        else if (size < 0) socket->exhausted(PolledSocket::read);
        return {room.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    FileDescriptor peer;
    std::optional<PolledSocket> socket;
};

/// Waits for a side, and keeps what came of it.
struct Waiting {
    Waiting(asio::io_context& io, PolledSocket& socket, PolledSocket::Side side = PolledSocket::read)
    {
        asio::co_spawn(io.get_executor(), wait(socket, side, result), asio::detached);
    }

    static Task<> wait(PolledSocket& socket, PolledSocket::Side side, std::optional<bool>& result)
    {
        auto waiting = socket.wait(side);
        result = co_await std::move(waiting);
    }

    std::optional<bool> result;
};

/// Counts, and does what a test wants.
struct Counter : ReadinessListener {
    void on_readable() override
    {
        ++count;
        if (pair != nullptr) read += pair->receive();
        if (victim != nullptr) victim->reset();
    }

    int count = 0;
    Pair* pair = nullptr;
    std::string read;
    std::optional<PolledSocket>* victim = nullptr;
};

struct Fixture {
    /// Runs for as long as a condition doesn't hold.
    template <typename Condition>
    bool run_until(Condition condition)
    {
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (!condition() && std::chrono::steady_clock::now() < limit) {
            io.restart();
            io.run_one_for(20ms);
        }
        return condition();
    }

    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
};

}  // namespace

TEST_CASE("a wait for a socket that is exhausted ends when bytes come", "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    CHECK(pair.socket->ready(PolledSocket::read));
    CHECK(pair.receive().empty());
    CHECK_FALSE(pair.socket->ready(PolledSocket::read));
    const Waiting waiting{fixture.io, *pair.socket};
    fixture.io.run_for(10ms);
    CHECK_FALSE(waiting.result);
    pair.send("abc");
    CHECK(fixture.run_until([&] { return waiting.result.has_value(); }));
    CHECK(waiting.result == true);
    CHECK(pair.receive() == "abc");
    CHECK_FALSE(pair.socket->ready(PolledSocket::read));  // there was room for more
}

TEST_CASE("bytes that fill the room may not be the last ones, and behind an end there is always something to read",
          "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    pair.send("0123456789abcdef");
    CHECK(pair.receive().size() == 16);
    CHECK(pair.socket->ready(PolledSocket::read));
    CHECK(pair.receive().empty());

    const Waiting waiting{fixture.io, *pair.socket};
    pair.send("last");
    ::shutdown(pair.peer.get(), SHUT_WR);
    CHECK(fixture.run_until([&] { return waiting.result.has_value(); }));
    CHECK(pair.receive() == "last");
    CHECK(pair.socket->ready(PolledSocket::read));
}

TEST_CASE("a wait for a socket that is ready ends in the next turn", "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    const Waiting waiting{fixture.io, *pair.socket, PolledSocket::write};
    CHECK(fixture.run_until([&] { return waiting.result.has_value(); }));
    CHECK(waiting.result == true);
}

TEST_CASE("a socket that takes no more is waited for until its peer has read", "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    const std::string much(100'000, 'x');
    while (::send(pair.socket->native_handle(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
    }
    pair.socket->exhausted(PolledSocket::write);
    const Waiting waiting{fixture.io, *pair.socket, PolledSocket::write};
    fixture.io.run_for(10ms);
    CHECK_FALSE(waiting.result);
    std::vector<char> room(1 << 20);
    CHECK(fixture.run_until([&] {
        while (::recv(pair.peer.get(), room.data(), room.size(), 0) > 0) {
        }
        return waiting.result.has_value();
    }));
    CHECK(waiting.result == true);
}

TEST_CASE("a wait is cancelled, or ended by closing, in a later turn", "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    CHECK_FALSE(pair.socket->cancel());
    pair.receive();
    const Waiting waiting{fixture.io, *pair.socket};
    fixture.io.run_for(10ms);
    SECTION("cancelled") { CHECK(pair.socket->cancel()); }
    SECTION("closed")
    {
        CHECK(pair.socket->close());
        CHECK_FALSE(pair.socket->is_open());
    }
    CHECK_FALSE(waiting.result);
    CHECK(fixture.run_until([&] { return waiting.result.has_value(); }));
    CHECK(waiting.result == false);
}

TEST_CASE("there is no waiting for a closed socket", "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    pair.socket->close();
    const Waiting waiting{fixture.io, *pair.socket};
    CHECK(fixture.run_until([&] { return waiting.result.has_value(); }));
    CHECK(waiting.result == false);
}

TEST_CASE("where nothing waits the listener is told, each time", "[io][socket_poll]")
{
    Fixture fixture;
    Counter counter;
    Pair pair{fixture.poll, &counter};
    counter.pair = &pair;
    REQUIRE(pair.socket->watch());
    for (int i = 1; i <= 20; ++i) {  // again and again, which is done in another way
        pair.send("y");
        CHECK(fixture.run_until([&] { return counter.count == i; }));
    }
    CHECK(counter.read == std::string(20, 'y'));
}

TEST_CASE("many sockets are told of, whoever asked often before", "[io][socket_poll]")
{
    Fixture fixture;
    std::array<Counter, 8> counters;
    std::vector<std::unique_ptr<Pair>> pairs;
    for (auto& counter : counters) {
        counter.pair = pairs.emplace_back(std::make_unique<Pair>(fixture.poll, &counter)).get();
        REQUIRE(counter.pair->socket->watch());
    }
    for (int i = 1; i <= 5; ++i) {
        pairs[3]->send();
        CHECK(fixture.run_until([&] { return counters[3].count == i; }));
    }
    for (const auto& pair : pairs) pair->send();
    CHECK(fixture.run_until([&] {
        for (const auto& counter : counters)
            if (counter.read.empty()) return false;
        return counters[3].read.size() == 6;
    }));
}

TEST_CASE("a listener may destroy other sockets that are ready as well", "[io][socket_poll]")
{
    Fixture fixture;
    Counter first, second;
    Pair one{fixture.poll, &first}, other{fixture.poll, &second};
    first.victim = &other.socket;
    second.victim = &one.socket;
    REQUIRE(one.socket->watch());
    REQUIRE(other.socket->watch());
    one.send();
    other.send();
    CHECK(fixture.run_until([&] { return first.count + second.count > 0; }));
    fixture.io.run_for(10ms);
    CHECK(first.count + second.count == 1);
}

TEST_CASE("a socket that was destroyed is not told of, though a child process has it open", "[io][socket_poll]")
{
    Fixture fixture;
    Counter counter;
    Pair pair{fixture.poll, &counter};
    REQUIRE(pair.socket->watch());
    const auto child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    pair.socket.reset();
    pair.send();
    fixture.io.run_for(20ms);
    CHECK(counter.count == 0);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("the event loop has nothing to do once no socket is waited for any more", "[io][socket_poll]")
{
    Fixture fixture;
    Pair pair{fixture.poll};
    REQUIRE(pair.socket->watch());
    SECTION("it is closed") { pair.socket->close(); }
    SECTION("it is given away")
    {
        const auto socket = pair.socket->release();
        CHECK(socket);
        CHECK_FALSE(pair.socket->is_open());
    }
    fixture.io.run();
}

}  // namespace socket_poll_tests
