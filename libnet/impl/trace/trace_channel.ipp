#pragma once
// Bodies of libnet/impl/trace/trace_channel.hpp: the sockets and what they are asked for.

#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/impl/trace/trace_defaults.hpp>
#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/flow_label.hpp>
#include <libnet/io/icmp/port_filter.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace libnet::inline v0::detail {

/// The answers of a service may be long, and errors quote up to 1280 octets.
constexpr std::size_t longest_answer = 2048;

/// The kernel tells where the extensions of an error are (linux/in.h, linux/in6.h), since Linux 5.9.
constexpr int recverr_rfc4884_v4 = 26, recverr_rfc4884_v6 = 31;

constexpr int udp_lite_send_coverage = 10;  // UDPLITE_SEND_CSCOV of udplite(7)

/// A checksum that a flow keeps: not 0 or 0xFFFF, and unforeseeable, for it proves answers that quote little.
LIBNETXX_DECL std::vector<std::uint16_t> flow_checksums(std::size_t flows)
{
    std::vector<std::uint16_t> checksums;
    while (checksums.size() < flows) {
        const auto checksum = static_cast<std::uint16_t>(io::random_word());
        const bool usable = checksum != 0 && checksum != 0xFFFF;
        if (usable && std::ranges::find(checksums, checksum) == checksums.end()) checksums.push_back(checksum);
    }
    return checksums;
}

/// What one version of IP can't do.
LIBNETXX_DECL void check_version(const TraceOptions& options, wire::IpVersion version)
{
    if (version == wire::IpVersion::v4) return;
    io::require_option(options.gateways.count == 0,
                       "trace gateways: IPv4 only: IPv6 has no source routes any more (RFC 5095)");
    constexpr std::array<std::uint8_t, 5> extension_headers{0, 43, 44, 51, 60};  // RFC 8200 section 4.1
    const bool extension = std::ranges::find(extension_headers, options.protocol) != extension_headers.end();
    io::require_option(options.method != TraceProbe::raw || !extension,
                       "trace protocol: in IPv6 this is an extension header, and no protocol of packets");
    constexpr std::array<std::uint8_t, 2> with_checksum{58, 135};  // rawv6_init_sk of the kernel
    const bool summed = std::ranges::find(with_checksum, options.protocol) != with_checksum.end();
    io::require_option(
        options.method != TraceProbe::raw || !summed,
        "trace protocol: in packets of ICMPv6 (58) and Mobile IPv6 (135) the kernel writes a checksum over "
        "what tells the probes apart: for ICMPv6 take the method icmp");
}

LIBNETXX_DECL TraceChannel::TraceChannel(asio::any_io_executor executor, std::shared_ptr<io::ProbePoll> poll,
                                         std::uint64_t key_bits, const TraceOptions& options, wire::IpVersion version)
    : executor_{std::move(executor)},
      poll_{std::move(poll)},
      key_bits_{key_bits},
      options_{options},
      stamps_{asks_for_stamps(options)},
      reader_{std::max(longest_answer, trace_payload_size(options) + wire::icmp_header_size), 8, longest_answer},
      payload_(trace_payload_size(options))
{
    check_version(options, version);
    sent_.method = options.method;
    sent_.version = version;
    sent_.classic = is_classic(options);
    sent_.flows = options.flows;
    sent_.first_number = trace_numbers(options).first;
    sent_.port = trace_port(options);
    sent_.checksums = flow_checksums(options.flows);
    sent_.mark = static_cast<std::uint32_t>(io::random_word());
    sent_.payload_size = payload_.size();
    sent_.question = trace_question(options);
    sent_.traffic_class = options.traffic_class.value_or(std::uint8_t{0});
    if (version == wire::IpVersion::v6) sent_.flow_labels = engine::trace_flow_labels(options, io::random_word());
    sent_.tcp = options.tcp;
    sent_.protocol = options.protocol;
    sent_.coverage = options.coverage;
    sent_.gateways = options.gateways;
    // Connections are told of their errors themselves.
    const bool connections = sent_.classic && sent_.method == TraceProbe::tcp;
    if (options.access != TraceAccess::datagram && !connections) listen();
    if (has_socket_for_each_probe()) return;
    const bool ports = sent_.method != TraceProbe::icmp;
    for (std::uint16_t flow = 0; flow < (ports ? options.flows : 1); ++flow) open_flow(flow);
}

