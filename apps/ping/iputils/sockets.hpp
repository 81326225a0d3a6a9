#pragma once
// What iputils' ping tells with -v before it sends anything: its sockets, and the address that it goes to.

#include <apps/common/output.hpp>
#include <apps/ping/iputils/options.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>

namespace libnet::apps::iputils {

namespace asio = boost::asio;

/// Which of the sockets are raw: answers have an identifier of ours then, which is told.
struct RawSockets {
    bool v4 = false, v6 = false;
};

/// A socket of each IP version that may be used; empty where the system allows none.
struct OpenSockets {
    std::optional<io::ProbeSocket> v4, v6;
};

inline OpenSockets open_sockets(const asio::any_io_executor& executor, const PingSettings& settings,
                                const Request& request)
{
    io::ProbeSocketOptions options;
    options.access = request.node.qtype ? io::IcmpAccess::raw : settings.options.access;
    if (settings.options.identifier == 0) options.identifier = 0;  // another one can be taken once only
    options.flow_label = settings.options.flow_label;
    OpenSockets sockets;
    const auto open = [&](std::optional<io::ProbeSocket>& socket, wire::IpVersion version) {
        try {
            socket.emplace(executor, version, options);
        } catch (const boost::system::system_error&) {  // who needs it is told when the pinger needs it
        }
    };
    if (settings.family != io::AddressFamily::ipv6) open(sockets.v4, wire::IpVersion::v4);
    if (settings.family != io::AddressFamily::ipv4) open(sockets.v6, wire::IpVersion::v6);
    return sockets;
}

/// "3 (socktype: SOCK_RAW)"
inline std::string socket_text(const std::optional<io::ProbeSocket>& socket)
{
    if (!socket) return "-1 (socktype: 0)";
    return fmt::format("{} (socktype: {})", socket->native(), socket->is_raw() ? "SOCK_RAW" : "SOCK_DGRAM");
}

/// On standard error, with an empty line behind it. The sockets are such as the pinger will open, and are closed again.
inline RawSockets tell_sockets(const asio::any_io_executor& executor, const PingSettings& settings,
                               const Request& request)
{
    const auto sockets = open_sockets(executor, settings, request);
    const bool only_v4 = settings.family == io::AddressFamily::ipv4 || (sockets.v4 && !sockets.v6);
    const bool only_v6 = settings.family == io::AddressFamily::ipv6 || (sockets.v6 && !sockets.v4);
    fmt::print(stderr, "{}: sock4.fd: {}, sock6.fd: {}, hints.ai_family: {}\n\n", settings.program,
               socket_text(sockets.v4), socket_text(sockets.v6),
               only_v4   ? "AF_INET"
               : only_v6 ? "AF_INET6"
                         : "AF_UNSPEC");
    return {sockets.v4 && sockets.v4->is_raw(), sockets.v6 && sockets.v6->is_raw()};
}

/// On standard output. Among JSON Lines it would be none.
inline void tell_address(const PingSettings& settings, const asio::ip::address& address)
{
    if (settings.format != PingFormat::text) return;
    print("ai->ai_family: {}, ai->ai_canonname: '{}'\n", address.is_v4() ? "AF_INET" : "AF_INET6",
          printable(settings.hosts.front()));
}

}  // namespace libnet::apps::iputils
