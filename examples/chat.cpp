// A chat: what one page sends (chat.html), all that are open get, over WebSockets.
// With an argument it serves on port 8080 until Ctrl-C; without one a client of its own listens to itself.

#include <libnet/websocket_group.hpp>
#include <libnet/websocket_message.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

namespace asio = boost::asio;
namespace beast = boost::beast;

asio::awaitable<void> chat(libnet::WebSocket& socket, libnet::WebSocketGroup& room)
{
    const libnet::WebSocketMember me{room, socket};
    for (libnet::WebSocketMessage words;; words.clear()) {
        co_await socket.async_read(words, asio::deferred);    // throws when the client has gone
        if (socket.got_text()) room.send_text(words.text());  // which is UTF-8 then
    }
}

int main(int argc, char**)
try {
    const std::string here = std::filesystem::path{__FILE__}.parent_path();  // with the page, wherever it runs
    libnet::WebSocketGroup room;
    asio::io_context io{1};
    libnet::StaticFileServerOptions options{.root = here, .address = asio::ip::address_v4::loopback(), .port = 0};
    if (argc > 1) options.port = 8080;
    libnet::StaticFileServer files{io.get_executor(), options};
    files.websocket("/chat", [&room](libnet::WebSocket& socket, libnet::HttpCall&) { return chat(socket, room); });
    std::cout << "http://" << files.local_endpoint() << "/chat.html\n" << std::flush;
    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    std::thread serving{[&io] { io.run(); }};
    if (argc == 1) {
        asio::io_context own;
        beast::websocket::stream<asio::ip::tcp::socket> client{own};
        beast::flat_buffer heard;
        client.next_layer().connect(files.local_endpoint());
        client.handshake("here", "/chat");
        client.write(asio::buffer("hello", 5));
        client.read(heard);
        std::cout << "heard: " << beast::buffers_to_string(heard.data()) << '\n';
        io.stop();
    }
    serving.join();
} catch (const std::exception& error) {
    std::cerr << "chat: " << error.what() << '\n';
    return 1;
}
