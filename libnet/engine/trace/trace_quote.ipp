#pragma once
// Bodies of libnet/engine/trace/trace_quote.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/trace/trace_quote.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <algorithm>
#include <span>

namespace libnet::inline v0::engine {

namespace detail {

/// The headers of a quoted probe, in the terms of both versions.
struct QuotedProbe {
    asio::ip::address source{}, destination{};
    std::uint8_t ttl = 0, traffic_class = 0, protocol = 0;
    std::size_t length = 0, header_length = 0;  ///< octets of the packet, and of its IP header
    std::optional<std::uint32_t> flow_label{};
    std::span<const std::byte> upper{};  ///< from the upper header on
};

LIBNETXX_DECL std::optional<QuotedProbe> decode_quoted_probe(wire::IpVersion version, std::span<const std::byte> quoted)
{
    if (version == wire::IpVersion::v4) {
        const auto ip = wire::decode_ipv4(quoted);
        if (!ip || ip->fragment_offset != 0) return std::nullopt;
        return QuotedProbe{ip->source,          ip->destination, ip->ttl,
                           ip->type_of_service, ip->protocol,    ip->total_length,
                           ip->header_length,   std::nullopt,    quoted.subspan(ip->header_length)};
    }
    const auto ip = wire::decode_ipv6(quoted);
    if (!ip || ip->fragment_offset != 0) return std::nullopt;
    return QuotedProbe{ip->source,        ip->destination, ip->hop_limit,
                       ip->traffic_class, ip->protocol,    ip->payload_length + wire::ipv6_header_size,
                       ip->header_length, ip->flow_label,  quoted.subspan(ip->header_length)};
}

/// Reads the upper header of a quoted probe into a reply.
class QuoteReader {
public:
    QuoteReader(const TraceSent& sent, const QuotedProbe& quoted, TraceReply& reply)
        : sent_{sent},
          quoted_{quoted},
          reply_{reply}
    {}

    /// False: it is no probe of ours.
    bool read()
    {
        const bool v4 = sent_.version == wire::IpVersion::v4;
        switch (sent_.method) {
        case TraceProbe::icmp:
            return quoted_.protocol == (v4 ? wire::icmp_protocol : wire::icmpv6_protocol) && read_icmp();
        case TraceProbe::tcp:
            return quoted_.protocol == tcp_protocol && read_tcp();
        case TraceProbe::dccp:
            return quoted_.protocol == dccp_protocol && read_dccp();
        case TraceProbe::raw:
            return quoted_.protocol == sent_.protocol && read_raw();
        case TraceProbe::udp_lite:
            return quoted_.protocol == udp_lite_protocol && read_udp();
        case TraceProbe::udp:
        case TraceProbe::udp_constant:
            break;
        }
        return quoted_.protocol == udp_protocol && read_udp();
    }

private:
    void changed(TraceField field, TraceChange::Value sent, TraceChange::Value quoted)
    {
        if (sent != quoted) reply_.changes.push_back({field, sent, quoted});
    }
    void changed_number(TraceField field, std::uint32_t sent, std::uint32_t quoted) { changed(field, sent, quoted); }

    /// What came back of the payload. True: with our mark. Another mark is another program's, or forged: then the
    /// cookie is wrong.
    bool take_payload(std::size_t header)
    {
        const auto at = header + head_at(sent_.question);
        if (quoted_.upper.size() < at) return false;
        const auto payload = read_trace_payload(quoted_.upper.subspan(at));
        if (!payload) return false;
        reply_.number = payload->number;
        reply_.cookie = payload->cookie;
        reply_.cookie_mask = ~std::uint64_t{0};
        return payload->mark == sent_.mark;
    }

    /// nullopt: none of ours.
    std::optional<std::uint8_t> flow_of(std::uint16_t port) const
    {
        const auto found = std::ranges::find(sent_.own_ports, port);
        if (found == sent_.own_ports.end()) return std::nullopt;
        return static_cast<std::uint8_t>(found - sent_.own_ports.begin());
    }

    /// The number tells the probe's flow, or else the port that was quoted.
    void take_flow(std::optional<std::uint8_t> by_port)
    {
        reply_.flow = reply_.number ? flow_of_number(*reply_.number, sent_.first_number, sent_.flows)
                                    : by_port.value_or(std::uint8_t{0});
    }

    /// Of the probe's flow; 0: not known.
    std::uint16_t own_port() const
    {
        return reply_.flow < sent_.own_ports.size() ? sent_.own_ports[reply_.flow] : std::uint16_t{0};
    }

    void compare_source_port(std::uint16_t quoted)
    {
        if (const auto own = own_port(); own != 0) changed_number(TraceField::source_port, own, quoted);
    }

