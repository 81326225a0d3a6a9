#pragma once
// Bodies of libnet/engine/query/narrow_links.hpp.

#include <libnet/engine/query/narrow_links.hpp>

#include <algorithm>
#include <variant>

namespace libnet::inline v0 {

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NarrowLink& link)
{
    out << "Link{" << int{link.ttl} << " > " << int{link.next_ttl};
    if (!link.router.is_unspecified()) out << ", " << link.router;
    return out << ", " << link.mtu << (link.told ? ", told}" : ", in silence}");
}

namespace engine {

namespace detail {

/// The hop at which this router answered first; 0: it didn't.
LIBNETXX_DECL std::uint8_t ttl_of(const TracePath& path, const asio::ip::address& router)
{
    for (const auto& hop : path.hops)
        for (const auto& outcome : hop.probes)
            if (const auto* answer = std::get_if<TraceHop>(&outcome); answer && answer->from == router) return hop.ttl;
    return 0;
}

}  // namespace detail

LIBNETXX_DECL std::vector<NarrowLink> told_links(const TracePath& path, const PathMtu& found)
{
    std::vector<NarrowLink> links;
    for (const auto& step : found.steps) {
        const bool here = step.outcome == PathMtuOutcome::too_big_here;
        if (!here && step.outcome != PathMtuOutcome::too_big) continue;
        const auto ttl = here ? std::uint8_t{0} : detail::ttl_of(path, step.from);
        const auto next = here || ttl != 0 ? static_cast<std::uint8_t>(ttl + 1) : std::uint8_t{0};
        NarrowLink link{ttl, next, step.from, step.told.value_or(0), true};
        // That a packet with an octet more doesn't get through was tried: what the last router told is right, or corrected.
        if (found.limit == PathMtuLimit::router && step.from == found.told_by) link.mtu = found.mtu;
        if (link.mtu != 0 && link.mtu < found.mtu) continue;
        const auto known =
            std::ranges::find_if(links, [&](const NarrowLink& other) { return other.router == link.router; });
        if (known == links.end()) links.push_back(link);
        else *known = link;
    }
    std::ranges::stable_sort(links, {}, [](const NarrowLink& link) { return link.next_ttl == 0 ? 256 : link.ttl; });
    return links;
}

LIBNETXX_DECL BlackHoleSearch::BlackHoleSearch(const TracePath& path, const PathMtu& found) : mtu_{found.mtu}, hops_{{}}
{
    if (!found.black_hole() || !path.reached()) return;
    for (const auto& hop : path.hops) {
        const auto* answer = static_cast<const TraceHop*>(nullptr);
        for (const auto& outcome : hop.probes)
            if (answer == nullptr) answer = std::get_if<TraceHop>(&outcome);
        if (answer == nullptr || answer->kind == TraceAnswer::unreachable) continue;
        hops_.push_back({hop.ttl, answer->from});
        if (answer->kind == TraceAnswer::reached) break;
    }
    stopped_ = hops_.size() - 1;
    // Where a router tells that it can't forward even more than that, packets of this size got as far as it.
    for (const auto& link : told_links(path, found))
        for (std::size_t at = 1; at < stopped_; ++at)
            if (link.ttl == hops_[at].ttl) passed_ = std::max(passed_, at);
}

LIBNETXX_DECL std::optional<std::uint8_t> BlackHoleSearch::next() const
{
    if (stopped_ - passed_ < 2 || stopped_ == 0) return std::nullopt;
    return hops_[middle()].ttl;
}

LIBNETXX_DECL void BlackHoleSearch::on_result(bool answered)
{
    if (!next()) return;
    if (!answered && ++silent_ < attempts) return;
    silent_ = 0;
    (answered ? passed_ : stopped_) = middle();
}

LIBNETXX_DECL std::optional<NarrowLink> BlackHoleSearch::link() const
{
    if (stopped_ == 0) return std::nullopt;
    return NarrowLink{hops_[passed_].ttl, hops_[stopped_].ttl, hops_[passed_].router, mtu_, false};
}

}  // namespace engine

}  // namespace libnet::inline v0
