// A program outside the project: all four classes, from two translation units.

#include <iostream>

#include "second_unit.hpp"

#if LIBNETXX_VERSION_NUMBER < 100  // 0.1.0
#  error "an older libnet"
#endif

int main()
{
    boost::asio::io_context io{1};
    const auto localhost = boost::asio::ip::make_address("127.0.0.1");
    const libnet::StaticFileServer files{io.get_executor(), {.address = localhost, .port = 0}};
    const libnet::ForwardProxy proxy{io.get_executor(), {.port = 0}};
    const libnet::IcmpPinger pinger{io.get_executor()};
    const auto hops = hops_to(io, localhost);
    std::cout << "libnet " LIBNETXX_VERSION ": " << files.local_endpoint() << ", " << proxy.local_endpoint() << ", "
              << hops << " hop\n";
    return hops == 1 ? 0 : 1;
}
