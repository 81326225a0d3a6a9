#pragma once
// What servers have counted since they began: for metrics and status pages.

#include <libnet/access_record.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

namespace libnet::inline v0 {

/// Upper bounds of the latency histogram's buckets, in seconds; what took longer is in one more bucket.
constexpr std::array<double, 12> latency_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30};

/// A sum over servers.
struct ServerCounts {
    std::uint64_t connections = 0;                 ///< open now
    std::array<std::uint64_t, 6> requests{};       ///< by the first digit of the status; 0: none was sent
    std::uint64_t refused = 0;                     ///< of the requests: those refused or failed, with a reason
    std::map<unsigned, std::uint64_t> refusals{};  ///< the same by status; 0: no answer was sent
    std::uint64_t upstreams_opened = 0;            ///< requests of a proxy for which a connection was opened
    std::uint64_t upstreams_reused = 0;            ///< those that went on one that had served others
    std::uint64_t cache_hits = 0;                  ///< requests for files whose cache had all that they needed
    std::uint64_t cache_misses = 0;                ///< those for which something had to be looked up
    std::uint64_t cache_evictions = 0;             ///< what was forgotten because there was no more room
    std::uint64_t bytes_sent = 0;                  ///< of contents and tunnels, to clients
    std::uint64_t bytes_received = 0;              ///< of contents and tunnels, from clients
    std::uint64_t latency_ns = 0;                  ///< of all requests together
    std::array<std::uint64_t, latency_bounds.size() + 1> latencies{};  ///< requests by bucket, each for itself
    std::map<std::string_view, std::uint64_t>
        verdicts{};  ///< requests of a proxy by HttpForwarding::verdict, which is static

    ServerCounts& operator+=(const ServerCounts& other)  ///< adds another server's
    {
        connections += other.connections;
        for (std::size_t i = 0; i < requests.size(); ++i) requests[i] += other.requests[i];
        refused += other.refused;
        for (const auto& [status, count] : other.refusals) refusals[status] += count;
        upstreams_opened += other.upstreams_opened;
        upstreams_reused += other.upstreams_reused;
        cache_hits += other.cache_hits;
        cache_misses += other.cache_misses;
        cache_evictions += other.cache_evictions;
        bytes_sent += other.bytes_sent;
        bytes_received += other.bytes_received;
        latency_ns += other.latency_ns;
        for (std::size_t i = 0; i < latencies.size(); ++i) latencies[i] += other.latencies[i];
        for (const auto& [verdict, count] : other.verdicts) verdicts[verdict] += count;
        return *this;
    }
};

/// Counts one request. For one thread.
inline void count(ServerCounts& counts, const AccessRecord& record)
{
    const auto kind = record.status / 100;
    ++counts.requests[kind < counts.requests.size() ? kind : 0];
    if (!record.reason.empty()) {
        ++counts.refused;
        ++counts.refusals[record.status < 600 ? record.status : 0];
    }
    if (const auto* const forwarding = record.forwarding; forwarding != nullptr) {
        ++counts.verdicts[forwarding->verdict];
        const bool has_upstream = !forwarding->upstream.is_unspecified();
        if (has_upstream) ++(forwarding->was_connected ? counts.upstreams_reused : counts.upstreams_opened);
    }
    if (record.cache == engine::CacheUse::hit) ++counts.cache_hits;
    if (record.cache == engine::CacheUse::miss) ++counts.cache_misses;
    counts.bytes_sent += record.bytes_sent;
    counts.bytes_received += record.bytes_received;
    counts.latency_ns += static_cast<std::uint64_t>(record.duration.count());
    const double seconds = std::chrono::duration<double>{record.duration}.count();
    std::size_t bucket = 0;
    while (bucket < latency_bounds.size() && seconds > latency_bounds[bucket]) ++bucket;
    ++counts.latencies[bucket];
}

}  // namespace libnet::inline v0
