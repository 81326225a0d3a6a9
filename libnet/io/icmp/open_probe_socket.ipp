#pragma once
// Bodies of libnet/io/icmp/open_probe_socket.hpp.

#include <libnet/io/icmp/icmp_probe_socket.hpp>
#include <libnet/io/icmp/open_probe_socket.hpp>
#include <libnet/io/icmp/udp_probe_socket.hpp>

#include <utility>

namespace libnet::inline v0::io {

LIBNETXX_DECL std::unique_ptr<ProbeSocket> open_probe_socket(asio::any_io_executor executor, TraceProbe method,
                                                             wire::IpVersion version, std::uint16_t port)
{
    switch (method) {
    case TraceProbe::udp:
        return std::make_unique<UdpProbeSocket>(executor, version);
    case TraceProbe::udp_constant:
        return std::make_unique<UdpConstantProbeSocket>(std::move(executor), version, port);
    case TraceProbe::icmp:
        break;
    }
    return std::make_unique<IcmpProbeSocket>(executor, version);
}

}  // namespace libnet::inline v0::io
