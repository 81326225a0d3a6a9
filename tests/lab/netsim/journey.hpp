#pragma once
// A packet on its way, and the answer on its way back.

#include <tests/lab/netsim/random.hpp>
#include <tests/lab/netsim/routes.hpp>

#include <array>
#include <vector>

namespace netsim {

/// Where a packet is, how it came there, and what it has suffered.
struct Journey {
    struct Step {
        NodeIndex node = client;
        LinkIndex link = no_link;  ///< over which the node was reached
    };
    static constexpr std::size_t max_steps = 256;  ///< as many as a TTL can count

    /// What comes next. A copy goes on where its original was copied.
    enum class Stage : std::uint8_t {
        leave,   ///< the node, over a link
        arrive,  ///< at the node behind that link
        settle,  ///< the node decides what becomes of it
    };

    Duration at{};
    Stage stage = Stage::leave;
    unsigned ttl = 0;
    const Tree* tree = nullptr;            ///< towards its destination
    const HostRange* range = nullptr;      ///< that the destination is in
    std::optional<Address> source_seen{};  ///< since a node rewrote it
    bool duplicate = false, corrupt = false, late = false, reordered = false;
    std::size_t steps = 1;
    std::array<Step, max_steps> way;  ///< [0] is the client

    const Step& here() const { return way[steps - 1]; }
};

/// Lets a packet pass through a link or a node. False: it is lost there. A copy that arises goes into `copies`.
inline bool pass(const Impairment& impairment, Journey& journey, Random& random, std::vector<Journey>& copies)
{
    if (random.happens(impairment.loss)) return false;
    journey.at += impairment.delay;
    if (impairment.jitter > Duration{})
        journey.at +=
            Duration{static_cast<Duration::rep>(random.share() * static_cast<double>(impairment.jitter.count()))};
    if (random.happens(impairment.reorder)) {
        journey.at += impairment.reorder_by;
        journey.reordered = true;
    }
    if (random.happens(impairment.late)) {
        journey.at += impairment.late_by;
        journey.late = true;
    }
    if (random.happens(impairment.corrupt)) journey.corrupt = true;
    if (random.happens(impairment.duplicate)) {
        copies.push_back(journey);
        copies.back().duplicate = true;
        copies.back().at += impairment.duplicate_after;
    }
    return true;
}

}  // namespace netsim
