#include <libnet/io/loop/sigpipe.hpp>
#include <libnet/io/tcp/relay.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace relay_tests {

using namespace libnet::io;
using Step = Relay::Step;

namespace {

/// Two ends of a TCP connection over loopback.
std::pair<TcpSocket, TcpSocket> connected_pair(asio::io_context& io)
{
    asio::ip::tcp::acceptor acceptor{io, {asio::ip::make_address("127.0.0.1"), 0}};
    TcpSocket near{io.get_executor()};
    near.connect(acceptor.local_endpoint());
    TcpSocket far{io.get_executor()};
    acceptor.accept(far);
    far.native_non_blocking(true);  // it becomes a PolledSocket
    return {std::move(near), std::move(far)};
}

/// client - left [relay] right - server
struct Tunnel : ReadinessListener {
    Tunnel()
    {
        ignore_sigpipe();
        left.emplace(poll, connect(client), this);
        right.emplace(poll, connect(server), this);
        relay.emplace(*left, *right, scratch);
    }

    FileDescriptor connect(TcpSocket& outside)
    {
        auto [near, far] = connected_pair(io);
        outside = std::move(near);
        return FileDescriptor{far.release()};
    }

    void on_readable() override { go_on(); }
    void on_writable() override { go_on(); }
    void go_on()
    {
        if (end) return;
        const auto step = relay->go_on();
        moved = relay->moved() || moved;
        if (step == Step::waits) return;
        if (step == Step::more) return asio::post(io, [this] { go_on(); });
        end = step;
        left->close();
        right->close();
    }

    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    TcpSocket client{io.get_executor()}, server{io.get_executor()};
    std::optional<PolledSocket> left, right;
    std::vector<char> scratch = std::vector<char>(4096);
    std::optional<Relay> relay;
    std::optional<Step> end;
    bool moved = false;
};

Task<> send_and_finish(TcpSocket& socket, std::string text)
{
    co_await asio::async_write(socket, asio::buffer(text), use_tuple);
    socket.shutdown(TcpSocket::shutdown_send);
}

Task<std::string> read_all(TcpSocket& socket)
{
    std::string text;
    auto buffer = asio::dynamic_buffer(text);
    co_await asio::async_read(socket, buffer, use_tuple);
    co_return text;
}

/// Takes what `read_all` brings.
auto into(std::string& text)
{
    return [&text](std::exception_ptr, std::string got) { text = std::move(got); };
}

constexpr auto ignore = [](std::exception_ptr) {};

/// How reading from a socket ends.
boost::system::error_code end_of(TcpSocket& socket)
{
    std::array<char, 4096> buffer;
    boost::system::error_code error;
    while (!error) socket.read_some(asio::buffer(buffer), error);
    return error;
}

void break_off(TcpSocket& socket)
{
    socket.set_option(asio::socket_base::linger{true, 0});
    socket.close();
}

/// How many pipes this process has open, both ends counted.
int open_pipes()
{
    int count = 0;
    auto* const directory = ::opendir("/proc/self/fd");
    while (const auto* entry = ::readdir(directory)) {
        std::array<char, 64> target{};
        const auto size = ::readlinkat(::dirfd(directory), entry->d_name, target.data(), target.size());
        count += size > 0 && std::string_view{target.data(), 5} == "pipe:" ? 1 : 0;
    }
    ::closedir(directory);
    return count;
}

/// Text in which a piece that is lost, twice there or elsewhere is seen.
std::string long_text(std::size_t size)
{
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
    return text;
}

/// No descriptor can be made as long as it lives.
struct NoMoreDescriptors {
    NoMoreDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before);
        const rlimit none{0, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
    rlimit before{};
};

}  // namespace

TEST_CASE("both directions are carried, and each ends on its own", "[io][relay]")
{
    Tunnel tunnel;
    std::string at_server, at_client;
    tunnel.go_on();
    CHECK_FALSE(tunnel.moved);
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, "question"), ignore);
    asio::co_spawn(tunnel.io, read_all(tunnel.server), [&](std::exception_ptr, std::string text) {
        at_server = text;  // the server answers after the client's end: half-closed tunnels work
        CHECK(tunnel.relay->is_half_closed());
        asio::co_spawn(tunnel.io, send_and_finish(tunnel.server, "an answer"), ignore);
    });
    asio::co_spawn(tunnel.io, read_all(tunnel.client), into(at_client));
    tunnel.io.run();
    CHECK(at_server == "question");
    CHECK(at_client == "an answer");
    CHECK(tunnel.relay->forward() == 8);
    CHECK(tunnel.relay->backward() == 9);
    CHECK(tunnel.moved);
    CHECK(tunnel.end == Step::ended);
    CHECK_FALSE(tunnel.relay->is_half_closed());
}

