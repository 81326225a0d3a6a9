// The largest packet that a path takes, found by asking, and what limits it.

#include <libnet/path_mtu.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> measure(asio::ip::address host)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto path = co_await libnet::find_path_mtu(executor, host);
    std::cout << host << ": " << path.mtu << " octets (" << path.limit << "), after " << path.probes << " probes\n";
}

int main(int argc, char** argv)
try {
    asio::io_context io{1};
    asio::co_spawn(io, measure(asio::ip::make_address(argc > 1 ? argv[1] : "127.0.0.1")),
                   [](std::exception_ptr failure) {
                       if (failure) std::rethrow_exception(failure);
                   });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "path_mtu: " << error.what() << '\n';
    return 1;
}