    bool read_udp()
    {
        if (quoted_.upper.size() < udp_header_size) return false;
        const auto source_port = base::load_be<std::uint16_t>(quoted_.upper, 0);
        const auto port = base::load_be<std::uint16_t>(quoted_.upper, 2);
        const auto checksum = base::load_be<std::uint16_t>(quoted_.upper, 6);
        const auto by_port = flow_of(source_port);
        const bool proven = take_payload(udp_header_size);
        if (!proven && !by_port) return false;
        if (sent_.classic) {
            reply_.number = sent_.method == TraceProbe::udp ? port : source_port;
            reply_.cookie_mask = 0;
            return by_port || sent_.method != TraceProbe::udp;
        }
        if (!proven && port != sent_.port) return false;
        const bool has_number = sent_.method != TraceProbe::udp_lite || covers_balance(sent_.coverage);
        if (!proven && reply_.cookie_mask == 0 && has_number) reply_.number = checksum;
        take_flow(by_port);
        // A checksum that is no number of the port's flow was rewritten, so that nothing tells the probe.
        if (reply_.cookie_mask == 0 && by_port != reply_.flow) return false;
        compare_source_port(source_port);
        changed_number(TraceField::destination_port, sent_.port, port);
        // Without sources, the sum wasn't ours to choose. A virtual device may have left it to the next one.
        const TraceEnds ends{quoted_.source, quoted_.destination, source_port, port};
        if (has_number && !sent_.sources.empty() &&
            checksum != unfinished_checksum(ends, udp_protocol, upper_size(sent_)))
            changed_number(TraceField::checksum, *reply_.number, checksum);
        return true;
    }

    bool read_icmp()
    {
        const auto echo = wire::decode_quoted_echo_request(sent_.version, quoted_.upper);
        if (!echo) return false;
        const auto checksum = base::load_be<std::uint16_t>(quoted_.upper, 2);
        const bool proven = take_payload(wire::icmp_header_size);
        const bool own_identifier = flow_of(echo->identifier).has_value();
        if (!proven && !own_identifier) return false;
        reply_.number = echo->sequence;
        take_flow(std::nullopt);
        if (!own_identifier && !sent_.own_ports.empty())
            changed_number(TraceField::source_port, sent_.own_ports.front(), echo->identifier);
        if (sent_.classic || sent_.version == wire::IpVersion::v6) return true;
        // Only those who see our probes know the checksum: where nothing else came back, it is the proof.
        const auto expected = sent_.checksums[reply_.flow];
        if (!proven && reply_.cookie_mask == 0 && checksum != expected) return false;
        changed_number(TraceField::checksum, expected, checksum);
        return true;
    }

    /// A quote without a port of ours: a translator has rewritten it, or the packet is another program's. Number and cookie
    /// are the proof then, 32 bits, if the destination is the probe's, too. Who forges an error has to name the probe's
    /// destination and the whole of its sequence number, which only we can compute: with W probes to one destination under
    /// way, an error is believed with odds of W to 2^32, so that of a million with 16 probes one is in 270 cases. That is
    /// as much as is asked of who knows the port.
    void prove_without_port(std::uint16_t quoted_port)
    {
        reply_.needs_destination = true;
        compare_source_port(quoted_port);
    }

    bool read_tcp()
    {
        constexpr std::size_t quoted_at_least = 8;
        if (quoted_.upper.size() < quoted_at_least) return false;
        const auto source_port = base::load_be<std::uint16_t>(quoted_.upper, 0);
        const auto port = base::load_be<std::uint16_t>(quoted_.upper, 2);
        const auto by_port = flow_of(source_port);
        const auto sequence = base::load_be<std::uint32_t>(quoted_.upper, 4);
        reply_.number = static_cast<std::uint16_t>(sequence >> 16);
        reply_.cookie = sequence & 0xFFFFU;
        reply_.cookie_mask = 0xFFFFU;
        take_flow(by_port);
        if (by_port != reply_.flow && !sent_.classic) prove_without_port(source_port);
        changed_number(TraceField::destination_port, sent_.port, port);
        compare_tcp_checksum(own_port());
        return true;
    }

    /// Of a segment that was quoted so far. A host with several addresses may have sent it from any of these.
    void compare_tcp_checksum(std::uint16_t from_port)
    {
        constexpr std::size_t checksum_at = 16;
        if (quoted_.upper.size() < checksum_at + 2 || sent_.sources.empty() || from_port == 0) return;
        const auto quoted = base::load_be<std::uint16_t>(quoted_.upper, checksum_at);
        std::uint16_t sent = quoted;
        for (const auto& source : sent_.sources) {
            const TraceEnds ends{source, quoted_.destination, from_port, sent_.port};
            const auto segment = make_tcp_probe(ends, *reply_.number, reply_.cookie, sent_.tcp);
            sent = base::load_be<std::uint16_t>(segment, checksum_at);
            if (sent == quoted) return;
        }
        changed_number(TraceField::checksum, sent, quoted);
    }

