#pragma once
// Paths that are made up for a test, and rounds of probes over them: what a tracer would report.

#include <libnet/engine/trace/trace_path.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace libnet::test {

/// A router of a made-up path, or its destination at the end.
struct MadeHop {
    std::vector<boost::asio::ip::address> routers{};  ///< which share the load packet by packet
    double link_loss = 0;                             ///< of the link in front of it, there and back
    double answers = 1;                               ///< the share of probes that it cares to answer
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

class MadeNetwork {
public:
    explicit MadeNetwork(std::uint32_t seed) : random_{seed} {}

    std::mt19937& random() { return random_; }
    bool chance(double share) { return std::uniform_real_distribution<>{0, 1}(random_) < share; }
    double between(double least, double most) { return std::uniform_real_distribution<>{least, most}(random_); }
    std::size_t number(std::size_t least, std::size_t most)
    {
        return std::uniform_int_distribution<std::size_t>{least, most}(random_);
    }

    /// One probe to each hop, and some beyond the destination when its own one was lost, as a tracer sends them.
    TracePath round(MadePath& path)
    {
        constexpr std::size_t beyond = 5;
        TracePath traced;
        traced.target = path.hops.back().routers.front();
        traced.stop_reason = TraceStop::max_ttl;
        for (auto& hop : path.hops) hop.tokens = std::min(6.0, hop.tokens + hop.bucket);
        for (std::size_t i = 0; i < path.hops.size() + beyond; ++i) {
            const auto ttl = static_cast<std::uint8_t>(i + 1);
            auto outcome = probe(path, ttl);
            const auto* answer = std::get_if<TraceHop>(&outcome);
            const bool end = answer && answer->kind == TraceAnswer::reached;
            traced.hops.push_back({ttl, {std::move(outcome)}});
            if (!end) continue;
            traced.stop_reason = TraceStop::reached;
            break;
        }
        return traced;
    }

private:
    TraceOutcome probe(MadePath& path, std::uint8_t ttl)
    {
        const auto at = std::min<std::size_t>(ttl, path.hops.size()) - 1;
        auto& hop = path.hops[at];
        bool lost = hop.silent || !chance(hop.answers);
        for (std::size_t i = 0; i <= at; ++i) lost = chance(path.hops[i].link_loss) || lost;
        if (!lost && hop.bucket != 0) {
            lost = hop.tokens < 1;
            if (!lost) hop.tokens -= 1;
        }
        if (lost) return TraceLost{{}, ttl, 1};
        const bool arrived = at + 1 == path.hops.size();
        TraceHop answer;
        answer.ttl = ttl;
        answer.probe = 1;
        answer.from = hop.routers[number(0, hop.routers.size() - 1)];
        answer.rtt = std::chrono::microseconds{1000 * static_cast<std::int64_t>(at + 1) +
                                               static_cast<std::int64_t>(number(0, 500))};
        answer.kind = arrived ? TraceAnswer::reached : TraceAnswer::time_exceeded;
        return answer;
    }

    std::mt19937 random_;
};

}  // namespace libnet::test
