#include <libnet/io/tcp/tcp_server.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace tcp_server_tests {

namespace asio = boost::asio;
using libnet::io::Connection, libnet::io::Task, libnet::io::TcpServer, libnet::io::TcpServerOptions,
    libnet::io::TcpSocket, libnet::io::use_tuple;
using namespace std::chrono_literals;

namespace {

const TcpServerOptions on_loopback{.address = asio::ip::address_v4::loopback()};

/// A server, its io_context, and the means to stop it.
struct Fixture {
    explicit Fixture(TcpServerOptions options = on_loopback) : server{io.get_executor(), options} {}

    /// Accepts from these sockets.
    Fixture(const TcpServerOptions& options, std::vector<libnet::io::FileDescriptor> listeners)
        : server{io.get_executor(), options, std::move(listeners)}
    {}

    void start(TcpServer::Session session)
    {
        asio::co_spawn(io, server.run_sessions(std::move(session)),
                       asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr) { ended = true; }));
    }

    std::unique_ptr<TcpSocket> connect() { return connect(server.local_endpoint()); }

    std::unique_ptr<TcpSocket> connect(const asio::ip::tcp::endpoint& to)
    {
        auto socket = std::make_unique<TcpSocket>(io.get_executor());
        socket->connect(to);
        return socket;
    }

    /// Runs the io_context until a condition holds; gives up after ten seconds.
    template <typename Condition>
    bool run_until(Condition condition)
    {
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (!condition() && std::chrono::steady_clock::now() < limit) {
            io.restart();
            io.run_one_for(50ms);
        }
        return condition();
    }

    bool run_until_ended()
    {
        return run_until([this] { return ended; });
    }

    asio::io_context io{1};
    TcpServer server;
    asio::cancellation_signal stop;
    bool ended = false;
};

Task<> echo_one_byte_at_a_time(Connection& connection)
{
    std::array<char, 1> byte{};
    for (;;) {
        connection.idle();
        const auto buffer = asio::buffer(byte);
        auto [error, size] = co_await connection.socket().async_read_some(buffer, use_tuple);
        if (error) co_return;
        connection.busy();
        auto [write_error, written] = co_await asio::async_write(connection.socket(), buffer, use_tuple);
        if (write_error) co_return;
    }
}

/// Busy until the socket is closed by force.
Task<> never_finish(Connection& connection)
{
    connection.busy();
    std::array<char, 1> byte{};
    const auto buffer = asio::buffer(byte);
    co_await connection.socket().async_read_some(buffer, use_tuple);
}

std::optional<std::string> exchange(Fixture& fixture, TcpSocket& socket, const std::string& text)
{
    asio::write(socket, asio::buffer(text));
    std::string answer(text.size(), '\0');
    std::size_t got = 0;
    socket.non_blocking(true);
    const bool all = fixture.run_until([&] {
        boost::system::error_code error;
        got += socket.read_some(asio::buffer(answer.data() + got, answer.size() - got), error);
        return got == answer.size() || (error && error != asio::error::would_block);
    });
    return all && got == answer.size() ? std::optional{answer} : std::nullopt;
}

}  // namespace

TEST_CASE("clients are served side by side, and a drain ends idle connections at once", "[io][tcp_server]")
{
    Fixture fixture;
    fixture.start(echo_one_byte_at_a_time);
    const auto first = fixture.connect();
    const auto second = fixture.connect();
    CHECK(exchange(fixture, *second, "two") == "two");
    CHECK(exchange(fixture, *first, "one") == "one");
    CHECK(fixture.server.connections() == 2);
    fixture.stop.emit(asio::cancellation_type::total);
    CHECK(fixture.run_until_ended());
    CHECK(fixture.server.connections() == 0);
    asio::ip::tcp::socket late{fixture.io};
    CHECK_THROWS_AS(late.connect(fixture.server.local_endpoint()), boost::system::system_error);
}