    bool read_dccp()
    {
        constexpr std::size_t quoted_at_least = 8, checksum_at = 6, sequence_at = 10;
        if (quoted_.upper.size() < quoted_at_least) return false;
        const auto source_port = base::load_be<std::uint16_t>(quoted_.upper, 0);
        const auto port = base::load_be<std::uint16_t>(quoted_.upper, 2);
        const auto checksum = base::load_be<std::uint16_t>(quoted_.upper, checksum_at);
        const auto by_port = flow_of(source_port);
        const bool has_sequence = quoted_.upper.size() >= sequence_at + 4;
        reply_.number = has_sequence ? base::load_be<std::uint16_t>(quoted_.upper, sequence_at) : checksum;
        take_flow(by_port);
        const bool own = by_port == reply_.flow;
        if (!own && !has_sequence) return false;
        if (!own) prove_without_port(source_port);
        changed_number(TraceField::destination_port, sent_.port, port);
        if (!has_sequence) return port == sent_.port;
        reply_.cookie = base::load_be<std::uint16_t>(quoted_.upper, sequence_at + 2);
        reply_.cookie_mask = 0xFFFFU;
        changed_number(TraceField::checksum, *reply_.number, checksum);
        return true;
    }

    bool read_raw()
    {
        const auto head = read_raw_probe(quoted_.upper);
        if (!head) return false;
        reply_.number = head->number;
        reply_.cookie = head->cookie;
        reply_.cookie_mask = raw_cookie_mask;
        return true;
    }

public:
    void compare_ip()
    {
        const unsigned sent = sent_.traffic_class, quoted = quoted_.traffic_class;
        changed_number(TraceField::dscp, sent >> 2, quoted >> 2);
        changed_number(TraceField::ecn, sent & 3U, quoted & 3U);
        changed_number(TraceField::length, static_cast<std::uint32_t>(quoted_.header_length + upper_size(sent_)),
                       static_cast<std::uint32_t>(quoted_.length));
        const auto label = reply_.flow < sent_.flow_labels.size() ? sent_.flow_labels[reply_.flow] : std::nullopt;
        if (label && quoted_.flow_label) changed_number(TraceField::flow_label, *label, *quoted_.flow_label);
        if (!sent_.sources.empty() && std::ranges::find(sent_.sources, quoted_.source) == sent_.sources.end())
            changed(TraceField::source, sent_.sources.back(), quoted_.source);
    }

private:
    const TraceSent& sent_;
    const QuotedProbe& quoted_;
    TraceReply& reply_;
};

}  // namespace detail

LIBNETXX_DECL std::size_t upper_size(const TraceSent& sent)
{
    if (sent.method == TraceProbe::tcp) return tcp_probe_size(sent.tcp);
    if (sent.method == TraceProbe::dccp) return dccp_request_size;
    return udp_header_size + sent.payload_size;  // raw packets have their head in place of that
}

LIBNETXX_DECL std::optional<asio::ip::address> quoted_destination(wire::IpVersion version,
                                                                  std::span<const std::byte> message)
{
    const auto error = wire::decode_icmp_error(version, message);
    const auto quoted = error ? detail::decode_quoted_probe(version, error->quoted) : std::nullopt;
    return quoted ? std::optional{quoted->destination} : std::nullopt;
}

LIBNETXX_DECL std::optional<TraceReply> read_trace_error(const TraceSent& sent, std::span<const std::byte> message)
{
    const auto error = wire::decode_icmp_error(sent.version, message);
    if (!error) return std::nullopt;
    const auto quoted = detail::decode_quoted_probe(sent.version, error->quoted);
    if (!quoted) return std::nullopt;
    TraceReply reply;
    detail::QuoteReader reader{sent, *quoted, reply};
    if (!reader.read()) return std::nullopt;
    reader.compare_ip();
    if (!is_gateway(sent.gateways, quoted->destination)) reply.destination = quoted->destination;
    reply.error = TraceReply::Error{error->type, error->code, error->info};
    reply.quoted_ttl = quoted->ttl;
    if (const auto found = wire::find_icmp_extensions(sent.version, message); !found.empty())
        if (auto extensions = wire::decode_icmp_extensions(found)) reply.extensions = *std::move(extensions);
    return reply;
}

}  // namespace libnet::inline v0::engine
