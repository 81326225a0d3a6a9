#pragma once
// What changed on the way: a probe as a router quotes it, compared with what was sent.

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace libnet::inline v0 {

/// A field of the probe, or of its headers.
enum class TraceField : std::uint8_t {
    dscp,              ///< the upper six bits of TOS or traffic class (RFC 2474)
    ecn,               ///< the lower two (RFC 3168)
    length,            ///< of the IP packet in octets
    flow_label,        ///< IPv6
    source,            ///< address: a translator is before this hop
    destination,       ///< address
    source_port,       ///< of UDP and TCP; of ICMP the identifier
    destination_port,  ///< of UDP and TCP
    checksum,          ///< of UDP, TCP or ICMP: something in the packet was rewritten
};

/// One difference. Numbers of numeric fields, and addresses of the two others.
struct TraceChange {
    using Value = std::variant<std::uint32_t, boost::asio::ip::address>;  ///< a number, or an address
    TraceField field = TraceField::dscp;                                  ///< which field differs
    Value sent{};                                                         ///< as we sent it
    Value quoted{};                                                       ///< as the error quotes it
    friend bool operator==(const TraceChange&, const TraceChange&) = default;
};

/// As in `--json`: "dscp", "source_port".
constexpr std::string_view name_of(TraceField field) noexcept
{
    switch (field) {
    case TraceField::dscp:
        return "dscp";
    case TraceField::ecn:
        return "ecn";
    case TraceField::length:
        return "length";
    case TraceField::flow_label:
        return "flow_label";
    case TraceField::source:
        return "source";
    case TraceField::destination:
        return "destination";
    case TraceField::source_port:
        return "source_port";
    case TraceField::destination_port:
        return "destination_port";
    case TraceField::checksum:
        return "checksum";
    }
    return "";
}

/// How many hops an answer has passed on its way back, the one that sent it counted: systems begin with a TTL of 64, 128 or
/// 255, and the next of these above what arrived is taken. A guess, for the way back can't be seen. 0 for a TTL of 0.
constexpr unsigned hops_back(std::uint8_t ttl) noexcept
{
    if (ttl == 0) return 0;
    const unsigned first = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
    return first - ttl + 1;
}

}  // namespace libnet::inline v0
