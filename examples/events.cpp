// Server-sent events: each page that is open sees a counter count, and goes on where it was after a lost connection.
// With an argument it serves on port 8080 until Ctrl-C; without one it asks itself for three events.

#include <libnet/http_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto page =
    "<!doctype html><title>Counting</title><p id=count>...</p><script>"
    "new EventSource('/events').onmessage = e => document.getElementById('count').textContent = e.data"
    "</script>";

/// Counts from behind what the client has seen, as long as it listens.
asio::awaitable<void> count(libnet::EventStream& events, unsigned seen, std::chrono::milliseconds pace)
{
    asio::steady_timer timer{co_await asio::this_coro::executor};
    co_await events.retry_after(1s);
    while (!events.draining()) {
        const auto number = std::to_string(++seen);
        co_await events.send({.data = number, .id = number});
        timer.expires_after(pace);
        co_await timer.async_wait(asio::use_awaitable);  // cancelled when the client has gone
    }
}

/// Asks for events behind the 7th, until it has the 10th.
asio::awaitable<void> listen(asio::ip::tcp::endpoint server, asio::io_context& loop)
{
    const std::string ask = "GET /events HTTP/1.1\r\nHost: here\r\nLast-Event-ID: 7\r\n\r\n";
    asio::ip::tcp::socket socket{loop};
    std::string text;
    co_await socket.async_connect(server, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(ask), asio::use_awaitable);
    co_await asio::async_read_until(socket, asio::dynamic_buffer(text), "data: 10\n", asio::use_awaitable);
    std::cout << text << '\n';
}

int main(int argc, char**)
try {
    const std::string here = std::filesystem::path{__FILE__}.parent_path();  // wherever it runs
    asio::io_context io{1};
    libnet::StaticFileServerOptions options{.root = here, .address = asio::ip::address_v4::loopback(), .port = 0};
    if (argc > 1) options.port = 8080;
    const auto pace = argc > 1 ? 1000ms : 5ms;
    libnet::StaticFileServer files{io.get_executor(), options};
    files.handle("GET", "/",
                 [](libnet::HttpCall&) { return libnet::HttpReply::text(page, "text/html; charset=utf-8"); });
    files.handle("GET", "/events", [pace](libnet::HttpCall& call) {
        unsigned seen = 0;
        const auto last = libnet::EventStream::last_id(call);
        std::from_chars(last.data(), last.data() + last.size(), seen);
        return libnet::EventStream::reply([=](libnet::EventStream& events) { return count(events, seen, pace); });
    });
    std::cout << "http://" << files.local_endpoint() << "/\n";
    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    const auto end = [&io](std::exception_ptr failure) {
        io.stop();
        if (failure) std::rethrow_exception(failure);
    };
    if (argc == 1) asio::co_spawn(io, listen(files.local_endpoint(), io), end);
    io.run();
} catch (const std::exception& error) {
    std::cerr << "events: " << error.what() << '\n';
    return 1;
}
