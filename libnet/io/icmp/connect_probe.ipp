#pragma once
// Bodies of libnet/io/icmp/connect_probe.hpp.

#include <libnet/io/icmp/connect_probe.hpp>
#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/flow_label.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

LIBNETXX_DECL FileDescriptor open_stream(wire::IpVersion version)
{
    FileDescriptor socket{::socket(version == wire::IpVersion::v4 ? AF_INET : AF_INET6,
                                   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};
    if (!socket) throw boost::system::system_error{last_error(), "TCP socket"};
    return socket;
}

/// The holder of the port and the connections from it are several sockets of one port.
LIBNETXX_DECL boost::system::error_code bind_stream(int socket, wire::IpVersion version, std::uint16_t port,
                                                    const ProbeSocketOptions& options)
{
    constexpr int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    asio::ip::udp::endpoint local{version == wire::IpVersion::v4 ? asio::ip::udp::v4() : asio::ip::udp::v6(), port};
    if (options.source && wire::version_of(*options.source) == version) local.address(*options.source);
    if (::bind(socket, local.data(), static_cast<socklen_t>(local.size())) != 0) return last_error();
    return {};
}

LIBNETXX_DECL void configure_stream(int socket, wire::IpVersion version, std::uint8_t ttl,
                                    const ProbeSocketOptions& options)
{
    const bool v4 = version == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    set_option(socket, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, ttl);
    set_option(socket, level, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
    set_option(socket, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
    enable_receive_timestamps(socket);  // of the errors; segments have none
    if (options.traffic_class) set_option(socket, level, v4 ? IP_TOS : IPV6_TCLASS, *options.traffic_class);
    if (options.mark) set_option(socket, SOL_SOCKET, SO_MARK, static_cast<int>(*options.mark));
    // An interface that has gone away must not leave the choice to the routes.
    if (!options.interface.empty() && ::setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                                                   static_cast<socklen_t>(options.interface.size())) != 0)
        throw boost::system::system_error{last_error(), "interface " + options.interface};
    constexpr int on = 1;
    if (options.debug) ::setsockopt(socket, SOL_SOCKET, SO_DEBUG, &on, sizeof on);  // HeldPort has asked whether it may
    if (options.dont_route) ::setsockopt(socket, SOL_SOCKET, SO_DONTROUTE, &on, sizeof on);
    // Probes of one flow are connections of their own, and need one label all the same.
    if (!v4) use_flow_label(socket, options.flow_label.value_or(0));
    if (v4 && !options.ip_options.empty()) set_ip_options(socket, options.ip_options);
    // The kernel sends the SYN again a second later, and gives up soon after.
    set_option(socket, IPPROTO_TCP, TCP_SYNCNT, 1);
    constexpr linger no_wait{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
}

/// nullopt: there is none, or it isn't known which of two SYNs was answered.
LIBNETXX_DECL std::optional<std::chrono::microseconds> first_round_trip(int socket)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
    if (info.tcpi_rtt == 0 || info.tcpi_total_retrans != 0) return std::nullopt;
    return std::chrono::microseconds{info.tcpi_rtt};
}

}  // namespace detail

LIBNETXX_DECL HeldPort::HeldPort(wire::IpVersion version, std::uint16_t port, const ProbeSocketOptions& options)
    : socket_{detail::open_stream(version)}
{
    constexpr int on = 1;
    if (options.debug && ::setsockopt(socket_.get(), SOL_SOCKET, SO_DEBUG, &on, sizeof on) != 0)
        throw boost::system::system_error{last_error(), "SO_DEBUG (it takes CAP_NET_ADMIN)"};
    const auto failed = detail::bind_stream(socket_.get(), version, port, options);
    if (failed) throw boost::system::system_error{failed, "source port " + std::to_string(port)};
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0)
        throw boost::system::system_error{last_error(), "getsockname"};
    number_ = to_endpoint(local).port();
}

LIBNETXX_DECL boost::system::result<ConnectProbe> ConnectProbe::start(wire::IpVersion version,
                                                                      const asio::ip::udp::endpoint& to,
                                                                      std::uint16_t source_port, std::uint8_t ttl,
                                                                      const ProbeSocketOptions& options)
try {
    auto socket = detail::open_stream(version);
    detail::configure_stream(socket.get(), version, ttl, options);
    if (const auto failed = detail::bind_stream(socket.get(), version, source_port, options)) return failed;
    sockaddr_storage address{};
    std::memcpy(&address, to.data(), to.size());
    if (version == wire::IpVersion::v6) {
        sockaddr_in6 labelled{};
        std::memcpy(&labelled, &address, sizeof labelled);
        labelled.sin6_flowinfo = htonl(options.flow_label.value_or(0));
        std::memcpy(&address, &labelled, sizeof labelled);
    }
    const auto now = std::chrono::steady_clock::now();
    const int connected =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(to.size()));
    const auto error = last_error();
    if (connected != 0 && error != asio::error::in_progress && error != asio::error::connection_refused) return error;
    return ConnectProbe{std::move(socket), to, now};
} catch (const boost::system::system_error& error) {
    return error.code();
}

LIBNETXX_DECL std::optional<ConnectProbe::Outcome> ConnectProbe::take(ErrorQueueReader& errors) const
{
    for (const auto& entry : errors.take(native())) {
        const bool icmp = entry.origin == QueuedError::Origin::icmp || entry.origin == QueuedError::Origin::icmpv6;
        if (icmp) return Outcome{&entry, false, std::nullopt};
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(native(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return std::nullopt;
    // A host that resets the connection has accepted it before, perhaps without our having seen that.
    if (error != 0)
        return Outcome{nullptr, error == ECONNREFUSED || error == ECONNRESET || error == EPIPE, std::nullopt};
    sockaddr_storage peer{};
    size = sizeof peer;
    const bool connected = ::getpeername(native(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
    return connected ? std::optional{Outcome{nullptr, true, detail::first_round_trip(native())}} : std::nullopt;
}

}  // namespace libnet::inline v0::io