LIBNETXX_DECL void TraceChannel::open_flow(std::uint16_t flow)
{
    if (sent_.method == TraceProbe::tcp) return open_tcp(flow);
    if (sent_.method == TraceProbe::dccp) return open_dccp(flow);
    if (sent_.method == TraceProbe::raw)
        return add_raw(flow, io::ProbeSocket{executor_, sent_.version, socket_options()});
    sent_.own_ports.push_back(open(flow).identifier());
}

/// Throws where raw sockets were asked for, and aren't allowed.
LIBNETXX_DECL void TraceChannel::listen()
try {
    auto options = socket_options();
    options.protocol = io::ProbeProtocol::icmp;
    options.access = io::IcmpAccess::raw;
    options.hears_errors = true;
    options.ip_options = {};
    options.mark.reset();  // it sends nothing: what takes other capabilities is left to the sockets that do
    options.debug = false;
    options.transmit_stamps = false;
    listener_.emplace(executor_, sent_.version, options);
    poll_->add(listener_->native(), key_bits_ | listener_key);
    sources_.emplace(sent_.version, socket_options());
} catch (const boost::system::system_error& error) {
    listener_.reset();
    const bool forbidden = error.code() == boost::system::errc::operation_not_permitted ||
                           error.code() == boost::system::errc::permission_denied;
    const bool others_do = options_.access == TraceAccess::automatic && !takes_raw(options_);
    if (others_do && forbidden) return;
    if (!forbidden) throw;
    throw boost::system::system_error{
        error.code(),
        takes_raw(options_)
            ? "such probes take raw sockets (and these the capability cap_net_raw: setcap cap_net_raw+ep PROGRAM)"
            : "raw sockets (they take the capability cap_net_raw: setcap cap_net_raw+ep PROGRAM)"};
}

LIBNETXX_DECL io::ProbeSocketOptions TraceChannel::socket_options() const
{
    io::ProbeSocketOptions options;
    if (is_udp()) options.protocol = io::ProbeProtocol::udp;
    if (sent_.method == TraceProbe::udp_lite) options.protocol = io::ProbeProtocol::udp_lite;
    if (sent_.method == TraceProbe::tcp) options.protocol = io::ProbeProtocol::tcp;
    const bool dccp = sent_.method == TraceProbe::dccp;
    if (dccp || sent_.method == TraceProbe::raw) options.protocol = io::ProbeProtocol::other;
    options.ip_protocol = dccp ? engine::dccp_protocol : options_.protocol;
    // A datagram ICMP socket has its identifier for itself; so it is taken where it is allowed, with a listener, too.
    if (options_.access == TraceAccess::datagram) options.access = io::IcmpAccess::automatic;
    options.source = options_.source;
    options.interface = options_.interface.str();
    options.traffic_class = options_.traffic_class;
    options.mark = options_.mark;
    if (options_.dont_fragment) options.path_mtu_discovery = io::PathMtuDiscovery::probe;
    options.dont_route = options_.bypass_routes;
    options.debug = options_.debug;
    options.transmit_stamps = stamps_;
    const auto gateways = std::span{options_.gateways.addresses}.first(options_.gateways.count);
    if (!gateways.empty() && sent_.version == wire::IpVersion::v4)
        options.ip_options = wire::encode_ipv4_source_route(gateways, false);
    return options;
}

