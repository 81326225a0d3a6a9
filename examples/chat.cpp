// A chat: what one page says (chat.html), all that are open hear, over WebSockets.
// With an argument it serves on port 8080 until Ctrl-C; without one a client of its own listens to itself.

#include <libnet/websocket_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <deque>
#include <iostream>
#include <set>
#include <string>
#include <thread>

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::experimental::awaitable_operators::operator&&;

struct Member {
    asio::steady_timer news;
    std::deque<std::string> unsaid{};
};

asio::awaitable<void> hear(libnet::WebSocket& socket, const std::set<Member*>& room)
{
    for (beast::flat_buffer words;; words.clear()) {
        co_await socket.async_read(words, asio::use_awaitable);  // throws when the client has gone
        for (auto* const member : room) {
            if (member->unsaid.size() < 100) member->unsaid.push_back(beast::buffers_to_string(words.data()));
            member->news.cancel();
        }
    }
}

asio::awaitable<void> say(libnet::WebSocket& socket, Member& me)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (;; co_await me.news.async_wait(token))
        for (; !me.unsaid.empty(); me.unsaid.pop_front())
            co_await socket.async_write(asio::buffer(me.unsaid.front()), asio::use_awaitable);
}

int main(int argc, char**)
try {
    std::set<Member*> room;  // outlives the handlers, which the io_context destroys at the latest
    asio::io_context io{1};
    libnet::StaticFileServerOptions options{.root = "examples", .address = asio::ip::address_v4::loopback(), .port = 0};
    if (argc > 1) options.port = 8080;
    libnet::StaticFileServer files{io.get_executor(), options};
    files.websocket("/chat", [&room](libnet::WebSocket& socket, libnet::HttpCall&) -> asio::awaitable<void> {
        Member me{asio::steady_timer{socket.get_executor(), asio::steady_timer::time_point::max()}};
        const std::shared_ptr<Member> leaving{&me, [&room](Member* member) { room.erase(member); }};
        room.insert(&me);
        auto both = hear(socket, room) && say(socket, me);  // until one of them fails
        co_await std::move(both);
    });
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
