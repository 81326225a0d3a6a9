#pragma once
// Bodies of libnet/engine/trace/path_watch.hpp.

#include <libnet/engine/trace/path_watch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <variant>

namespace libnet::inline v0 {

namespace detail {

constexpr std::size_t most_recent_rounds = 32;
constexpr std::size_t most_watched_routers = 64;

/// The first answer of a hop of one of these kinds; null: there is none.
template <typename... Kind>
const TraceHop* answer_of(const TracePathHop& hop, Kind... kind)
{
    for (const auto& outcome : hop.probes)
        if (const auto* answer = std::get_if<TraceHop>(&outcome); answer && ((answer->kind == kind) || ...))
            return answer;
    return nullptr;
}

/// A router's answer in transit, or the destination's: what shows the way.
inline const TraceHop* sight_of(const TracePathHop& hop)
{
    return answer_of(hop, TraceAnswer::time_exceeded, TraceAnswer::reached);
}

inline void count_answer(WatchedHop& hop, const TraceHop& answer)
{
    hop.last = answer;
    if (answer.kind == TraceAnswer::unreachable) {
        hop.refusal = answer.annotation;
        return hop.statistics.on_unreachable();
    }
    hop.reached = answer.kind == TraceAnswer::reached;
    hop.transit = hop.transit || !hop.reached;
    hop.statistics.on_answer(answer.rtt);
    auto router = std::ranges::find(hop.routers, answer.from, &WatchedRouter::address);
    if (router == hop.routers.end()) {
        if (hop.routers.size() == most_watched_routers) return;
        hop.routers.push_back({answer.from, {}});
        router = hop.routers.end() - 1;
    }
    router->statistics.on_answer(answer.rtt);
}

}  // namespace detail

LIBNETXX_DECL PathRouters routers_of(const TracePath& path)
{
    PathRouters routers;
    for (const auto& hop : path.hops) {
        if (hop.ttl == 0) continue;
        if (routers.size() < hop.ttl) routers.resize(hop.ttl);
        if (const auto* sight = detail::sight_of(hop)) routers[hop.ttl - 1U] = sight->from;
    }
    return routers;
}

LIBNETXX_DECL std::optional<PathChange> PathWatch::on_round(TracePath path, Time at)
{
    ++rounds_;
    if (path.hops.empty()) return std::nullopt;
    if (hops_.empty()) first_ttl_ = path.hops.front().ttl;
    const auto end = end_of(path);
    Round round{at, rounds_, std::move(path.hops), end};
    std::erase_if(round.hops, [end](const TracePathHop& hop) { return hop.ttl > end; });
    const bool arrived = !round.hops.empty() && detail::answer_of(round.hops.back(), TraceAnswer::reached) != nullptr;
    reached_ += arrived || went_beyond_ ? 1 : 0;

    count(round, 1, std::numeric_limits<std::uint8_t>::max());
    find_loops(round);
    trim();
    recent_.push_back(std::move(round));
    if (recent_.size() > detail::most_recent_rounds) recent_.pop_front();
    const auto change = find_change(recent_.back());
    if (!change) return std::nullopt;
    return begin_anew(*change);
}

/// The last TTL of which a round tells something.
LIBNETXX_DECL std::uint8_t PathWatch::end_of(const TracePath& path)
{
    const auto last = path.hops.back().ttl;
    went_beyond_ = false;
    for (const auto& hop : path.hops) {
        if (detail::answer_of(hop, TraceAnswer::unreachable) && !detail::sight_of(hop)) return hop.ttl;
        if (!detail::answer_of(hop, TraceAnswer::reached)) continue;
        const bool beyond = distance_ != 0 && hop.ttl > distance_;
        const bool in_between = std::ranges::any_of(path.hops, [&](const TracePathHop& other) {
            return other.ttl >= distance_ && other.ttl < hop.ttl && detail::sight_of(other) != nullptr;
        });
        // The probe with the destination's TTL was lost, the next one arrived: or silent routers have come in between,
        // which find_change() decides.
        if (beyond && !in_between && distance_ >= path.hops.front().ttl) {
            beyond_rounds_ = beyond_ == hop.ttl ? beyond_rounds_ + 1 : 1;
            beyond_ = hop.ttl;
            went_beyond_ = true;
            return distance_;
        }
        beyond_rounds_ = 0;
        distance_ = hop.ttl;
        return hop.ttl;
    }
    return std::min(last, end_of_unreached(path));
}

/// Where nothing has answered yet, one hop beyond the others stands for all of them.
LIBNETXX_DECL std::uint8_t PathWatch::end_of_unreached(const TracePath& path) const
{
    std::uint8_t end = distance_;
    for (const auto& hop : path.hops)
        if (detail::sight_of(hop)) end = std::max(end, hop.ttl);
    if (distance_ != 0) return end;
    for (const auto& hop : hops_)
        if (hop.last) end = std::max(end, hop.ttl);
    if (end == 0) return path.hops.front().ttl;
    return end == std::numeric_limits<std::uint8_t>::max() ? end : static_cast<std::uint8_t>(end + 1);
}

LIBNETXX_DECL WatchedHop* PathWatch::hop_of(std::uint8_t ttl)
{
    if (ttl < first_ttl_) return nullptr;
    while (hops_.size() <= static_cast<std::size_t>(ttl - first_ttl_)) {
        WatchedHop hop;
        hop.ttl = static_cast<std::uint8_t>(first_ttl_ + hops_.size());
        hops_.push_back(std::move(hop));
    }
    return &hops_[static_cast<std::size_t>(ttl - first_ttl_)];
}

/// Counts the hops of a round from `first` to `last`.
LIBNETXX_DECL void PathWatch::count(const Round& round, std::uint8_t first, std::uint8_t last)
{
    for (const auto& seen : round.hops) {
        WatchedHop* const hop = seen.ttl >= first && seen.ttl <= last ? hop_of(seen.ttl) : nullptr;
        if (hop == nullptr) continue;
        for (const auto& outcome : seen.probes)
            if (const auto* answer = std::get_if<TraceHop>(&outcome)) detail::count_answer(*hop, *answer);
            else hop->statistics.on_lost();
    }
}

/// The destination was taken to be farther away than it is, as its own probes were lost in the first rounds. Where branches
/// differ in length, a router has answered at its hop.
LIBNETXX_DECL void PathWatch::trim()
{
    const WatchedHop* destination = distance_ < first_ttl_ ? nullptr : hop_of(distance_);
    if (destination == nullptr || destination->transit || !destination->reached) return;
    while (hops_.back().ttl > distance_) hops_.pop_back();
}

/// A router that answers twice in a row may have forwarded what it should have dropped; with others in between, packets
/// come to it again.
LIBNETXX_DECL void PathWatch::find_loops(const Round& round)
{
    std::map<boost::asio::ip::address, std::uint8_t> seen;  // and where first
    for (const auto& hop : round.hops) {
        const auto* here = detail::answer_of(hop, TraceAnswer::time_exceeded);
        if (here == nullptr || hop.ttl < first_ttl_) continue;
        const auto [first, is_new] = seen.try_emplace(here->from, hop.ttl);
        WatchedHop& watched = *hop_of(hop.ttl);
        const bool again = !is_new && first->second + 1 < hop.ttl;
        watched.loop_of = again ? first->second : std::uint8_t{0};
        if (!again) watched.loop_rounds = 0;
        else if (watched.loop_rounds < 255) ++watched.loop_rounds;
    }
}

LIBNETXX_DECL std::optional<engine::PathChangeDetector::Change> PathWatch::find_change(const Round& round)
{
    std::vector<engine::PathChangeDetector::Sight> sights;
    for (const auto& hop : round.hops)
        for (const auto& outcome : hop.probes)
            if (const auto* answer = std::get_if<TraceHop>(&outcome);
                answer && answer->kind != TraceAnswer::unreachable)
                sights.push_back({hop.ttl, answer->from});
    if (const auto change = detector_.on_round(sights, round.end)) return change;

    // As often as this, the destination loses no probes: there are routers in front of it that are silent.
    if (beyond_rounds_ == 0 || distance_ < first_ttl_) return std::nullopt;
    const auto& destination = *hop_of(distance_);
    const auto rounds = beyond_rounds_;
    const auto lost = static_cast<double>(destination.statistics.sent() - destination.statistics.received());
    const auto before = std::max(0.0, lost - static_cast<double>(rounds));
    const double share = (before + 1) / (static_cast<double>(destination.statistics.sent()) + 2);
    if (-std::log2(share) * static_cast<double>(rounds) < engine::detail::certain_bits) return std::nullopt;
    const engine::PathChangeDetector::Change change{static_cast<std::size_t>(rounds - 1), distance_, beyond_};
    detector_.forget(distance_);
    distance_ = std::exchange(beyond_, std::uint8_t{0});
    beyond_rounds_ = 0;
    return change;
}

/// The last routers that the recent rounds from `first` on saw, up to `end`.
LIBNETXX_DECL PathRouters PathWatch::routers_in(std::size_t first, std::size_t end) const
{
    PathRouters routers;
    if (first >= end) return routers;
    routers.resize(recent_[end - 1].end);
    for (std::size_t i = first; i < end; ++i)
        for (const auto& hop : recent_[i].hops)
            if (const auto* sight = detail::sight_of(hop); sight && hop.ttl <= routers.size() && hop.ttl != 0)
                routers[hop.ttl - 1U] = sight->from;
    return routers;
}

LIBNETXX_DECL PathChange PathWatch::begin_anew(const engine::PathChangeDetector::Change& change)
{
    ++changes_;
    const auto ago = std::min(change.rounds_ago + 1, recent_.size());
    const auto first_new = recent_.size() - ago;
    PathChange told{recent_[first_new].at,
                    recent_[first_new].number,
                    rounds_,
                    change.first_ttl,
                    change.last_ttl,
                    routers_in(0, first_new),
                    routers_in(first_new, recent_.size())};

    const auto end = recent_.back().end;
    while (!hops_.empty() && hops_.back().ttl > end) hops_.pop_back();
    for (auto& hop : hops_) {
        if (hop.ttl < change.first_ttl || hop.ttl > change.last_ttl) continue;
        WatchedHop fresh;
        fresh.ttl = hop.ttl;
        hop = std::move(fresh);
    }
    for (auto i = first_new; i < recent_.size(); ++i)
        count(recent_[i], change.first_ttl, std::min(change.last_ttl, end));
    return told;
}

LIBNETXX_DECL std::vector<HopVerdict> PathWatch::verdicts() const
{
    constexpr std::uint8_t loop_is_certain = 2;
    std::vector<HopEvidence> evidence;
    for (const auto& hop : hops_) {
        const auto& n = hop.statistics;
        const bool loop = hop.loop_rounds >= loop_is_certain;
        evidence.push_back({hop.ttl, n.sent(), n.received(), n.unreachable(), hop.reached, hop.refusal == "!X",
                            loop ? hop.loop_of : std::uint8_t{0}});
    }
    return judge_hops(evidence);
}

LIBNETXX_DECL void PathWatch::reset()
{
    for (auto& hop : hops_) {
        WatchedHop fresh;
        fresh.ttl = hop.ttl;
        hop = std::move(fresh);
    }
    recent_.clear();
    rounds_ = reached_ = changes_ = 0;
    beyond_rounds_ = 0;
}

}  // namespace libnet::inline v0
