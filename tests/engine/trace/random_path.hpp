#pragma once
// Paths that are made up for a test, and rounds of probes over them: what a tracer would report.

#include <libnet/engine/trace/trace_path.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace libnet::test {

/// A router of a made-up path, or its destination at the end.
struct MadeHop {
    std::vector<boost::asio::ip::address> routers{};  ///< which share the load packet by packet
    double link_loss = 0;                             ///< of the link in front of it, there and back
    double answers = 1;                               ///< the share of probes that it answers
    double bucket = 0;                                ///< answers a round, with a burst of 6; 0: no limit
    double tokens = 6;
    bool silent = false;
};

struct MadePath {
    std::vector<MadeHop> hops{};  ///< the last one is the destination
};

inline boost::asio::ip::address made_address(std::uint32_t number)
{
    return boost::asio::ip::address_v4{0x0A000000U + number};
}

/// A path of so many hops, whose routers have addresses from `first` on.
inline MadePath made_path(std::size_t hops, std::uint32_t first = 1)
{
    MadePath path;
    for (std::size_t i = 0; i < hops; ++i) {
        MadeHop hop;
        hop.routers.push_back(made_address(first + static_cast<std::uint32_t>(i) * 16));
        path.hops.push_back(hop);
    }
    return path;
}

/// The dice are SplitMix64 (Steele, Lea and Flood 2014): those of the standard library cost more than what is tested.
class MadeNetwork {
public:
    explicit MadeNetwork(std::uint64_t seed) : state_{seed} {}

    bool chance(double share) { return share > 0 && (share >= 1 || fraction() < share); }
    double between(double least, double most) { return least + (most - least) * fraction(); }
    std::size_t number(std::size_t least, std::size_t most)
    {
        return least + static_cast<std::size_t>(throw_dice() % (most - least + 1));
    }

    /// One probe to each hop: whether it was answered, in `answered`, which is as long as the path.
    void answers(MadePath& path, std::vector<bool>& answered)
    {
        refill(path);
        double survives = 1;
        for (std::size_t at = 0; at < path.hops.size(); ++at)
            answered[at] = is_answered(path.hops[at], survives *= 1 - path.hops[at].link_loss);
    }

    /// One probe to each hop, and some beyond the destination when its own one was lost, as a tracer sends them.
    TracePath round(MadePath& path)
    {
        constexpr std::size_t beyond = 5;
        TracePath traced;
        traced.target = path.hops.back().routers.front();
        traced.stop_reason = TraceStop::max_ttl;
        traced.hops.reserve(path.hops.size() + beyond);
        refill(path);
        double survives = 1;  // as far as the hop
        for (std::size_t i = 0; i < path.hops.size() + beyond; ++i) {
            const auto at = std::min(i, path.hops.size() - 1);
            if (i == at) survives *= 1 - path.hops[at].link_loss;
            traced.hops.push_back(probe(path, static_cast<std::uint8_t>(i + 1), survives));
            if (!is_end(traced.hops.back())) continue;
            traced.stop_reason = TraceStop::reached;
            break;
        }
        return traced;
    }

    /// What comes of a probe with this TTL. `survives`: the share of probes that get there, and whose answers come back.
    TracePathHop probe(MadePath& path, std::uint8_t ttl, double survives = 1)
    {
        const auto at = std::min<std::size_t>(ttl, path.hops.size()) - 1;
        auto& hop = path.hops[at];
        TracePathHop traced;
        traced.ttl = ttl;
        if (is_answered(hop, survives)) traced.probes.emplace_back(answer(hop, ttl, at + 1 == path.hops.size()));
        else traced.probes.emplace_back(TraceLost{{}, ttl, 1});
        return traced;
    }

    /// The destination answered.
    static bool is_end(const TracePathHop& hop)
    {
        const auto* answer = std::get_if<TraceHop>(&hop.probes.front());
        return answer != nullptr && answer->kind == TraceAnswer::reached;
    }

    /// Which router a probe to this hop shows.
    const boost::asio::ip::address& router(const MadeHop& hop)
    {
        return hop.routers.size() == 1 ? hop.routers.front() : hop.routers[number(0, hop.routers.size() - 1)];
    }

private:
    std::uint64_t throw_dice()
    {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    double fraction() { return static_cast<double>(throw_dice() >> 11) * 0x1.0p-53; }

    static void refill(MadePath& path)
    {
        for (auto& hop : path.hops)
            if (hop.bucket != 0) hop.tokens = std::min(6.0, hop.tokens + hop.bucket);
    }

    bool is_answered(MadeHop& hop, double survives)
    {
        if (hop.silent || !chance(survives * hop.answers)) return false;
        if (hop.bucket == 0) return true;
        if (hop.tokens < 1) return false;
        hop.tokens -= 1;
        return true;
    }

    TraceHop answer(const MadeHop& hop, std::uint8_t ttl, bool arrived)
    {
        TraceHop answer;
        answer.ttl = ttl;
        answer.probe = 1;
        answer.from = router(hop);
        answer.rtt = std::chrono::microseconds{1000 * std::int64_t{ttl} + static_cast<std::int64_t>(number(0, 500))};
        answer.kind = arrived ? TraceAnswer::reached : TraceAnswer::time_exceeded;
        return answer;
    }

    std::uint64_t state_;
};

}  // namespace libnet::test
