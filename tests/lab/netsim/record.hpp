#pragma once
// What became of a packet: a line of the log, and what the counters count.

#include <tests/lab/netsim/model.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace netsim {

/// What was done with a packet.
enum class Did : std::uint8_t {
    answered,  ///< by a host: echo reply, SYN-ACK, RST, DNS answer, or an ICMP error that the scenario asks it for
    refused,   ///< by an ICMP error of a node on the way, or one that says the packet was not deliverable
    dropped,   ///< on the way there, or at the host
    unheard,   ///< the answer was dropped on the way back
    forged,    ///< an attacker's packet: the answer to nothing
};

/// Why: static strings such as "echo", "ttl", "loss", "silent", "rate limit", "no route", "down", "mtu", "unreachable".
using Reason = std::string_view;

/// One packet of the tool and one thing that came of it. Where an answer is duplicated there are two records with the
/// same `in`, the second with `duplicate` set.
struct Record {
    Duration in{};   ///< when the packet was read
    Duration due{};  ///< when the answer should be written; nothing is written for `dropped` and `unheard`
    IpVersion version = IpVersion::v4;
    std::uint8_t protocol = 0;
    std::uint8_t ttl = 0;  ///< or hop limit, as the tool sent it
    Address source, destination;
    std::uint16_t source_port = 0, destination_port = 0;  ///< of echo: identifier and sequence
    NodeIndex node = 0;                                   ///< where it ended
    Did did = Did::dropped;
    Reason why;
    bool duplicate = false, corrupt = false, late = false, reordered = false;  ///< of the answer
};

/// Receives what a Simulation decides.
class Sink {
public:
    virtual ~Sink() = default;
    /// `packet` shall be written to the tool at `record.due`. It is valid during the call only.
    virtual void answer(const Record& record, std::span<const std::byte> packet) = 0;
    /// Nothing comes back.
    virtual void drop(const Record& record) = 0;
};

}  // namespace netsim
