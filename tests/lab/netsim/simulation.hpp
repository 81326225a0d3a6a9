#pragma once
// Plays every router and host of a scenario, without a socket or a clock.

#include <tests/lab/netsim/record.hpp>

#include <memory>
#include <optional>

namespace netsim {

/// Decides what becomes of each packet at the moment it comes in: its whole way there and back is walked through at
/// once, and delays are summed up on the way. The network is the one of the moment when the packet is read; a router's
/// tokens are those of the moment when the packet reaches it.
class Simulation {
public:
    explicit Simulation(const Scenario& scenario);
    ~Simulation();

    /// A packet from the tool, from its IP header on, read at `now`. Tells `sink` everything that comes of it.
    void on_packet(std::span<const std::byte> packet, Duration now, Sink& sink);

    /// When an attacker sends next; nullopt: never.
    std::optional<Duration> next_deadline() const;

    /// Lets the attackers send what is due.
    void advance(Duration now, Sink& sink);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace netsim
