#include <libnet/io/tcp/tcp_server.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

namespace tcp_server_run_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using libnet::io::Connection, libnet::io::ConnectionHandler, libnet::io::FileDescriptor, libnet::io::Task,
    libnet::io::TcpServer, libnet::io::TcpServerOptions, libnet::io::use_tuple;
using namespace std::chrono_literals;

namespace {

const TcpServerOptions on_loopback{.address = asio::ip::address_v4::loopback()};

/// How a `run` ended.
struct Ending {
    std::optional<boost::system::error_code> code;  ///< none: it hasn't

    void operator()(std::exception_ptr failure)
    {
        code.emplace();
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            code = error.code();
        }
    }
};

Task<> say_hello(Connection& connection)
{
    const auto hello = asio::buffer("hello", 5);
    co_await asio::async_write(connection.socket(), hello, use_tuple);
}

/// What a client receives until the server closes.
std::string hear(const tcp::endpoint& server)
{
    asio::io_context io;
    tcp::socket socket{io};
    socket.connect(server);
    std::string text;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(text), end);
    return text;
}

void spawn(asio::io_context& io, TcpServer& server, TcpServer::Session session, Ending& ending,
           asio::cancellation_signal& stop)
{
    asio::co_spawn(io, server.run_sessions(std::move(session)),
                   asio::bind_cancellation_slot(stop.slot(), std::ref(ending)));
}

}  // namespace

TEST_CASE("a server that is destroyed before run begins aborts it", "[io][tcp_server]")
{
    asio::io_context io{1};
    std::optional<TcpServer> server{std::in_place, io.get_executor(), on_loopback};
    Ending ending;
    asio::cancellation_signal stop;
    spawn(io, *server, say_hello, ending, stop);
    server.reset();
    io.run();
    CHECK(ending.code == asio::error::operation_aborted);
}

TEST_CASE("run is for once: the second one fails, the first one goes on", "[io][tcp_server]")
{
    asio::io_context io{1};
    TcpServer server{io.get_executor(), on_loopback};
    const auto endpoint = server.local_endpoint();
    Ending first, second, third;
    asio::cancellation_signal stop, stop_others;
    const auto session = [&](Connection& connection) -> Task<> {
        auto hello = say_hello(connection);
        co_await std::move(hello);
        stop.emit(asio::cancellation_type::total);
    };
    spawn(io, server, session, first, stop);
    spawn(io, server, session, second, stop_others);
    io.poll();
    CHECK(second.code == asio::error::already_started);
    CHECK_FALSE(first.code);

    std::string heard;
    std::thread client{[&] { heard = hear(endpoint); }};
    io.run();
    client.join();
    CHECK(heard == "hello");
    CHECK(first.code == boost::system::error_code{});

    spawn(io, server, session, third, stop_others);
    io.restart();
    io.run();
    CHECK(third.code == asio::error::already_started);
}

TEST_CASE("a connection that there is no memory for, or whose handler throws whatever, ends no server",
          "[io][tcp_server]")
{
    asio::io_context io{1};
    TcpServer server{io.get_executor(), on_loopback};
    const auto endpoint = server.local_endpoint();
    int connections = 0;
    asio::cancellation_signal stop;
    Ending ending;
    struct Throwing : ConnectionHandler {
        bool go_on() override { throw 42; }
    };
    struct Closing : ConnectionHandler {
        bool go_on() override { return false; }
    };
    const auto factory = [&](Connection&) -> std::unique_ptr<ConnectionHandler> {
        switch (++connections) {
        case 1:
            throw std::bad_alloc{};
        case 2:
            throw 42;
        case 3:
            return std::make_unique<Throwing>();
        default:
            stop.emit(asio::cancellation_type::total);
            return std::make_unique<Closing>();
        }
    };
    asio::co_spawn(io, server.run(factory), asio::bind_cancellation_slot(stop.slot(), std::ref(ending)));
    std::thread clients{[&] {
        for (int i = 0; i < 4; ++i) CHECK(hear(endpoint).empty());
    }};
    io.run();
    clients.join();
    CHECK(connections == 4);
    CHECK(ending.code == boost::system::error_code{});
}

TEST_CASE("a session that throws what is no exception ends only itself", "[io][tcp_server]")
{
    asio::io_context io{1};
    TcpServer server{io.get_executor(), on_loopback};
    const auto endpoint = server.local_endpoint();
    int sessions = 0;
    asio::cancellation_signal stop;
    Ending ending;
    const auto session = [&](Connection& connection) -> Task<> {
        if (++sessions == 1) throw 42;
        auto hello = say_hello(connection);
        co_await std::move(hello);
        stop.emit(asio::cancellation_type::total);
    };
    spawn(io, server, session, ending, stop);
    std::string first, second;
    std::thread clients{[&] {
        first = hear(endpoint);
        second = hear(endpoint);
    }};
    io.run();
    clients.join();
    CHECK(first.empty());
    CHECK(second == "hello");
    CHECK(ending.code == boost::system::error_code{});
}

TEST_CASE("a server accepts from a listening socket that it is given", "[io][tcp_server]")
{
    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    const auto endpoint = acceptor.local_endpoint();
    TcpServer server{io.get_executor(), {}, FileDescriptor{acceptor.release()}};
    CHECK(server.local_endpoint() == endpoint);
    asio::cancellation_signal stop;
    Ending ending;
    spawn(
        io, server,
        [&](Connection& connection) -> Task<> {
            auto hello = say_hello(connection);
            co_await std::move(hello);
            stop.emit(asio::cancellation_type::total);
        },
        ending, stop);
    std::string heard;
    std::thread client{[&] { heard = hear(endpoint); }};
    io.run();
    client.join();
    CHECK(heard == "hello");
}