TEST_CASE("what was received before the tunnel goes first", "[io][relay]")
{
    Tunnel tunnel;
    std::string at_server;
    tunnel.relay->begin_with("early ");
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, "and late"), ignore);
    asio::co_spawn(tunnel.io, read_all(tunnel.server), into(at_server));
    tunnel.server.shutdown(TcpSocket::shutdown_send);
    tunnel.go_on();
    tunnel.io.run();
    CHECK(at_server == "early and late");
    CHECK(tunnel.relay->forward() == 14);
}

TEST_CASE("megabytes pass both ways at once through a small buffer, whole", "[io][relay]")
{
    Tunnel tunnel;
    std::string up(8'000'000, 'u'), down(9'000'000, 'd');
    for (std::size_t i = 0; i < up.size(); i += 1000) up[i] = static_cast<char>('0' + i / 1000 % 10);
    std::string at_server, at_client;
    tunnel.go_on();
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, up), ignore);
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.server, down), ignore);
    asio::co_spawn(tunnel.io, read_all(tunnel.server), into(at_server));
    asio::co_spawn(tunnel.io, read_all(tunnel.client), into(at_client));
    tunnel.io.run();
    CHECK((at_server == up));
    CHECK((at_client == down));
    CHECK(tunnel.relay->forward() == up.size());
    CHECK(tunnel.relay->backward() == down.size());
}

TEST_CASE("what is much is spliced, both ways, whole", "[io][relay]")
{
    const int pipes_before = open_pipes();
    {
        Tunnel tunnel;
        SplicePipes pipes;
        tunnel.relay->splice_through(pipes);
        const auto up = long_text(20'000'000), down = long_text(21'000'000);
        std::string at_server, at_client;
        tunnel.go_on();
        asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, up), ignore);
        asio::co_spawn(tunnel.io, send_and_finish(tunnel.server, down), ignore);
        asio::co_spawn(tunnel.io, read_all(tunnel.server), into(at_server));
        asio::co_spawn(tunnel.io, read_all(tunnel.client), into(at_client));
        int most_pipes = 0;
        while (tunnel.io.run_one() > 0) most_pipes = std::max(most_pipes, open_pipes());
        CHECK((at_server == up));
        CHECK((at_client == down));
        CHECK(tunnel.relay->forward() == up.size());
        CHECK(tunnel.relay->backward() == down.size());
        CHECK(tunnel.end == Step::ended);
        CHECK(most_pipes > pipes_before);
    }
    CHECK(open_pipes() == pipes_before);
}

TEST_CASE("where there is no pipe, what is much is copied", "[io][relay]")
{
    Tunnel tunnel;
    SplicePipes pipes;
    tunnel.relay->splice_through(pipes);
    const auto up = long_text(4'000'000);
    std::string at_server;
    tunnel.go_on();
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, up), ignore);
    asio::co_spawn(tunnel.io, read_all(tunnel.server), into(at_server));
    tunnel.server.shutdown(TcpSocket::shutdown_send);
    const NoMoreDescriptors none;
    tunnel.io.run();
    CHECK((at_server == up));
    CHECK(tunnel.end == Step::ended);
}

TEST_CASE("a reset on one side resets the other", "[io][relay]")
{
    Tunnel tunnel;
    tunnel.go_on();
    auto& first = GENERATE(true, false) ? tunnel.client : tunnel.server;
    auto& second = &first == &tunnel.client ? tunnel.server : tunnel.client;
    auto expected = boost::system::error_code{asio::error::connection_reset};
    SECTION("at once") {}
    SECTION("in the middle of something") { first.send(asio::buffer("half of it", 10)); }
    SECTION("when it had ended already")
    {
        first.shutdown(TcpSocket::shutdown_send);
        expected = asio::error::eof;  // it came first, and is what a reader sees
    }
    tunnel.io.poll();
    break_off(first);
    tunnel.io.run();
    CHECK(tunnel.end == Step::broken);
    CHECK(end_of(second) == expected);
}

TEST_CASE("a receiver that never reads stops the sender, and a reset gets past what waits for it", "[io][relay]")
{
    const int pipes_before = open_pipes();
    SplicePipes pipes;
    Tunnel tunnel;
    const bool splices = GENERATE(false, true);
    if (splices) tunnel.relay->splice_through(pipes);
    tunnel.go_on();
    tunnel.client.non_blocking(true);
    const std::string much(1'000'000, 'x');
    std::size_t sent = 0, idle_rounds = 0;
    while (idle_rounds < 100) {
        boost::system::error_code blocked;
        const auto size = tunnel.client.write_some(asio::buffer(much), blocked);
        sent += size;
        idle_rounds = size == 0 ? idle_rounds + 1 : 0;
        tunnel.io.poll();
    }
    CHECK(tunnel.relay->forward() < sent);
    CHECK_FALSE(tunnel.end);
    if (splices) CHECK(open_pipes() == pipes_before + 2);  // it holds what waits
    break_off(tunnel.client);
    tunnel.io.run();
    CHECK(tunnel.end == Step::broken);
}

}  // namespace relay_tests
