#pragma once
// From the error queue to the answers of a trace's probes.

#include <libnet/io/icmp/probe_descriptor.hpp>
#include <libnet/io/icmp/probe_socket.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

namespace libnet::inline v0::io {

/// An error of the queue as the reply to the probe with that number; nullopt: nobody on the path sent it.
inline std::optional<ProbeReply> to_reply(const QueuedError& error, std::uint16_t number)
{
    if (error.origin != QueuedError::Origin::icmp && error.origin != QueuedError::Origin::icmpv6) return std::nullopt;
    return ProbeReply{number,
                      error.offender,
                      error.destination.address(),
                      ProbeError{error.type, error.code, error.info},
                      error.received,
                      std::chrono::steady_clock::now()};
}

/// A datagram as the reply of the probe's destination.
inline ProbeReply to_reply(const ReceivedDatagram& datagram, std::uint16_t number)
{
    const auto from = datagram.from.address();
    return {number, from, from, std::nullopt, datagram.received, std::chrono::steady_clock::now()};
}

/// Takes the first of the replies that wait; nullopt: there are none.
inline std::optional<ProbeReply> take_first(std::deque<ProbeReply>& replies)
{
    if (replies.empty()) return std::nullopt;
    auto reply = std::move(replies.front());
    replies.pop_front();
    return reply;
}

}  // namespace libnet::inline v0::io
