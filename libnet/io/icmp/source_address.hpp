#pragma once
// Which of our addresses packets to a host come from.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// The source that the kernel chooses for this destination when the packets leave through this interface. Nothing is
/// sent: connecting a UDP socket only looks up the route. Empty: there is none.
inline std::optional<asio::ip::address> source_address_to(const asio::ip::address& destination,
                                                          const std::string& interface)
{
    constexpr std::uint16_t any_port = 1025;
    asio::io_context io;
    asio::ip::udp::socket socket{io};
    const asio::ip::udp::endpoint to{destination, any_port};
    boost::system::error_code error;
    socket.open(to.protocol(), error);
    if (error) return std::nullopt;
    if (::setsockopt(socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                     static_cast<socklen_t>(interface.size())) != 0)
        return std::nullopt;
    socket.connect(to, error);
    if (error) return std::nullopt;
    const auto local = socket.local_endpoint(error);
    return error ? std::nullopt : std::optional{local.address()};
}

}  // namespace libnet::inline v0::io
