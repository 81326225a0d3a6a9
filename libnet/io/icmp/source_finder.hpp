#pragma once
// Which of our addresses packets come from, asked for one destination after the other.

#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

/// Asks the kernel's routing for sources. Nothing is sent: connecting a UDP socket only looks up the route.
class SourceFinder {
public:
    /// `options` are those of the sockets that send. Throws `boost::system::system_error`.
    SourceFinder(wire::IpVersion version, const ProbeSocketOptions& options)
        : socket_{::socket(version == wire::IpVersion::v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        if (!socket_) throw boost::system::system_error{last_error(), "UDP socket"};
        if (options.mark) ::setsockopt(socket_.get(), SOL_SOCKET, SO_MARK, &*options.mark, sizeof *options.mark);
        if (!options.interface.empty())
            ::setsockopt(socket_.get(), SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                         static_cast<socklen_t>(options.interface.size()));
        if (options.dont_route) set_option(socket_.get(), SOL_SOCKET, SO_DONTROUTE, 1);
        if (!options.source || wire::version_of(*options.source) != version) return;
        const asio::ip::udp::endpoint local{*options.source, 0};
        ::bind(socket_.get(), local.data(), static_cast<socklen_t>(local.size()));
    }

    /// nullopt: there is no route. Some answers are kept and given again, but for a while only: routes change.
    std::optional<asio::ip::address> source_to(const asio::ip::address& destination)
    {
        constexpr unsigned most_uses = 64;
        auto& known = known_[std::hash<asio::ip::address>{}(destination) % known_.size()];
        if (known.uses == 0 || known.uses >= most_uses || known.destination != destination)
            known = {destination, ask(destination), 0};
        ++known.uses;
        return known.source;
    }

private:
    struct Known {
        asio::ip::address destination{};
        std::optional<asio::ip::address> source{};
        unsigned uses = 0;
    };

    std::optional<asio::ip::address> ask(const asio::ip::address& destination)
    {
        constexpr std::uint16_t any_port = 1025;
        const asio::ip::udp::endpoint to{destination, any_port};
        if (::connect(socket_.get(), to.data(), static_cast<socklen_t>(to.size())) != 0) return std::nullopt;
        std::optional<asio::ip::address> source;
        sockaddr_storage local{};
        socklen_t size = sizeof local;
        if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&local), &size) == 0)
            source = to_endpoint(local).address();
        // Once connected, the socket would keep its source for the next destination.
        sockaddr nowhere{};
        nowhere.sa_family = AF_UNSPEC;
        ::connect(socket_.get(), &nowhere, sizeof nowhere);
        return source;
    }

    FileDescriptor socket_;
    std::vector<Known> known_ = std::vector<Known>(1024);  // by hash: of two destinations in one place the later one
};

}  // namespace libnet::inline v0::io
