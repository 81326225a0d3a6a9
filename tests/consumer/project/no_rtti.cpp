// A program without run-time type information, which takes all bodies from the headers.

#include <libnet/tracer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

#if defined(__GXX_RTTI)
#  error "this is to be compiled with -fno-rtti"
#endif

int main()
{
    boost::asio::io_context io{1};
    libnet::Tracer tracer{io.get_executor()};
    std::size_t hops = 0;
    tracer.async_trace(boost::asio::ip::make_address("127.0.0.1"),
                       [&](boost::system::error_code error, const libnet::TracePath& path) {
                           if (!error) hops = path.hops.size();
                       });
    io.run();
    std::cout << hops << " hop\n";
    return hops == 1 ? 0 : 1;
}
