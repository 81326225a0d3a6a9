#pragma once
// Bodies of libnet/engine/query/interface_state.hpp.

#include <libnet/engine/query/interface_state.hpp>
#include <libnet/wire/icmp/icmp.hpp>

namespace libnet::inline v0 {

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const InterfaceState& state)
{
    out << state.address << ": ";
    if (state.outcome == InterfaceState::Outcome::no_answer) return out << "no answer to " << state.probes << " probes";
    if (state.error)
        return out << wire::icmp_words(wire::version_of(state.address), state.error->type, state.error->code)
                   << ", from " << state.error->from;
    out << wire::extended_echo_words(state.code);
    if (state.neighbour != NeighbourState::none) out << ", neighbour " << wire::neighbour_words(state.neighbour);
    out << (state.active ? ", active" : "") << (state.ipv4 ? ", IPv4" : "") << (state.ipv6 ? ", IPv6" : "");
    return out << ", " << state.rtt.count() << "ns";
}

}  // namespace libnet::inline v0
