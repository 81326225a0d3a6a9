#include "second_unit.hpp"

#include <boost/asio/co_spawn.hpp>

std::size_t hops_to(boost::asio::io_context& io, boost::asio::ip::address target)
{
    libnet::Tracer tracer{io.get_executor()};
    std::size_t hops = 0;
    boost::asio::co_spawn(io, tracer.trace(target), [&](std::exception_ptr failure, libnet::TracePath path) {
        if (failure) std::rethrow_exception(failure);
        hops = path.hops.size();
    });
    io.run();
    return hops;
}
