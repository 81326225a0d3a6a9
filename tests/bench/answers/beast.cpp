// The answer by Boost.Beast, in the manner of its own coroutine example: a coroutine for each connection.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Stream =
    beast::tcp_stream::rebind_executor<asio::use_awaitable_t<>::executor_with_default<asio::any_io_executor>>::other;

namespace {

asio::awaitable<void> converse(Stream stream)
{
    beast::flat_buffer buffer;
    try {
        for (;;) {
            stream.expires_after(std::chrono::seconds{30});
            http::request<http::string_body> request;
            co_await http::async_read(stream, buffer, request);
            http::response<http::string_body> answer{http::status::ok, request.version()};
            answer.set(http::field::server, "beast");
            answer.set(http::field::content_type, "application/json");
            answer.keep_alive(request.keep_alive());
            answer.body() = "{\"name\":\"" + std::string(89, 'x') + "\"}";
            answer.prepare_payload();
            const bool last = answer.need_eof();
            co_await http::async_write(stream, answer);
            if (last) break;
        }
    } catch (const std::exception&) {
        // The client has gone.
    }
}

asio::awaitable<void> listen(unsigned short port)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::acceptor acceptor{executor, {asio::ip::address_v4::loopback(), port}};
    for (;;) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        co_spawn(executor, converse(Stream{std::move(socket)}), asio::detached);
    }
}

}  // namespace

int main(int, char** argv)
{
    asio::io_context io{1};
    co_spawn(io, listen(static_cast<unsigned short>(std::atoi(argv[1]))), asio::detached);
    io.run();
}
