#include <libnet/io/tcp/relay.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace libnet::io;

namespace {

/// Two ends of a TCP connection over loopback.
std::pair<TcpSocket, TcpSocket> connected_pair(asio::io_context& io)
{
    asio::ip::tcp::acceptor acceptor{io, {asio::ip::make_address("127.0.0.1"), 0}};
    TcpSocket near{io.get_executor()};
    near.connect(acceptor.local_endpoint());
    TcpSocket far{io.get_executor()};
    acceptor.accept(far);
    return {std::move(near), std::move(far)};
}

/// client - left [relay] right - server
struct Tunnel {
    Tunnel()
    {
        std::tie(client, left) = connected_pair(io);
        std::tie(server, right) = connected_pair(io);
    }

    void start(std::chrono::milliseconds idle_timeout = 0ms)
    {
        asio::co_spawn(io, relay(left, right, scratch, wheel, idle_timeout),
                       asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr, RelayResult end) {
                           result = end;
                           left.close();
                           right.close();
                       }));
    }

    asio::io_context io{1};
    TcpSocket client{io.get_executor()}, left{io.get_executor()}, right{io.get_executor()}, server{io.get_executor()};
    std::vector<char> scratch = std::vector<char>(4096);
    DeadlineWheel wheel{io.get_executor()};
    asio::cancellation_signal stop;
    std::optional<RelayResult> result;
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

}  // namespace

TEST_CASE("both directions are carried, and each ends on its own", "[io][relay]")
{
    Tunnel tunnel;
    std::string at_server, at_client;
    tunnel.start();
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, "question"), ignore);
    asio::co_spawn(tunnel.io, read_all(tunnel.server), [&](std::exception_ptr, std::string text) {
        at_server = text;  // the server answers after the client's end: half-closed tunnels work
        asio::co_spawn(tunnel.io, send_and_finish(tunnel.server, "an answer"), ignore);
    });
    asio::co_spawn(tunnel.io, read_all(tunnel.client), into(at_client));
    tunnel.io.run();
    CHECK(at_server == "question");
    CHECK(at_client == "an answer");
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->forward == 8);
    CHECK(tunnel.result->backward == 9);
    CHECK(tunnel.result->end == RelayEnd::finished);
}

TEST_CASE("megabytes pass both ways at once through a small buffer, whole", "[io][relay]")
{
    Tunnel tunnel;
    std::string up(8'000'000, 'u'), down(9'000'000, 'd');
    for (std::size_t i = 0; i < up.size(); i += 1000) up[i] = static_cast<char>('0' + i / 1000 % 10);
    std::string at_server, at_client;
    tunnel.start();
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, up), ignore);
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.server, down), ignore);
    asio::co_spawn(tunnel.io, read_all(tunnel.server), into(at_server));
    asio::co_spawn(tunnel.io, read_all(tunnel.client), into(at_client));
    tunnel.io.run();
    CHECK((at_server == up));
    CHECK((at_client == down));
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->forward == up.size());
    CHECK(tunnel.result->backward == down.size());
}

TEST_CASE("a reset on one side resets the other", "[io][relay]")
{
    Tunnel tunnel;
    tunnel.start();
    tunnel.server.set_option(asio::socket_base::linger{true, 0});
    tunnel.server.close();
    tunnel.io.run();
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->end == RelayEnd::broken);
    char byte;
    boost::system::error_code error;
    tunnel.client.read_some(asio::buffer(&byte, 1), error);
    CHECK(error == asio::error::connection_reset);
}

TEST_CASE("a receiver that never reads stops the sender, and the idle deadline ends it", "[io][relay]")
{
    Tunnel tunnel;
    tunnel.start(300ms);
    asio::co_spawn(tunnel.io, send_and_finish(tunnel.client, std::string(32'000'000, 'x')), ignore);
    tunnel.io.run();
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->end == RelayEnd::idle);
    CHECK(tunnel.result->forward < 32'000'000);
}

TEST_CASE("an idle tunnel ends, also a half-closed one", "[io][relay]")
{
    Tunnel tunnel;
    tunnel.client.shutdown(TcpSocket::shutdown_send);
    tunnel.start(1ms);
    tunnel.io.run();
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->end == RelayEnd::idle);
}

TEST_CASE("a tunnel is stopped by its cancellation slot", "[io][relay]")
{
    Tunnel tunnel;
    tunnel.start();
    asio::post(tunnel.io, [&] { tunnel.stop.emit(asio::cancellation_type::terminal); });
    tunnel.io.run();
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->end == RelayEnd::stopped);
}

TEST_CASE("a tunnel is stopped by closing its sockets", "[io][relay]")
{
    Tunnel tunnel;
    tunnel.start();
    asio::post(tunnel.io, [&] {
        tunnel.left.close();
        tunnel.right.close();
    });
    tunnel.io.run();
    REQUIRE(tunnel.result);
    CHECK(tunnel.result->end == RelayEnd::stopped);
}
