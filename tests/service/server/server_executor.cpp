// The executors that servers are made with.

#include <libnet/executor.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <string>
#include <utility>

namespace server_executor_tests {

namespace asio = boost::asio;

using namespace libnet;
using test::TemporaryDirectory;

namespace {

StaticFileServerOptions files_of(const TemporaryDirectory& root)
{
    StaticFileServerOptions options;
    options.root = root.path().string();
    options.address = asio::ip::address_v4::loopback();
    options.port = 0;
    return options;
}

/// What the server answers to one request.
asio::awaitable<std::string> answer_of(asio::ip::tcp::endpoint server)
{
    const std::string ask = "GET /a.txt HTTP/1.0\r\n\r\n";
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::socket socket{executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(ask), asio::use_awaitable);
    std::string text;
    try {
        co_await asio::async_read(socket, asio::dynamic_buffer(text), asio::use_awaitable);
    } catch (const boost::system::system_error& end) {
        if (end.code() != asio::error::eof) throw;
    }
    co_return text;
}

/// A server that is made inside of a coroutine, as pingers and tracers are.
asio::awaitable<std::string> serve_once(const StaticFileServerOptions& options)
{
    const auto executor = co_await asio::this_coro::executor;
    StaticFileServer files{executor, options};
    asio::co_spawn(executor, files.run(), [](std::exception_ptr) {});  // ends with the server
    auto asking = answer_of(files.local_endpoint());
    auto text = co_await std::move(asking);
    co_return text;
}

template <typename Executor>
std::string served_on(asio::io_context& io, const Executor& executor)
{
    const TemporaryDirectory root;
    root.write("a.txt", "here\n");
    const auto options = files_of(root);
    std::string text;
    std::exception_ptr failure;
    asio::co_spawn(executor, serve_once(options), [&](std::exception_ptr thrown, std::string answer) {
        failure = thrown;
        text = std::move(answer);
    });
    io.run();
    if (failure) std::rethrow_exception(failure);
    return text;
}

template <typename Make>
bool refuses(Make make)
try {
    make();
    return false;
} catch (const boost::system::system_error& error) {
    return error.code() == asio::error::invalid_argument;
}

}  // namespace

TEST_CASE("a server runs on any executor over an io_context", "[service][server_executor]")
{
    asio::io_context io;
    const asio::any_io_executor any = io.get_executor();
    const auto serves = [&io](const auto& executor) {
        io.restart();
        return served_on(io, executor).ends_with("\r\n\r\nhere\n");
    };
    CHECK(serves(io.get_executor()));
    CHECK(serves(any));
    CHECK(serves(asio::make_strand(io)));
    CHECK(serves(asio::make_strand(any)));
}

TEST_CASE("whatever stands over an io_context leads to its own executor", "[service][server_executor]")
{
    asio::io_context io;
    const asio::any_io_executor any = io.get_executor();
    const asio::any_io_executor never_blocks = asio::require(io.get_executor(), asio::execution::blocking.never);
    const asio::any_io_executor stranded = asio::make_strand(any);
    const auto leads_there = [&](ServerExecutor executor) {
        const Executor& found = executor;
        return found == io.get_executor();
    };
    CHECK(leads_there(io.get_executor()));
    CHECK(leads_there(any));
    CHECK(leads_there(never_blocks));
    CHECK(leads_there(stranded));
    CHECK(leads_there(asio::make_strand(io)));
    CHECK(leads_there(asio::make_strand(stranded)));
}

TEST_CASE("an executor without an io_context is refused in words", "[service][server_executor]")
{
    asio::thread_pool pool{1};
    CHECK(refuses([&] { ForwardProxy{asio::any_io_executor{pool.get_executor()}}; }));
    CHECK(refuses([&] { ForwardProxy{asio::make_strand(pool)}; }));
    CHECK(refuses([] { ForwardProxy{asio::any_io_executor{}}; }));
    CHECK(refuses([] { ForwardProxy{asio::any_io_executor{asio::system_executor{}}}; }));
    try {
        const ServerExecutor executor{asio::any_io_executor{pool.get_executor()}};
        FAIL("it was taken");
    } catch (const boost::system::system_error& error) {
        CHECK(std::string{error.what()}.find("io_context") != std::string::npos);
    }
}

}  // namespace server_executor_tests
