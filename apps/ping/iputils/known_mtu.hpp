#pragma once
// What iputils' ping says of a packet that is too long for the way that it would take.

#include <libnet/io/loop/file_descriptor.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::apps::iputils {

/// The MTU that the kernel knows of the path to this address (ip(7), IP_MTU), by this interface if one is named; 0: of none.
inline int known_mtu(const boost::asio::ip::address& to, std::string_view interface)
{
    constexpr std::uint16_t any_port = 1025;
    const boost::asio::ip::udp::endpoint remote{to, any_port};
    const io::FileDescriptor socket{::socket(remote.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!interface.empty() && ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                                           static_cast<socklen_t>(interface.size())) != 0)
        return 0;
    if (::connect(socket.get(), remote.data(), static_cast<socklen_t>(remote.size())) != 0) return 0;
    int mtu = 0;
    socklen_t size = sizeof mtu;
    const bool known = to.is_v4() ? ::getsockopt(socket.get(), IPPROTO_IP, IP_MTU, &mtu, &size) == 0
                                  : ::getsockopt(socket.get(), IPPROTO_IPV6, IPV6_MTU, &mtu, &size) == 0;
    return known ? mtu : 0;
}

inline std::string too_long(const boost::asio::ip::address& to, std::string_view interface)
{
    const auto* const is = to.is_v4() ? "=" : ": ";
    return fmt::format("local error: message too long, mtu{}{}", is, known_mtu(to, interface));
}

}  // namespace libnet::apps::iputils
