#pragma once
// The probe socket (probe_socket.hpp) for a kind of probe.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>

namespace libnet::inline v0::io {

/// Opens the sockets for a kind of probe. `port` is the UDP port of `udp_constant`.
///
/// Throws `boost::system::system_error`. For `icmp`, a datagram socket is tried first, which needs no privilege but a
/// group in net.ipv4.ping_group_range (icmp(7)), then a raw one, which needs CAP_NET_RAW; the error's `what()` says so.
std::unique_ptr<ProbeSocket> open_probe_socket(asio::any_io_executor executor, TraceProbe method,
                                               wire::IpVersion version, std::uint16_t port);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/open_probe_socket.ipp>
#endif
