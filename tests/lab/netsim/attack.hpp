#pragma once
// Packets that answer nothing.

#include <tests/lab/netsim/packet.hpp>
#include <tests/lab/netsim/record.hpp>

#include <cstdint>
#include <vector>

namespace netsim {

/// Plays the attackers of a scenario. They see what passes, as a host on the path would.
class Attack {
public:
    explicit Attack(const std::vector<Attacker>& attackers);

    bool idle() const noexcept { return attackers_.empty(); }
    void on_request(const Packet& packet);
    void on_reply(const Record& record, std::span<const std::byte> packet);

    std::optional<Duration> next_deadline() const;
    void advance(Duration now, Sink& sink);

private:
    struct State {
        Attacker attacker;
        Duration next;
        std::uint64_t sent = 0;
    };

    void strike(State& state, Sink& sink);
    bool forge(const State& state);
    bool replay(const State& state);
    bool quote(const State& state);

    static constexpr std::size_t max_replies = 1024;  ///< that are remembered to be replayed
    std::vector<State> attackers_;
    Bytes request_;  ///< the last echo request
    Bytes probe_;    ///< the last packet of all
    std::uint64_t random_ = 1;
    std::vector<Bytes> replies_;
    std::size_t next_reply_ = 0;
    Bytes packet_;
};

}  // namespace netsim
