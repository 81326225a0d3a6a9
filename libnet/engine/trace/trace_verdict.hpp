#pragma once
// What an answer to a probe means: a router on the way, the destination, or the end of the path before it. Decided by
// what the message says, not by who sent it: a translated destination answers from another address than the one that
// was probed, and a gateway with the destination's address may answer for a host behind it that is down.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace libnet::inline v0::engine {

/// An ICMP error about a probe.
struct IcmpNotice {
    wire::IpVersion version = wire::IpVersion::v4;
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;     ///< that the error tells; 0: none
    bool from_target = false;  ///< it came from the address that was probed
};

/// What it means for the trace.
struct Verdict {
    TraceAnswer kind = TraceAnswer::time_exceeded;
    std::string annotation{};  ///< what traceroute prints behind the time
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// Judges an ICMP error; nullopt: it says nothing about the path (redirect, source quench) and is to be ignored.
///
/// The destination is reached when it refuses a UDP probe's port or protocol, for only an end host does, and when the
/// probed address itself filters (hosts whose firewall says "prohibited" are common). Everything else but time exceeded
/// in transit ends the path: unreachable.
LIBNETXX_DECL std::optional<Verdict> judge(libnet::TraceProbe method, const IcmpNotice& notice);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_verdict.ipp>
#endif
