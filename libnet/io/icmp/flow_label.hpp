#pragma once
// Sending IPv6 packets with a flow label of our own (RFC 6437): the kernel leases it to a socket.

#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/system/system_error.hpp>

#include <cstdint>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

/// The label is leased to this socket and may be shared by others, and what the socket sends to an address with the
/// label in its `sin6_flowinfo`, or with the control message IPV6_FLOWINFO, carries it. A socket may have several. Without the
/// lease the kernel refuses to send as soon as a program of this network has a label for itself. Fails if that has this label,
/// or, without CAP_NET_ADMIN, if a socket has 32 or the system some 3000 of them (net/ipv6/ip6_flowlabel.c, mem_check).
inline boost::system::error_code try_lease_flow_label(int socket, std::uint32_t label)
{
    // From linux/in6.h, which can't be included beside netinet/in.h.
    constexpr int flow_label_manager = 32, flow_info_send = 33;
    constexpr std::uint8_t get = 0, share_with_any = 255;
    constexpr std::uint16_t create = 1;
    struct FlowLabelRequest {
        in6_addr destination;  // of the one who leases: it isn't looked at when packets are sent
        std::uint32_t label;
        std::uint8_t action, share;
        std::uint16_t flags, expires, linger;
        std::uint32_t padding;
    } request{in6addr_loopback, htonl(label), get, share_with_any, create, 0, 0, 0};
    if (::setsockopt(socket, IPPROTO_IPV6, flow_label_manager, &request, sizeof request) != 0) return last_error();
    set_option(socket, IPPROTO_IPV6, flow_info_send, 1);
    return {};
}

/// Likewise, but throws `boost::system::system_error`.
inline void lease_flow_label(int socket, std::uint32_t label)
{
    if (const auto error = try_lease_flow_label(socket, label))
        throw boost::system::system_error{error, "flow label " + std::to_string(label)};
}

/// Packets of this socket have the label 0, which is none, instead of one that the kernel computes: a connection would have
/// another one each time (net.ipv6.auto_flowlabels).
inline void send_without_flow_label(int socket)
{
    constexpr int auto_flow_label = 70, off = 0;  // IPV6_AUTOFLOWLABEL of linux/in6.h; kernels without it compute none
    ::setsockopt(socket, IPPROTO_IPV6, auto_flow_label, &off, sizeof off);
}

/// Likewise, with this label; 0 is none. Throws `boost::system::system_error` as `lease_flow_label` does.
inline void use_flow_label(int socket, std::uint32_t label)
{
    if (label == 0) send_without_flow_label(socket);
    else lease_flow_label(socket, label);
}

}  // namespace libnet::inline v0::io
