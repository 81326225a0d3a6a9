#pragma once
// A network namespace of netsim's own, so that no packet leaves the machine and none comes in.

#include <tests/lab/netsim/model.hpp>

namespace netsim {

/// Moves this process into fresh namespaces: network and mounts, and users where it isn't root. Throws Missing.
void enter_namespaces();

/// Settings that tools need: loopback is up, datagram pings are allowed, addresses are usable at once. With a DNS
/// server in the scenario, /etc/resolv.conf (seen from here only) names it. Throws Missing.
void set_up_namespace(const Scenario& scenario);

}  // namespace netsim
