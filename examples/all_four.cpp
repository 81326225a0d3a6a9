// All four services on one io_context: a file server, a proxy in front of it, a ping and a trace.

#include <libnet/libnet.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <filesystem>
#include <iostream>
#include <sstream>

namespace asio = boost::asio;
using asio::ip::tcp;

const asio::ip::address localhost = asio::ip::address_v4::loopback();

asio::awaitable<void> ping()
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::IcmpPinger pinger{executor};
    const auto outcome = co_await pinger.ping(localhost);
    const auto* reply = std::get_if<libnet::PingReply>(&outcome);
    std::cout << "ping: " << (reply ? "a reply" : "no reply") << " from " << localhost << '\n';
}

asio::awaitable<void> trace()
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::Tracer tracer{executor};
    const auto path = co_await tracer.trace(localhost);
    std::cout << "trace: " << path.hops.size() << " hop to " << localhost << '\n';
}

/// Asks the proxy for a page of the file server, and prints the answer's first line.
asio::awaitable<void> fetch(tcp::endpoint proxy, tcp::endpoint files)
{
    std::ostringstream request;
    request << "GET http://" << files << "/all_four.cpp HTTP/1.0\r\n\r\n";
    const auto text = request.str();
    const auto executor = co_await asio::this_coro::executor;
    tcp::socket socket{executor};
    co_await socket.async_connect(proxy, asio::use_awaitable);
    const auto out = asio::buffer(text);
    co_await asio::async_write(socket, out, asio::use_awaitable);
    std::string answer;
    auto in = asio::dynamic_buffer(answer);
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    co_await asio::async_read(socket, in, token);  // until the proxy closes
    std::cout << "fetch: " << answer.substr(0, answer.find('\r')) << '\n';
}

int main()
try {
    const std::string here = std::filesystem::path{__FILE__}.parent_path();  // wherever it runs
    asio::io_context io{1};
    libnet::StaticFileServer files{io.get_executor(), {.root = here, .address = localhost, .port = 0}};
    libnet::ForwardProxy proxy{io.get_executor(), {.port = 0, .allow_private = true}};
    asio::cancellation_signal stop_files, stop_proxy;
    const auto ended = [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    };
    asio::co_spawn(io, files.run(), asio::bind_cancellation_slot(stop_files.slot(), ended));
    asio::co_spawn(io, proxy.run(), asio::bind_cancellation_slot(stop_proxy.slot(), ended));
    asio::co_spawn(io, ping(), ended);
    asio::co_spawn(io, trace(), ended);
    asio::co_spawn(io, fetch(proxy.local_endpoint(), files.local_endpoint()), [&](std::exception_ptr failure) {
        stop_files.emit(asio::cancellation_type::total);
        stop_proxy.emit(asio::cancellation_type::total);
        ended(failure);
    });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "all_four: " << error.what() << '\n';
    return 1;
}
