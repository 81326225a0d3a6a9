#pragma once
// Sending IPv6 packets with a flow label of our own (RFC 6437): the kernel leases it to a socket.

#include <libnet/io/icmp/control_data.hpp>

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <cstdint>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

/// The label is leased to this socket and may be shared by others, and what the socket sends to an address with the
/// label in its `sin6_flowinfo` carries it. Without the lease the kernel would refuse to send as soon as anybody has
/// one of his own. Throws `boost::system::system_error`: somebody has the label for himself.
inline void lease_flow_label(int socket, std::uint32_t label)
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
    if (::setsockopt(socket, IPPROTO_IPV6, flow_label_manager, &request, sizeof request) != 0) {
        const int error = errno;
        throw boost::system::system_error{error, boost::system::system_category(),
                                          "flow label " + std::to_string(label)};
    }
    set_option(socket, IPPROTO_IPV6, flow_info_send, 1);
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