TEST_CASE("a server accepts from all of its sockets, and counts the connections of all", "[io][tcp_server]")
{
    asio::io_context other;
    std::vector<libnet::io::FileDescriptor> listeners;
    std::vector<asio::ip::tcp::endpoint> places;
    for (int i = 0; i < 3; ++i) {
        asio::ip::tcp::acceptor acceptor{other, {asio::ip::address_v4::loopback(), 0}};
        places.push_back(acceptor.local_endpoint());
        listeners.emplace_back(acceptor.release());
    }
    auto options = on_loopback;
    options.max_connections = 4;
    Fixture fixture{options, std::move(listeners)};
    CHECK(fixture.server.local_endpoint() == places.front());
    fixture.start(echo_one_byte_at_a_time);
    std::vector<std::unique_ptr<TcpSocket>> clients;
    for (int turn = 0; turn < 2; ++turn)  // the second time it has waited for all of them
        for (const auto& place : places) {
            if (clients.size() == options.max_connections) clients.erase(clients.begin());
            clients.push_back(fixture.connect(place));
            CHECK(exchange(fixture, *clients.back(), "here") == "here");
        }
    CHECK(fixture.run_until([&] { return fixture.server.connections() == 4; }));
    fixture.stop.emit(asio::cancellation_type::total);
    CHECK(fixture.run_until_ended());
    for (const auto& place : places) {
        asio::ip::tcp::socket late{fixture.io};
        CHECK_THROWS_AS(late.connect(place), boost::system::system_error);
    }
}

TEST_CASE("a server without a socket, or with one that does not listen, is refused", "[io][tcp_server]")
{
    asio::io_context io{1};
    std::vector<libnet::io::FileDescriptor> listeners;
    CHECK_THROWS_AS((TcpServer{io.get_executor(), on_loopback, std::move(listeners)}), boost::system::system_error);
    asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    asio::ip::tcp::socket closed{io, asio::ip::tcp::v4()};
    std::vector<libnet::io::FileDescriptor> mixed;
    mixed.emplace_back(acceptor.release());
    mixed.emplace_back(closed.release());
    CHECK_THROWS_AS((TcpServer{io.get_executor(), on_loopback, std::move(mixed)}), boost::system::system_error);
}

TEST_CASE("a drain waits for a busy connection no longer than its limit", "[io][tcp_server]")
{
    auto options = on_loopback;
    options.drain_timeout = 50ms;
    Fixture fixture{options};
    fixture.start(never_finish);
    const auto client = fixture.connect();
    REQUIRE(fixture.run_until([&] { return fixture.server.connections() == 1; }));
    fixture.stop.emit(asio::cancellation_type::total);
    CHECK(fixture.run_until_ended());
}

TEST_CASE("a terminal cancellation, and a second one, close busy connections now", "[io][tcp_server]")
{
    Fixture fixture;
    fixture.start(never_finish);
    const auto client = fixture.connect();
    REQUIRE(fixture.run_until([&] { return fixture.server.connections() == 1; }));
    SECTION("terminal") { fixture.stop.emit(asio::cancellation_type::terminal); }
    SECTION("total, twice")
    {
        fixture.stop.emit(asio::cancellation_type::total);
        fixture.io.restart();
        fixture.io.poll();
        CHECK_FALSE(fixture.ended);
        fixture.stop.emit(asio::cancellation_type::total);
    }
    CHECK(fixture.run_until_ended());
    CHECK(fixture.server.connections() == 0);
}

TEST_CASE("a server that is destroyed while it runs closes its connections", "[io][tcp_server]")
{
    asio::io_context io{1};
    std::optional<TcpServer> server;
    server.emplace(io.get_executor(), on_loopback);
    bool ended = false;
    asio::co_spawn(io, server->run_sessions(never_finish), [&](std::exception_ptr) { ended = true; });
    asio::ip::tcp::socket client{io};
    client.connect(server->local_endpoint());
    while (server->connections() == 0) io.run_one();
    server.reset();
    io.run_for(10s);
    CHECK(ended);
}

