#pragma once
// A UDP port where probes are ignored.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <string>

namespace libnet::test {

/// A port of this host where probes are ignored.
struct SilentPort {
    boost::asio::io_context io;
    boost::asio::ip::udp::socket socket{io, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::string text() const { return std::to_string(socket.local_endpoint().port()); }
};

}  // namespace libnet::test