/// Where each probe has a socket, its local port is the key.
LIBNETXX_DECL io::ProbeSocket& TraceChannel::open(std::uint16_t key)
{
    auto options = socket_options();
    if (is_udp() && options_.source_port != 0 && !has_socket_for_each_probe())
        options.identifier = static_cast<std::uint16_t>(options_.source_port + key);
    io::ProbeSocket socket{executor_, sent_.version, options};
    if (has_socket_for_each_probe()) key = socket.identifier();
    const bool v4 = sent_.version == wire::IpVersion::v4;
    constexpr int on = 1;  // older kernels know nothing of it
    ::setsockopt(socket.native(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? recverr_rfc4884_v4 : recverr_rfc4884_v6, &on,
                 sizeof on);
    if (options_.coverage != 0 && sent_.method == TraceProbe::udp_lite)
        io::set_option(socket.native(), IPPROTO_UDPLITE, udp_lite_send_coverage, options_.coverage);
    // All flows of ICMP share one socket.
    const std::size_t first = has_socket_for_each_probe() ? 0U : key;
    const std::size_t last = sent_.method == TraceProbe::icmp ? sent_.flows - 1U : first;
    for (auto flow = first; flow <= last; ++flow) lease_label(socket.native(), flow);
    poll_->add(socket.native(), key_bits_ | key);
    return sockets_.try_emplace(key, std::move(socket)).first->second;
}

/// Lets a socket send probes with a flow's label. A label of our own choice that the kernel doesn't lease is given up for the
/// system's. Throws `boost::system::system_error` where the options name it.
LIBNETXX_DECL void TraceChannel::lease_label(int socket, std::size_t flow)
{
    const auto label = label_of(flow);
    if (!label) return;
    if (options_.flow_label) return io::use_flow_label(socket, *label);
    if (io::try_lease_flow_label(socket, *label)) sent_.flow_labels[flow].reset();
}

/// nullopt: that of the system, or there are none.
LIBNETXX_DECL std::optional<std::uint32_t> TraceChannel::label_of(std::size_t flow) const
{
    return flow < sent_.flow_labels.size() ? sent_.flow_labels[flow] : std::nullopt;
}

LIBNETXX_DECL void TraceChannel::open_tcp(std::uint16_t flow)
{
    auto options = socket_options();
    const auto wanted = options_.source_port == 0 ? 0 : options_.source_port + flow;
    held_ports_.emplace_back(sent_.version, static_cast<std::uint16_t>(wanted), options);
    const auto port = held_ports_.back().number();
    sent_.own_ports.push_back(port);
    // Connections share the label that is leased to the holder of their port.
    if (!listener_) return lease_label(held_ports_.back().native(), flow);
    options.identifier = port;
    io::ProbeSocket socket{executor_, sent_.version, options};
    io::pass_only_port(socket.native(), sent_.version, port);
    constexpr int ipv6_checksum = 7, checksum_at = 16;  // IPV6_CHECKSUM, RFC 3542 section 3.1
    if (sent_.version == wire::IpVersion::v6) io::set_option(socket.native(), IPPROTO_IPV6, ipv6_checksum, checksum_at);
    add_raw(flow, std::move(socket));
}

LIBNETXX_DECL void TraceChannel::add_raw(std::uint16_t flow, io::ProbeSocket socket)
{
    lease_label(socket.native(), flow);
    poll_->add(socket.native(), key_bits_ | flow);
    sockets_.try_emplace(flow, std::move(socket));
}

/// Without DCCP in the kernel, no socket holds a port.
LIBNETXX_DECL void TraceChannel::open_dccp(std::uint16_t flow)
{
    constexpr unsigned first_dynamic = 49152, dynamic = 16384 - 16;  // RFC 6335 section 6; 16 flows
    const auto first = options_.source_port != 0 ? options_.source_port : first_dynamic + io::random_word() % dynamic;
    const auto port =
        flow == 0 ? static_cast<std::uint16_t>(first) : static_cast<std::uint16_t>(sent_.own_ports.front() + flow);
    auto options = socket_options();
    options.identifier = port;
    io::ProbeSocket socket{executor_, sent_.version, options};
    io::pass_only_port(socket.native(), sent_.version, port);
    sent_.own_ports.push_back(port);
    add_raw(flow, std::move(socket));
}

}  // namespace libnet::inline v0::detail
