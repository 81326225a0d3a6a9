#pragma once
// Which kind of socket may send echo requests.

#include <cstdint>

namespace libnet::io {

enum class IcmpAccess : std::uint8_t {
    automatic,  ///< a datagram socket, else a raw one
    datagram,   ///< SOCK_DGRAM: needs no privilege, but the sysctl net.ipv4.ping_group_range
    raw,        ///< SOCK_RAW: needs the capability cap_net_raw
};

}  // namespace libnet::io
