#pragma once
// Whose probe an ICMP error is about, and what changed on its way: a whole error as a raw socket reads it, compared with
// what was sent.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_flow.hpp>
#include <libnet/engine/trace/trace_options.hpp>
#include <libnet/engine/trace/trace_packet.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/engine/trace/trace_question.hpp>
#include <libnet/engine/trace/trace_set.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace libnet::inline v0::engine {

/// What all probes of a tracer over one version of IP have in common.
struct TraceSent {
    TraceProbe method = TraceProbe::udp;
    wire::IpVersion version = wire::IpVersion::v4;
    bool classic = false;
    std::uint8_t flows = 1;                        ///< `TraceOptions::flows`
    std::uint16_t first_number = 1;                ///< of the probes: see `flow_of_number`
    std::uint16_t port = 0;                        ///< the destination's; with `classic` and TraceProbe::udp any
    std::vector<std::uint16_t> own_ports{};        ///< of UDP and TCP the source ports, of ICMP the identifier; by flow
    std::vector<std::uint16_t> checksums{};        ///< of ICMP, by flow
    std::uint32_t mark = 0;                        ///< of the payloads
    std::size_t payload_size = 0;                  ///< octets
    TraceQuestion question = TraceQuestion::none;  ///< which the payloads are
    std::uint8_t traffic_class = 0;
    TraceFlowLabels flow_labels{};             ///< over IPv6; empty: the system's
    std::vector<asio::ip::address> sources{};  ///< our addresses that probes left from; empty: not known
    TraceTcp tcp{};                            ///< of TCP
    std::uint8_t protocol = 0;                 ///< of TraceProbe::raw
    std::uint16_t coverage = 0;                ///< of UDP-Lite
    TraceGateways gateways{};                  ///< where probes may be to before they are to their target
};

/// Octets behind the IP header.
LIBNETXX_DECL std::size_t upper_size(const TraceSent& sent);

/// Reads an error, whose octets are given from its ICMP header on. nullopt: it is about no probe of ours. Its `from`,
/// `received`, `read` and `reply_ttl` are left to the caller. The number may be missing, when the quote is too short for it.
LIBNETXX_DECL std::optional<TraceReply> read_trace_error(const TraceSent& sent, std::span<const std::byte> message);

/// Where the packet had gone that an error is about, whoever sent it; nullopt: the error doesn't quote that.
LIBNETXX_DECL std::optional<asio::ip::address> quoted_destination(wire::IpVersion version,
                                                                  std::span<const std::byte> message);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_quote.ipp>
#endif
