// A program that only pings, and uses libnet 1 (Debian's libnet1-dev) as well: the two libraries share no names.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

#if defined(HAS_LIBNET_1)
#  include <libnet.h>
#endif

int main()
{
#if defined(HAS_LIBNET_1)
    std::cout << "libnet 1: " << ::libnet_version() << ", " << LIBNET_VERSION << '\n';
#endif
    boost::asio::io_context io{1};
    libnet::IcmpPinger pinger{io.get_executor()};
    bool answered = false;
    boost::asio::co_spawn(io, pinger.ping(boost::asio::ip::make_address("127.0.0.1")),
                          [&](std::exception_ptr failure, const libnet::PingOutcome& outcome) {
                              if (failure) std::rethrow_exception(failure);
                              answered = std::holds_alternative<libnet::PingReply>(outcome);
                          });
    io.run();
    return answered ? 0 : 1;
}
