// A program with all four services and a page (own_page.html) that shows what they do, over a WebSocket.
// With an argument it serves on port 8080 until Ctrl-C; without one a client of its own looks, by the program's own proxy.

#include <libnet/libnet.hpp>
#include <libnet/websocket_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <iostream>

namespace asio = boost::asio;
const asio::ip::address localhost = asio::ip::address_v4::loopback();

struct Numbers {
    std::size_t pings = 0, hops = 0, proxied = 0;
    std::string json() const
    {
        return "{\"pings\":" + std::to_string(pings) + ",\"hops\":" + std::to_string(hops) +
               ",\"proxied\":" + std::to_string(proxied) + '}';
    }
};

asio::awaitable<void> watch(Numbers& numbers)
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::Tracer tracer{executor};
    const auto path = co_await tracer.trace(localhost);
    numbers.hops = path.hops.size();
    libnet::IcmpPinger pinger{executor};
    pinger.add(localhost);
    while (auto event = co_await pinger.next()) numbers.pings += std::holds_alternative<libnet::PingReply>(*event);
}

asio::awaitable<void> look(asio::ip::tcp::endpoint proxy, asio::ip::tcp::endpoint files)
{
    const auto request = "GET http://127.0.0.1:" + std::to_string(files.port()) + "/numbers HTTP/1.0\r\n\r\n";
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    std::string answer;
    auto in = asio::dynamic_buffer(answer);
    co_await socket.async_connect(proxy, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    co_await asio::async_read(socket, in, asio::as_tuple(asio::use_awaitable));
    std::cout << answer.substr(0, answer.find('\r')) << ", " << answer.substr(answer.find('{')) << '\n';
}

int main(int argc, char**)
try {
    const std::string here = std::filesystem::path{__FILE__}.parent_path();  // with the page, wherever it runs
    Numbers numbers;
    asio::io_context io{1};
    const std::uint16_t port = argc > 1 ? 8080 : 0;
    libnet::StaticFileServer files{io.get_executor(), {.root = here, .address = localhost, .port = port}};
    libnet::ForwardProxy proxy{io.get_executor(), {.port = 0, .allow_private = true}};
    files.handle("GET", "/numbers", [&](libnet::HttpCall& call) {
        numbers.proxied += call.count("Via");
        return libnet::HttpReply::json(numbers.json());
    });
    const auto tell = [&](libnet::WebSocket& page, libnet::HttpCall&) -> asio::awaitable<void> {
        for (asio::steady_timer timer{page.get_executor()};; co_await timer.async_wait(asio::use_awaitable)) {
            const auto text = numbers.json();
            co_await page.async_write(asio::buffer(text), asio::use_awaitable);
            timer.expires_after(std::chrono::seconds{1});
        }
    };
    files.websocket("/live", tell, {.idle_timeout = {}});  // pongs aren't read: the writes show when a page has gone
    const auto end = [&io](std::exception_ptr) { io.stop(); };
    std::cout << "http://" << files.local_endpoint() << "/own_page.html\n" << std::flush;
    asio::co_spawn(io, files.run(), end);
    asio::co_spawn(io, proxy.run(), end);
    asio::co_spawn(io, watch(numbers), [](std::exception_ptr) {});
    if (argc == 1) asio::co_spawn(io, look(proxy.local_endpoint(), files.local_endpoint()), end);
    io.run();
} catch (const std::exception& error) {
    std::cerr << "own_page: " << error.what() << '\n';
    return 1;
}
