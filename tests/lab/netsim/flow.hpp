#pragma once
// Which of several next hops a packet takes.

#include <libnet/base/siphash.hpp>
#include <tests/lab/netsim/packet.hpp>

namespace netsim {

/// A number that is the same for all packets of a flow, as a router sees flows. Its secret is made of seed and node:
/// two routers in a row choose independently.
std::uint64_t flow_hash(const Packet& packet, Balance::By by, bool icmp_checksum, std::uint64_t seed, NodeIndex node);

/// The branch for a hash, weights respected.
NodeIndex choose_branch(const Balance& balance, std::uint64_t hash);

}  // namespace netsim
