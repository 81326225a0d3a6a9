#pragma once
// What goes into a PingEngine, and what it asks of its driver.

#include <libnet/engine/action.hpp>
#include <libnet/engine/ping/ping_events.hpp>
#include <libnet/engine/ping/probe_table.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <variant>

namespace libnet::inline v0::engine {

/// A probe to be sent.
struct PingProbe {
    ProbeId probe;
    boost::asio::ip::address to;
    std::uint16_t sequence = 0;  ///< on the wire
    std::uint64_t cookie = 0;    ///< for write_payload
    bool timed = true;           ///< its round trip counts: ask for a transmit stamp
    bool proven = false;         ///< its target has answered before: it doesn't wait behind those that never did
    friend bool operator==(const PingProbe&, const PingProbe&) = default;
};

/// The end of a probe that was asked for with `request`.
struct PingRequestDone {
    ProbeId probe;
    PingOutcome outcome;
    friend bool operator==(const PingRequestDone&, const PingRequestDone&) = default;
};

/// What the driver does next (engine/action.hpp). `Send`: send this, then tell `on_sent`, `on_not_sent` or
/// `on_send_error`. `Report`: wake who asked for this probe. `WaitUntil` the end of time: nothing is under way. An engine is
/// never `Done`: it may be asked for more at any time.
using PingAction = std::variant<action::Send<PingProbe>, action::Report<PingRequestDone>, action::WaitUntil>;

/// An echo reply with our identifier, as it came from the network.
struct EchoAnswer {
    boost::asio::ip::address from;
    std::uint16_t sequence = 0;
    std::span<const std::byte> payload{};
    std::optional<int> ttl{};
    TimePoint received{};  ///< when it arrived, as the kernel stamped it, or else `read`
    TimePoint read{};      ///< when we took it from the socket
    wire::Ipv4OptionOctets ip_options{};
    PingAnswerDetails details{};
    std::size_t other_octets = 0;  ///< of its message, beside the header and the payload

    /// Of the whole ICMP message.
    std::size_t bytes() const noexcept { return wire::icmp_header_size + payload.size() + other_octets; }
};

/// An ICMP error about an echo request with our identifier, as it came from the network.
struct EchoError {
    boost::asio::ip::address destination;  ///< of the request
    std::uint16_t sequence = 0;
    std::span<const std::byte> payload;  ///< as much of the request's as is quoted, or nothing
    boost::asio::ip::address from;
    std::uint8_t type = 0, code = 0;
    std::optional<std::uint32_t> mtu;
};

inline std::ostream& operator<<(std::ostream& out, const PingProbe& probe)
{
    return out << probe.probe.slot << '.' << probe.probe.generation << " to " << probe.to << " #" << probe.sequence;
}

inline std::ostream& operator<<(std::ostream& out, const PingRequestDone& done)
{
    return out << done.probe.slot << '.' << done.probe.generation << ' ' << done.outcome;
}

}  // namespace libnet::inline v0::engine
