#pragma once
// Bodies of libnet/engine/trace/trace_verdict.hpp.

#include <libnet/engine/trace/trace_verdict.hpp>
#include <libnet/wire/icmp/icmp.hpp>

namespace libnet::inline v0::engine {

namespace detail {

/// Why a destination is unreachable, in either version's words.
enum class Unreachable : std::uint8_t {
    net,
    host,
    prohibited,
    protocol,
    port,
    mtu,
    source_route,
    precedence,
    cutoff,
    other
};

LIBNETXX_DECL Unreachable unreachable_v4(std::uint8_t code)
{
    switch (code) {  // RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1
    case 0:          // net unreachable
    case 6:          // net unknown
    case 8:          // source host isolated
    case 11:         // net unreachable for this type of service
        return Unreachable::net;
    case 1:   // host unreachable
    case 7:   // host unknown
    case 12:  // host unreachable for this type of service
        return Unreachable::host;
    case 2:
        return Unreachable::protocol;
    case 3:
        return Unreachable::port;
    case 4:
        return Unreachable::mtu;
    case 5:
        return Unreachable::source_route;
    case 9:   // net prohibited
    case 10:  // host prohibited
    case 13:  // communication prohibited
        return Unreachable::prohibited;
    case 14:
        return Unreachable::precedence;
    case 15:
        return Unreachable::cutoff;
    default:
        return Unreachable::other;
    }
}

LIBNETXX_DECL Unreachable unreachable_v6(std::uint8_t code)
{
    switch (code) {  // RFC 4443 section 3.1
    case 0:
        return Unreachable::net;
    case 1:
        return Unreachable::prohibited;
    case 2:  // beyond the scope of the source address
    case 3:  // address unreachable
        return Unreachable::host;
    case 4:
        return Unreachable::port;
    default:
        return Unreachable::other;
    }
}

LIBNETXX_DECL std::string annotation_of(Unreachable why, const IcmpNotice& notice, bool reached)
{
    switch (why) {
    case Unreachable::net:
        return "!N";
    case Unreachable::host:
        return "!H";
    case Unreachable::prohibited:
        return "!X";
    case Unreachable::protocol:
        return "!P";
    case Unreachable::mtu:
        return "!F-" + std::to_string(notice.mtu);
    case Unreachable::source_route:
        return "!S";
    case Unreachable::precedence:
        return "!V";
    case Unreachable::cutoff:
        return "!C";
    case Unreachable::port:
        if (reached) return {};
        break;
    case Unreachable::other:
        break;
    }
    return "!<" + std::to_string(notice.code) + '>';
}

LIBNETXX_DECL bool is_reached(libnet::TraceProbe method, Unreachable why, const IcmpNotice& notice)
{
    // Only an end host refuses a UDP port, whichever of its addresses it answers from.
    const bool udp = method == libnet::TraceProbe::udp || method == libnet::TraceProbe::udp_constant ||
                     method == libnet::TraceProbe::udp_lite;
    if (udp && why == Unreachable::port) return true;
    // A router that answers so filters; so may the probed host itself, or a firewall on it.
    const bool refused = why == Unreachable::port || why == Unreachable::protocol || why == Unreachable::prohibited;
    return notice.from_target && refused;
}

}  // namespace detail

LIBNETXX_DECL std::optional<Verdict> judge(libnet::TraceProbe method, const IcmpNotice& notice)
{
    using detail::Unreachable;
    const bool v4 = notice.version == wire::IpVersion::v4;
    const auto type = notice.type;
    const auto time_exceeded = v4 ? wire::icmp_type::time_exceeded : wire::icmpv6_type::time_exceeded;
    const auto unreachable = v4 ? wire::icmp_type::destination_unreachable : wire::icmpv6_type::destination_unreachable;
    const auto problem = v4 ? wire::icmp_type::parameter_problem : wire::icmpv6_type::parameter_problem;

    if (type == time_exceeded && notice.code == 0) return Verdict{TraceAnswer::time_exceeded};
    if (type == unreachable) {
        const auto why = v4 ? detail::unreachable_v4(notice.code) : detail::unreachable_v6(notice.code);
        const bool reached = detail::is_reached(method, why, notice);
        return Verdict{reached ? TraceAnswer::reached : TraceAnswer::unreachable,
                       detail::annotation_of(why, notice, reached)};
    }
    constexpr std::uint8_t unknown_next_header = 1;  // RFC 4443 section 3.4: what protocol unreachable is to IPv4
    if (!v4 && type == problem && notice.code == unknown_next_header) {
        const bool reached = detail::is_reached(method, Unreachable::protocol, notice);
        return Verdict{reached ? TraceAnswer::reached : TraceAnswer::unreachable,
                       detail::annotation_of(Unreachable::protocol, notice, reached)};
    }
    if (!v4 && type == wire::icmpv6_type::packet_too_big)
        return Verdict{TraceAnswer::unreachable, detail::annotation_of(Unreachable::mtu, notice, false)};
    if (type == time_exceeded || type == problem)  // reassembly failed, or a router couldn't make sense of the probe
        return Verdict{TraceAnswer::unreachable, "!<" + std::to_string(type) + '-' + std::to_string(notice.code) + '>'};
    return std::nullopt;
}

}  // namespace libnet::inline v0::engine