TEST_CASE("a session that throws ends its own connection only", "[io][tcp_server]")
{
    Fixture fixture;
    bool thrown = false;
    fixture.start([&thrown](Connection& connection) -> Task<> {
        if (!thrown) {
            thrown = true;
            throw std::runtime_error{"a session's own trouble"};
        }
        return echo_one_byte_at_a_time(connection);
    });
    const auto unlucky = fixture.connect();
    CHECK(exchange(fixture, *unlucky, "x") == std::nullopt);
    const auto client = fixture.connect();
    CHECK(exchange(fixture, *client, "served") == "served");
}

TEST_CASE("that descriptors are short is said once, and that they no longer are", "[io][tcp_server]")
{
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const int lowest = ::dup(0);
    ::close(lowest);
    rlimit few = before;
    few.rlim_cur = 2 * (static_cast<rlim_t>(lowest) + 8);  // half of them are for files
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    auto options = on_loopback;
    std::vector<std::string> told;
    options.diagnostics = [&told](libnet::DiagnosticLevel level, std::string_view text) {
        told.push_back(std::string{name_of(level)}.append(": ").append(text));
    };
    {
        Fixture fixture{options};
        fixture.start(echo_one_byte_at_a_time);
        std::vector<std::unique_ptr<TcpSocket>> clients;
        for (int i = 0; i < 6; ++i) clients.push_back(fixture.connect());
        CHECK(fixture.run_until([&] { return !told.empty(); }));
        clients.resize(2);
        clients.push_back(fixture.connect());  // short again, which isn't news
        clients.clear();
        CHECK(fixture.run_until([&] { return told.size() > 1; }));
        fixture.stop.emit(asio::cancellation_type::terminal);
        CHECK(fixture.run_until_ended());
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(told == std::vector<std::string>{"warning: new connections have to wait: descriptors are short",
                                           "info: new connections are accepted again"});
}

TEST_CASE("connections over the limit wait until one ends", "[io][tcp_server]")
{
    auto options = on_loopback;
    options.max_connections = 1;
    Fixture fixture{options};
    fixture.start(echo_one_byte_at_a_time);
    auto first = fixture.connect();
    const auto second = fixture.connect();
    CHECK(exchange(fixture, *first, "first") == "first");
    CHECK(fixture.server.connections() == 1);
    first.reset();
    CHECK(exchange(fixture, *second, "second") == "second");
}

TEST_CASE("an expired deadline ends the session's pending operations", "[io][tcp_server]")
{
    Fixture fixture;
    bool expired = false;
    fixture.start([&expired](Connection& connection) -> Task<> {
        connection.deadline().expires_after(1ms);
        co_await never_finish(connection);
        expired = connection.deadline().expired();
    });
    const auto client = fixture.connect();
    CHECK(fixture.run_until([&] { return expired; }));
    CHECK(fixture.run_until([&] { return fixture.server.connections() == 0; }));
}

TEST_CASE("with defer_accept a client is accepted when it speaks", "[io][tcp_server]")
{
    auto options = on_loopback;
    options.defer_accept = true;
    Fixture fixture{options};
    fixture.start(echo_one_byte_at_a_time);
    const auto client = fixture.connect();
    fixture.io.run_for(50ms);
    CHECK(fixture.server.connections() == 0);
    CHECK(exchange(fixture, *client, "here I am") == "here I am");
    CHECK(fixture.server.connections() == 1);
}

TEST_CASE("a port in use is an error, unless both share it", "[io][tcp_server]")
{
    asio::io_context io{1};
    auto options = on_loopback;
    options.reuse_port = true;
    const TcpServer first{io.get_executor(), options};
    options.port = first.local_endpoint().port();
    CHECK(TcpServer{io.get_executor(), options}.local_endpoint() == first.local_endpoint());
    options.reuse_port = false;
    CHECK_THROWS_AS((TcpServer{io.get_executor(), options}), boost::system::system_error);
}

}  // namespace tcp_server_tests
