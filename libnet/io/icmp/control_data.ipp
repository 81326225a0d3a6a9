#pragma once
// Bodies of libnet/io/icmp/control_data.hpp.

#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <linux/net_tstamp.h>
#include <netinet/in.h>

namespace libnet::inline v0::io {

namespace detail {

/// Copies a control message's value out: it is only aligned for a cmsghdr. False: it is shorter than that.
template <typename T>
bool copy_control(const cmsghdr& control, T& value)
{
    if (control.cmsg_len < CMSG_LEN(sizeof value)) return false;
    std::memcpy(&value, CMSG_DATA(&control), sizeof value);
    return true;
}

LIBNETXX_DECL void read_timestamp(const cmsghdr& control, ControlData& data)
{
    scm_timestamping stamps{};
    if (!copy_control(control, stamps)) return;
    const timespec software = stamps.ts[0];  // ts[2] is the hardware's, which we don't ask for
    if (software.tv_sec == 0 && software.tv_nsec == 0) return;
    data.received = std::chrono::seconds{software.tv_sec} + std::chrono::nanoseconds{software.tv_nsec};
}

LIBNETXX_DECL void read_error(const cmsghdr& control, ControlData& data)
{
    // The offender's address follows the error: SO_EE_OFFENDER, sock_extended_err in ip(7).
    struct {
        sock_extended_err error;
        sockaddr_in6 offender;  // the larger of both families
    } both{};
    const auto length = control.cmsg_len - CMSG_LEN(0);
    if (control.cmsg_len < CMSG_LEN(sizeof both.error)) return;
    std::memcpy(&both, CMSG_DATA(&control), std::min(length, sizeof both));
    sockaddr_storage offender{};
    std::memcpy(&offender, &both.offender, sizeof both.offender);
    data.error = both.error;
    data.offender = to_endpoint(offender).address();
}

/// IPv4 tells one octet, IPv6 an int.
LIBNETXX_DECL void read_traffic_class(const cmsghdr& control, ControlData& data)
{
    std::uint8_t octet = 0;
    int value = 0;
    if (control.cmsg_level == IPPROTO_IP && copy_control(control, octet)) data.traffic_class = octet;
    if (control.cmsg_level == IPPROTO_IPV6 && copy_control(control, value))
        data.traffic_class = static_cast<std::uint8_t>(value);
}

LIBNETXX_DECL void read_packet_info(const cmsghdr& control, ControlData& data)
{
    in_pktinfo v4{};
    in6_pktinfo v6{};
    if (control.cmsg_level == IPPROTO_IP && copy_control(control, v4))
        data.local = asio::ip::address_v4{ntohl(v4.ipi_addr.s_addr)};
    if (control.cmsg_level != IPPROTO_IPV6 || !copy_control(control, v6)) return;
    asio::ip::address_v6::bytes_type octets;
    std::memcpy(octets.data(), &v6.ipi6_addr, octets.size());
    data.local = asio::ip::address_v6{octets};
}

LIBNETXX_DECL void read_one(const cmsghdr& control, ControlData& data)
{
    const int level = control.cmsg_level;
    const int type = control.cmsg_type;
    if (level == SOL_SOCKET && type == SO_TIMESTAMPING) read_timestamp(control, data);
    if ((level == IPPROTO_IP && type == IP_TTL) || (level == IPPROTO_IPV6 && type == IPV6_HOPLIMIT)) {
        int ttl = 0;
        if (copy_control(control, ttl)) data.ttl = ttl;
    }
    if ((level == IPPROTO_IP && type == IP_TOS) || (level == IPPROTO_IPV6 && type == IPV6_TCLASS))
        read_traffic_class(control, data);
    if ((level == IPPROTO_IP && type == IP_PKTINFO) || (level == IPPROTO_IPV6 && type == IPV6_PKTINFO))
        read_packet_info(control, data);
    if (level == IPPROTO_IP && type == IP_RECVOPTS)
        data.ip_options = wire::Ipv4OptionOctets{
            std::span{reinterpret_cast<const std::byte*>(CMSG_DATA(&control)), control.cmsg_len - CMSG_LEN(0)}};
    if ((level == IPPROTO_IP && type == IP_RECVERR) || (level == IPPROTO_IPV6 && type == IPV6_RECVERR))
        read_error(control, data);
}

}  // namespace detail

LIBNETXX_DECL ControlData read_control_data(const msghdr& message)
{
    ControlData data;
    auto* header = const_cast<msghdr*>(&message);  // CMSG_NXTHDR takes no const, and changes nothing
    for (cmsghdr* control = CMSG_FIRSTHDR(header); control != nullptr; control = CMSG_NXTHDR(header, control))
        detail::read_one(*control, data);
    return data;
}

LIBNETXX_DECL asio::ip::udp::endpoint to_endpoint(const sockaddr_storage& address)
{
    if (address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        return {asio::ip::address_v4{ntohl(v4.sin_addr.s_addr)}, ntohs(v4.sin_port)};
    }
    if (address.ss_family != AF_INET6) return {};
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return {asio::ip::address_v6{bytes, v6.sin6_scope_id}, ntohs(v6.sin6_port)};
}

LIBNETXX_DECL void enable_receive_timestamps(int socket)
{
    set_option(socket, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
}

LIBNETXX_DECL void enable_transmit_timestamps(int socket)
{
    enable_receive_timestamps(socket);  // the count starts anew where it wasn't asked for before
    set_option(socket, SOL_SOCKET, SO_TIMESTAMPING,
               SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE |
                   SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY);
}

LIBNETXX_DECL void set_option(int socket, int level, int name, int value)
{
    if (::setsockopt(socket, level, name, &value, sizeof value) != 0)
        throw boost::system::system_error{last_error(), "setsockopt"};
}

}  // namespace libnet::inline v0::io
