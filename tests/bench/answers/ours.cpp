// The answer by a handler of libnet's, as a function and as a coroutine, and files beside it: ours PORT ROOT. With a third argument
// the same without handlers.

#include <libnet/http_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>

#include <cstdlib>
#include <exception>
#include <string>

namespace asio = boost::asio;

int main(int argc, char** argv)
{
    asio::io_context io{1};
    libnet::StaticFileServer files{io.get_executor(),
                                   {.root = argv[2],
                                    .address = asio::ip::address_v4::loopback(),
                                    .port = static_cast<unsigned short>(std::atoi(argv[1]))}};
    const auto json = [] { return libnet::HttpReply::json("{\"name\":\"" + std::string(89, 'x') + "\"}"); };
    if (argc == 3) {
        files.handle("GET", "/api", [json](libnet::HttpCall&) { return json(); });
        files.handle("GET", "/later",
                     [json](libnet::HttpCall&) -> asio::awaitable<libnet::HttpReply> { co_return json(); });
    }
    co_spawn(io, files.run(), [](std::exception_ptr) {});
    io.run();
}
