#pragma once
// Both ends of a WebSocket for tests: a handler that echoes, Beast as a client, and octets that a test writes down.

#include <libnet/websocket_handlers.hpp>
#include <tests/support/handler_server.hpp>

#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::test {

/// Sends back what comes, until the client closes.
inline boost::asio::awaitable<void> echo(WebSocket& socket, HttpCall&)
{
    boost::beast::flat_buffer message;
    for (;;) {
        co_await socket.async_read(message, boost::asio::use_awaitable);
        socket.text(socket.got_text());
        co_await socket.async_write(message.data(), boost::asio::use_awaitable);
        message.clear();
    }
}

/// A client of Beast's, which waits.
class WebSocketClient {
public:
    explicit WebSocketClient(const boost::asio::ip::tcp::endpoint& server, bool compresses = false)
    {
        boost::beast::websocket::permessage_deflate deflate;
        deflate.client_enable = compresses;
        socket.set_option(deflate);
        socket.next_layer().connect(server);
    }
    void connect(const std::string& path, std::vector<std::pair<std::string, std::string>> fields = {})
    {
        socket.set_option(
            boost::beast::websocket::stream_base::decorator([fields](boost::beast::websocket::request_type& request) {
                for (const auto& [name, value] : fields) request.set(name, value);
            }));
        socket.handshake(answer, "test", path);
    }
    std::string exchange(std::string_view text)
    {
        socket.write(boost::asio::buffer(text));
        return read();
    }
    std::string read()
    {
        boost::beast::flat_buffer message;
        socket.read(message);
        return boost::beast::buffers_to_string(message.data());
    }
    /// The code that the server closes with.
    unsigned closed()
    {
        boost::beast::flat_buffer message;
        boost::system::error_code error;
        while (!error) socket.read(message, error);
        return error == boost::beast::websocket::error::closed ? socket.reason().code : 0U;
    }

    boost::asio::io_context io;
    boost::beast::websocket::stream<boost::asio::ip::tcp::socket> socket{io};
    boost::beast::websocket::response_type answer;
};

/// A request for a WebSocket, without a library.
inline std::string upgrade_request(std::string_view fields = {}, std::string_view version = "13",
                                   std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==")
{
    return std::string{"GET /live HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"}
        .append("Sec-WebSocket-Version: ")
        .append(version)
        .append("\r\nSec-WebSocket-Key: ")
        .append(key)
        .append("\r\n")
        .append(fields)
        .append("\r\n");
}

/// A frame as it stands, with a mask of zeros where there is one.
inline std::string client_frame(unsigned char first, std::string_view payload, bool masked = true)
{
    std::string text{static_cast<char>(first), static_cast<char>(payload.size() | (masked ? 0x80 : 0))};
    if (masked) text.append(4, '\0');
    return text.append(payload);
}

inline std::string text_of(std::string_view payload) { return client_frame(0x81, payload); }

/// What a server complained of, and what a test waits for.
struct Complaints {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> texts;

    void add(std::string_view text)
    {
        const std::lock_guard lock{mutex};
        texts.emplace_back(text);
        changed.notify_all();
    }
    std::vector<std::string> wait_for(std::size_t count)
    {
        std::unique_lock lock{mutex};
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return texts.size() >= count; });
        return texts;
    }
};

/// Echoes at "/live".
inline HandlerServer echo_server(const TemporaryDirectory& root, WebSocketOptions options = {})
{
    return HandlerServer{root, {}, [options](StaticFileServer& files) { files.websocket("/live", echo, options); }};
}

}  // namespace libnet::test
