#pragma once
// Bodies of libnet/engine/trace/path_change.hpp.

#include <libnet/engine/trace/path_change.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// A change is told when chance has less than 2 to the minus this.
constexpr double certain_bits = 24;

/// A hop with more routers changes all the time.
constexpr std::size_t most_routers = 64;

}  // namespace detail

/// The hop shares its load: what was novel is known.
LIBNETXX_DECL void PathChangeDetector::Hop::take_back()
{
    for (const auto& [router, times] : novel) known[router] += times;
    observations += novelties;
    novel.clear();
    novelties = 0;
}

/// The improbability of the novelties without a change, in bits: that of the most likely number of unseen routers.
LIBNETXX_DECL double PathChangeDetector::Hop::surprise() const
{
    const auto routers = static_cast<double>(known.size());
    const double again = static_cast<double>(observations) - routers;  // a router's first sight tells nothing
    const auto fresh = static_cast<double>(novelties);
    if (novelties == 0 || again <= 0) return 0;
    const double share = std::min(again / (again + fresh), routers / (routers + 1));
    return -again * std::log2(share) - fresh * std::log2(1 - share);
}

LIBNETXX_DECL void PathChangeDetector::observe(Hop& hop, const Address& router)
{
    const auto known = hop.known.find(router);
    if (known != hop.known.end()) {
        hop.take_back();
        ++known->second;
        ++hop.observations;
    } else if (hop.known.empty()) {
        hop.known.emplace(router, 1);
        hop.observations = 1;
    } else if (hop.known.size() + hop.novel.size() < detail::most_routers || hop.novel.contains(router)) {
        if (hop.novelties++ == 0) hop.since = round_;
        hop.latest = round_;
        ++hop.novel[router];
    }
}

LIBNETXX_DECL std::optional<PathChangeDetector::Change> PathChangeDetector::on_round(std::span<const Sight> sights,
                                                                                     std::uint8_t end)
{
    ++round_;
    for (const auto& sight : sights) {
        if (sight.ttl == 0) continue;
        if (hops_.size() < sight.ttl) hops_.resize(sight.ttl);
        observe(hops_[sight.ttl - 1U], sight.router);
    }

    double surprise = 0;
    std::optional<std::size_t> first;
    std::size_t last = 0;
    std::uint64_t since = round_;
    for (std::size_t i = 0; i < hops_.size(); ++i) {
        const auto& hop = hops_[i];
        if (hop.novelties == 0) continue;
        // A novelty at some hop or other comes in every round of a path that shares its load.
        const std::uint64_t rounds_needed = hop.known.size() == 1 ? 1 : 2;
        if (hop.latest >= hop.since + rounds_needed) surprise += hop.surprise();
        first = first.value_or(i);
        last = i;
        since = std::min(since, hop.since);
    }
    if (surprise < detail::certain_bits) return std::nullopt;
    accept(*first, end);
    return Change{static_cast<std::size_t>(round_ - since), static_cast<std::uint8_t>(*first + 1),
                  static_cast<std::uint8_t>(last + 1)};
}

/// The new path is the known one. What lay behind the destination of one that has become shorter is forgotten.
LIBNETXX_DECL void PathChangeDetector::accept(std::size_t first, std::uint8_t end)
{
    for (std::size_t i = first; i < hops_.size(); ++i) {
        auto& hop = hops_[i];
        if (hop.novelties == 0 && i < end) continue;
        hop.known = std::exchange(hop.novel, {});
        hop.observations = std::exchange(hop.novelties, 0);
    }
}

LIBNETXX_DECL void PathChangeDetector::forget(std::uint8_t first_ttl)
{
    const auto kept = std::max<std::size_t>(first_ttl, 1) - 1;
    if (kept < hops_.size()) hops_.resize(kept);
}

}  // namespace libnet::inline v0::engine
