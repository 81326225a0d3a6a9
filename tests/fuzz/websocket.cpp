// Any octets as what a client says in a WebSocket, to a server in this process: whatever they are, the server answers the next
// client. The first octet says where the rest is cut into two.

#include <libnet/websocket_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

asio::awaitable<void> echo(libnet::WebSocket& socket, libnet::HttpCall&)
{
    boost::beast::flat_buffer message;
    for (;;) {
        co_await socket.async_read(message, asio::use_awaitable);
        socket.text(socket.got_text());
        co_await socket.async_write(message.data(), asio::use_awaitable);
        message.clear();
    }
}

constexpr std::string_view upgrade =
    "GET /live HTTP/1.1\r\nHost: fuzz\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A server and its clients take turns on one thread: what happens is the same each time.
struct Server {
    Server()
    {
        libnet::WebSocketOptions options;
        options.max_message = 512;
        options.close_timeout = std::chrono::milliseconds{200};
        files.websocket("/live", &echo, options);
        asio::co_spawn(io, files.run(), asio::detached);
        io.poll();
    }

    /// Says the octets, then no more, and takes what comes until the server has closed the connection, or says that it will.
    std::string talk(std::string_view first, std::string_view second)
    {
        tcp::socket client{io};
        client.connect(files.local_endpoint());
        boost::system::error_code ignored;
        std::string heard;
        bool over = false;
        asio::async_read(client, asio::dynamic_buffer(heard, 1 << 20),
                         [&over](boost::system::error_code, std::size_t) { over = true; });
        for (const auto octets : {std::string_view{upgrade}, first, second}) {
            asio::write(client, asio::buffer(octets), ignored);
            io.poll();
        }
        client.shutdown(tcp::socket::shutdown_send, ignored);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        const auto ends = [&] { return over || heard.find('\x88') != heard.npos; };
        while (!ends() && std::chrono::steady_clock::now() < until) io.run_one_for(std::chrono::milliseconds{100});
        if (!ends()) std::abort();  // it holds on to a client that has gone
        client.close(ignored);
        while (!over) io.run_one();
        return heard;
    }

    asio::io_context io{1};
    libnet::StaticFileServer files{io.get_executor(),
                                   {.root = std::filesystem::temp_directory_path().string(),
                                    .address = asio::ip::address_v4::loopback(),
                                    .port = 0}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Server server;
    if (size < 2 || size > 16 * 1024) return 0;
    const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto cut = data[0] % octets.size();
    const auto heard = server.talk(octets.substr(0, cut), octets.substr(cut));
    if (!heard.starts_with("HTTP/1.1 101 ")) std::abort();
    constexpr std::string_view good{"\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0", 14};
    if (server.talk(good, {}).find("\x81\x02hi") == std::string::npos) std::abort();
    return 0;
}