TEST_CASE("a socket that doesn't listen is no listening socket", "[io][tcp_server]")
{
    asio::io_context io{1};
    tcp::socket socket{io};
    socket.open(tcp::v4());
    try {
        const TcpServer server{io.get_executor(), {}, FileDescriptor{socket.release()}};
        FAIL("taken");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::invalid_argument);
        CHECK(std::string{error.what()}.find("listening socket") != std::string::npos);
    }
}

TEST_CASE("a server serves connections that were accepted elsewhere, before run and while it runs", "[io][tcp_server]")
{
    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    TcpServer server{io.get_executor(), on_loopback};
    std::string early, late;
    std::thread first{[&] { early = hear(acceptor.local_endpoint()); }};
    server.serve(acceptor.accept());
    asio::cancellation_signal stop;
    Ending ending;
    int sessions = 0;
    spawn(
        io, server,
        [&](Connection& connection) -> Task<> {
            auto hello = say_hello(connection);
            co_await std::move(hello);
            if (++sessions == 2) stop.emit(asio::cancellation_type::total);
        },
        ending, stop);
    while (sessions == 0) io.run_one();
    std::thread second{[&] { late = hear(acceptor.local_endpoint()); }};
    server.serve(acceptor.accept());
    io.run();
    first.join();
    second.join();
    CHECK(early == "hello");
    CHECK(late == "hello");

    // It has stopped.
    tcp::socket client{io};
    client.connect(acceptor.local_endpoint());
    CHECK_THROWS_AS(server.serve(acceptor.accept()), boost::system::system_error);
}

TEST_CASE("a port in use is told with its address, and without a line of the source", "[io][tcp_server]")
{
    asio::io_context io{1};
    const TcpServer server{io.get_executor(), on_loopback};
    auto options = on_loopback;
    options.port = server.local_endpoint().port();
    std::ostringstream place;
    place << server.local_endpoint();
    try {
        const TcpServer other{io.get_executor(), options};
        FAIL("listens");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::address_in_use);
        const std::string what = error.what();
        CAPTURE(what);
        CHECK(what.starts_with("cannot listen on " + place.str() + ": Address already in use"));
        CHECK(what.find(".hpp") == std::string::npos);
        CHECK(what.find(".ipp") == std::string::npos);
    }
}

TEST_CASE("a second thread that runs a server's io_context is refused, and the first one serves", "[io][tcp_server]")
{
    asio::io_context io;
    TcpServer server{io.get_executor(), on_loopback};
    const auto endpoint = server.local_endpoint();
    asio::cancellation_signal stop;
    Ending ending;
    spawn(
        io, server,
        [&](Connection& connection) -> Task<> {
            auto hello = say_hello(connection);
            co_await std::move(hello);
            stop.emit(asio::cancellation_type::total);
        },
        ending, stop);
    io.poll();  // this thread is it

    std::optional<boost::system::error_code> refused;
    std::string heard;
    std::thread client{[&] { heard = hear(endpoint); }};
    std::thread other{[&] {
        try {
            io.run();
        } catch (const boost::system::system_error& error) {
            refused = error.code();
        }
    }};
    other.join();  // no other thread runs it: it finds the new connection
    REQUIRE(refused);
    CHECK(*refused == asio::error::invalid_argument);
    io.run();
    client.join();
    CHECK(heard == "hello");
    CHECK(ending.code == boost::system::error_code{});
}

TEST_CASE("a server that has retired can be told later to close idle connections", "[io][tcp_server]")
{
    struct Idle : ConnectionHandler {
        explicit Idle(Connection& its) : connection{its} {}
        bool go_on() override
        {
            if (connection.closed()) return false;
            connection.spare(std::chrono::steady_clock::now() - 1h);
            return true;
        }
        Connection& connection;
    };
    asio::io_context io{1};
    TcpServer server{io.get_executor(), on_loopback};
    asio::io_context clients;
    tcp::socket client{clients};
    client.connect(server.local_endpoint());
    Ending ending;
    asio::co_spawn(io, server.run([](Connection& connection) { return std::make_unique<Idle>(connection); }),
                   [&](std::exception_ptr failure) { ending(failure); });
    while (server.connections() == 0) io.run_one();
    server.retire();
    io.poll();
    CHECK(server.connections() == 1);  // it may be idle for any time
    server.retire(1s);
    io.run_for(20s);
    CHECK(ending.code == boost::system::error_code{});
}

TEST_CASE("where memory is short a server closes idle connections, and has caches emptied", "[io][tcp_server]")
{
    asio::io_context io{1};
    auto options = on_loopback;
    options.shared_connections = std::make_shared<libnet::io::ConnectionBudget>(0);
    int emptied = 0;
    options.on_memory_shortage = [&emptied] { ++emptied; };
    TcpServer server{io.get_executor(), options};
    asio::cancellation_signal stop;
    Ending ending;
    spawn(io, server, say_hello, ending, stop);
    options.shared_connections->hold(true);
    io.poll();
    CHECK(emptied == 0);  // there was no server to be asked
    options.shared_connections->hold(true);
    io.poll();
    CHECK(emptied == 1);
    stop.emit(asio::cancellation_type::total);
    io.run();
    options.shared_connections->hold(true);
    CHECK(emptied == 1);
}

}  // namespace tcp_server_run_tests
