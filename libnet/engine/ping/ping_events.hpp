#pragma once
// What becomes of a ping: the events and outcomes that `libnet::IcmpPinger` reports.

#include <libnet/config.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <variant>

namespace libnet::inline v0 {

/// Names a target of one pinger. A handle is never used twice: after `remove` it names nothing. Any order and a hash, for
/// containers.
struct PingTarget {
    std::uint32_t index = 0;       ///< its place in the pinger
    std::uint32_t generation = 0;  ///< which of those that have had this place
    friend auto operator<=>(const PingTarget&, const PingTarget&) = default;
};

/// The times that a timestamp reply brings (RFC 792), in milliseconds since midnight UT: of our request by our clock, of
/// its arrival and of the answer by the other host's, and of the answer's arrival by ours.
struct PingTimestamps {
    std::uint32_t originate = 0, receive = 0, transmit = 0, arrived = 0;  ///< milliseconds since midnight UT
    friend bool operator==(const PingTimestamps&, const PingTimestamps&) = default;
};

/// What else there is to know of an answer, where `PingOptions` asks for it.
struct PingAnswerDetails {
    std::optional<std::uint8_t> traffic_class{};  ///< DSCP and ECN bits of its header: `PingOptions::tell_headers`
    boost::asio::ip::address local{};  ///< ours that it was sent to: `tell_headers`; unspecified where it isn't known
    std::optional<PingTimestamps> timestamps{};  ///< with `PingMessage::timestamp`
    friend bool operator==(const PingAnswerDetails&, const PingAnswerDetails&) = default;
};

/// The probe was answered in time.
struct PingReply {
    PingTarget target;               ///< whose probe it was
    std::uint64_t sequence = 0;      ///< of the probe; the first one has 1
    boost::asio::ip::address from;   ///< who answered: `to`, unless that is a group, translated or one of several
    std::optional<int> ttl;          ///< TTL or hop limit that the reply arrived with
    std::size_t bytes = 0;           ///< of the ICMP message: its header's eight and the payload
    std::chrono::nanoseconds rtt{};  ///< from the kernel's transmit stamp (or else our send call) to its receive stamp
    std::chrono::nanoseconds stack_sent{};      ///< before that: from our send call to the transmit stamp
    std::chrono::nanoseconds stack_received{};  ///< after that: from the receive stamp until we read it
    wire::Ipv4OptionOctets ip_options{};        ///< of the reply's header, where `PingOptions::record` asks for them
    boost::asio::ip::address to;                ///< whom the probe was for
    PingAnswerDetails details{};                ///< what PingOptions asked for
    friend bool operator==(const PingReply&, const PingReply&) = default;
};

/// No answer came within the timeout. A `PingLate` or a `PingError` may still follow for the same probe.
struct PingLost {
    PingTarget target;            ///< whose probe it was
    std::uint64_t sequence = 0;   ///< of the probe, from 1 on
    boost::asio::ip::address to;  ///< whom the probe was for: of a range's target, one of many
    friend bool operator==(const PingLost&, const PingLost&) = default;
};

/// The next probe goes out, and this one before it has no answer yet. Told where `PingTargetOptions::tell_outstanding`
/// asks for it; how the probe ends is told later.
struct PingOutstanding {
    PingTarget target;            ///< whose probe it is
    std::uint64_t sequence = 0;   ///< of the probe that has no answer yet
    boost::asio::ip::address to;  ///< whom the probe is for
    friend bool operator==(const PingOutstanding&, const PingOutstanding&) = default;
};

/// The answer to a probe that had been given up: the probe is no longer counted as lost.
struct PingLate {
    PingTarget target;                   ///< whose probe it was
    std::uint64_t sequence = 0;          ///< of the probe, from 1 on
    boost::asio::ip::address from;       ///< who answered
    std::optional<int> ttl;              ///< TTL or hop limit that the answer arrived with
    std::size_t bytes = 0;               ///< of the ICMP message
    std::chrono::nanoseconds rtt{};      ///< in all
    std::chrono::nanoseconds late_by{};  ///< the part of it beyond the timeout
    boost::asio::ip::address to;         ///< whom the probe was for
    PingAnswerDetails details{};         ///< what PingOptions asked for
    friend bool operator==(const PingLate&, const PingLate&) = default;
};

/// One more answer to a probe that had one: a duplicate, or that of another member of a group.
struct PingDuplicate {
    PingTarget target;               ///< whose probe it was
    std::uint64_t sequence = 0;      ///< of the probe, from 1 on
    boost::asio::ip::address from;   ///< who answered
    std::optional<int> ttl;          ///< TTL or hop limit that the answer arrived with
    std::size_t bytes = 0;           ///< of the ICMP message
    std::chrono::nanoseconds rtt{};  ///< from sending to this answer
    boost::asio::ip::address to;     ///< whom the probe was for
    PingAnswerDetails details{};     ///< what PingOptions asked for
    friend bool operator==(const PingDuplicate&, const PingDuplicate&) = default;
};

/// A router on the path, or the target itself, sent an ICMP error about the probe.
struct PingError {
    PingTarget target;                 ///< whose probe it was
    std::uint64_t sequence = 0;        ///< of the probe, from 1 on
    boost::asio::ip::address from;     ///< who says so
    std::uint8_t type = 0;             ///< of the ICMP or ICMPv6 message; `words()` tells it
    std::uint8_t code = 0;             ///< of the ICMP or ICMPv6 message
    std::optional<std::uint32_t> mtu;  ///< the next hop's, where the probe was too big and the router tells it
    boost::asio::ip::address to;       ///< whom the probe was for
    /// The error in words: "Destination Host Unreachable".
    std::string_view words() const { return wire::icmp_words(wire::version_of(from), type, code); }
    friend bool operator==(const PingError&, const PingError&) = default;
};

/// The probe never left: no route, no permission, too big for the interface.
struct PingSendError {
    PingTarget target;                ///< whose probe it was
    std::uint64_t sequence = 0;       ///< of the probe, from 1 on
    boost::system::error_code error;  ///< why the system didn't send it
    boost::asio::ip::address to;      ///< whom the probe was for
    friend bool operator==(const PingSendError&, const PingSendError&) = default;
};

/// What `IcmpPinger::next()` tells about its targets.
using PingEvent = std::variant<PingReply, PingLost, PingLate, PingDuplicate, PingError, PingSendError, PingOutstanding>;

/// What becomes of one probe of `IcmpPinger::ping()`. Its `target` names nothing.
using PingOutcome = std::variant<PingReply, PingLost, PingError, PingSendError>;

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingTarget& target);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingEvent& event);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingOutcome& outcome);

}  // namespace libnet::inline v0

template <>
struct std::hash<libnet::PingTarget> {                                       ///< For unordered containers.
    std::size_t operator()(const libnet::PingTarget& target) const noexcept  ///< of both numbers
    {
        return std::hash<std::uint64_t>{}(std::uint64_t{target.generation} << 32 | target.index);
    }
};

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/ping/ping_events.ipp>
#endif
