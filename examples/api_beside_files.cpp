// An API beside files, on one port: GET and PUT of notes, with an entity tag, a limit and an error of its own.
// With an argument it serves that directory and the notes on port 8080 until Ctrl-C; without one it asks itself once.

#include <libnet/http_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
namespace http = boost::beast::http;

int main(int argc, char** argv)
try {
    const std::string here = std::filesystem::path{__FILE__}.parent_path();  // wherever it runs
    asio::io_context io{1};
    libnet::StaticFileServerOptions options{.root = here, .address = asio::ip::address_v4::loopback(), .port = 0};
    if (argc > 1) {
        options.root = argv[1];
        options.port = 8080;
    }
    libnet::StaticFileServer files{io.get_executor(), options};

    std::map<std::string, std::string, std::less<>> notes;
    files.handle("GET", "/api/notes/{name}", [&](libnet::HttpCall& call) {
        const auto note = notes.find(call.parameter("name"));
        if (note == notes.end()) throw libnet::HttpFailure{404, "There is no such note."};
        auto reply = libnet::HttpReply::text(note->second).compressed();
        reply.message().set(http::field::etag, '"' + std::to_string(std::hash<std::string>{}(note->second)) + '"');
        return reply;
    });
    const libnet::RouteOptions small{.max_body = 64 * 1024};
    const auto put = [&](libnet::HttpCall& call) -> asio::awaitable<libnet::HttpReply> {
        if (notes.size() >= 1000) throw libnet::HttpFailure{507, "There are as many notes as there may be."};
        const auto [note, is_new] = notes.insert_or_assign(std::string{call.parameter("name")}, call.body());
        co_return libnet::HttpReply::empty(is_new ? 201 : 204);
    };
    files.handle("PUT", "/api/notes/{name}", put, small);
    std::cout << "http://" << files.local_endpoint() << "/api/notes/{name}\n";

    asio::signal_set signals{io, SIGINT, SIGTERM};
    signals.async_wait([&](auto, int) { io.stop(); });
    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    const auto ask_once = [](asio::ip::tcp::endpoint server, asio::io_context& loop) -> asio::awaitable<void> {
        const std::string ask =
            "PUT /api/notes/first HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
            "GET /api/notes/first HTTP/1.1\r\nHost: here\r\n\r\n"
            "GET /api_beside_files.cpp HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
        asio::ip::tcp::socket socket{loop};
        co_await socket.async_connect(server, asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer(ask), asio::use_awaitable);
        std::string answers;
        co_await asio::async_read_until(socket, asio::dynamic_buffer(answers), "// An API", asio::use_awaitable);
        std::cout << answers.substr(0, answers.find("// An API")) << "...\n";
        if (answers.find("\r\n\r\nhello") == answers.npos) throw std::runtime_error{"the note isn't there"};
    };
    const auto end = [&io](std::exception_ptr failure) {
        io.stop();
        if (failure) std::rethrow_exception(failure);
    };
    if (argc == 1) asio::co_spawn(io, ask_once(files.local_endpoint(), io), end);
    io.run();
} catch (const std::exception& error) {
    std::cerr << "api_beside_files: " << error.what() << '\n';
    return 1;
}
