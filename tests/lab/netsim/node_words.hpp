#pragma once
// What may be said about a node or a link, except how they are connected.

#include <tests/lab/netsim/section.hpp>

namespace netsim {

/// delay, jitter, loss, duplicate, ... of nodes and links.
void read_impairment(Section& section, Impairment& impairment);

/// Everything about a node but `balance`, which names others.
void read_node(Section& section, Node& node);

}  // namespace netsim
