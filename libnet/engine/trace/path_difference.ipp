#pragma once
// Bodies of libnet/engine/trace/path_difference.hpp.

#include <libnet/engine/trace/path_difference.hpp>

#include <algorithm>
#include <map>

namespace libnet::inline v0 {

namespace detail {

using HopsByTtl = std::map<std::uint8_t, ExpectedHop>;

/// A TTL that is told twice is one hop.
LIBNETXX_DECL HopsByTtl by_ttl(const std::vector<ExpectedHop>& hops)
{
    HopsByTtl result;
    for (const auto& hop : hops) {
        auto& merged = result[hop.ttl];
        merged.ttl = hop.ttl;
        merged.routers.insert(hop.routers.begin(), hop.routers.end());
        merged.reached = merged.reached || hop.reached;
    }
    return result;
}

/// 0: the destination wasn't reached.
LIBNETXX_DECL unsigned distance_in(const HopsByTtl& hops)
{
    const auto found = std::ranges::find_if(hops, [](const auto& entry) { return entry.second.reached; });
    return found == hops.end() ? 0 : found->first;
}

LIBNETXX_DECL std::string list_of(const std::set<boost::asio::ip::address>& routers)
{
    std::string text;
    for (const auto& router : routers) text += (text.empty() ? "" : " or ") + router.to_string();
    return text;
}

}  // namespace detail

LIBNETXX_DECL std::vector<std::string> path_differences(const std::vector<ExpectedHop>& expected,
                                                        const std::vector<ExpectedHop>& found)
{
    const auto before = detail::by_ttl(expected), now = detail::by_ttl(found);
    std::vector<std::string> differences;
    for (const auto& [ttl, hop] : now) {
        const auto known = before.find(ttl);
        if (known == before.end() || known->second.routers.empty()) continue;
        for (const auto& router : hop.routers)
            if (!known->second.routers.contains(router))
                differences.push_back("hop " + std::to_string(ttl) + ": expected " +
                                      detail::list_of(known->second.routers) + ", found " + router.to_string());
    }
    const auto far = detail::distance_in(before), far_now = detail::distance_in(now);
    if (far != 0 && far_now == 0)
        differences.push_back("expected the destination at hop " + std::to_string(far) + ", it wasn't reached");
    else if (far != 0 && far != far_now)
        differences.push_back("expected the destination at hop " + std::to_string(far) + ", found it at hop " +
                              std::to_string(far_now));
    return differences;
}

}  // namespace libnet::inline v0
