#pragma once
// What iputils' ping finds out before it sends anything: whether there is a route to the host, and from where.

#include <apps/ping/iputils/options.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/socket.h>

namespace libnet::apps::iputils {

namespace asio = boost::asio;

inline void fail_system(const std::string& what) { throw Fault{2, fmt::format("{}: {}", what, std::strerror(errno))}; }

/// The address that packets to this one come from: connecting a UDP socket looks up the route and sends nothing. A route
/// that is prohibited looks like a broadcast address that wasn't asked for (EACCES). Throws Fault.
inline asio::ip::address source_towards(const asio::ip::address& to, const PingSettings& settings)
{
    constexpr std::uint16_t any_port = 1025;
    const asio::ip::udp::endpoint remote{to, any_port};
    const io::FileDescriptor socket{::socket(remote.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (socket.get() < 0) fail_system("socket");
    const auto device = settings.options.interface.str();
    if (!device.empty() && ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                                        static_cast<socklen_t>(device.size())) != 0)
        fail_system("SO_BINDTODEVICE " + device);
    const auto connects = [&] {
        return ::connect(socket.get(), remote.data(), static_cast<socklen_t>(remote.size())) == 0;
    };
    if (const auto& source = settings.options.source; source && source->is_v4() == to.is_v4()) {
        const asio::ip::udp::endpoint origin{*source, 0};
        if (::bind(socket.get(), origin.data(), static_cast<socklen_t>(origin.size())) != 0)
            fail_system(to.is_v4() ? "bind" : "bind icmp socket");
    }
    if (!connects()) {
        if (errno != EACCES) fail_system("connect");
        if (!settings.options.broadcast)
            throw Fault{2, "Do you want to ping broadcast? Then -b. If not, check your local firewall rules"};
        fmt::print(stderr, "WARNING: pinging broadcast address\n");
        const int on = 1;
        if (::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0)
            fail_system("cannot set broadcasting");
        if (!connects()) fail_system("connect");
    }
    asio::ip::udp::endpoint local;
    auto size = static_cast<socklen_t>(local.capacity());
    if (::getsockname(socket.get(), local.data(), &size) != 0) fail_system("getsockname");
    local.resize(size);
    return local.address();
}

}  // namespace libnet::apps::iputils
