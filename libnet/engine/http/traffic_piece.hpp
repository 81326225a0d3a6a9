#pragma once
// What a server's traffic was in a short time: for a page that shows it as it happens.

#include <libnet/base/histogram.hpp>
#include <libnet/base/top_counts.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// A request that is over. The views are good during the call that gets it.
struct TrafficSample {
    boost::asio::ip::address client{};
    std::string_view method{}, target{}, user_agent{};
    std::string_view origin{};  ///< the server that a proxy sent it to; empty: there is none
    std::string_view reason{};  ///< why it was refused or failed; empty: it was served
    std::string_view rule{};    ///< that refused it; empty: none did
    unsigned status = 0;        ///< 0: nothing was sent
    bool is_tunnel = false;     ///< its duration says nothing of how slow the server is
    std::chrono::nanoseconds duration{};
    std::uint64_t sent = 0, received = 0;
};

/// A request that took long.
struct SlowRequest {
    std::chrono::nanoseconds duration{};
    std::string client{}, method{}, target{};
    unsigned status = 0;
    std::int64_t second = 0;  ///< when it ended
    friend bool operator==(const SlowRequest&, const SlowRequest&) = default;
};

/// Theory of operation. Every request is counted. What it was about (which file, client, origin, agent, rule) is looked at only
/// while `watches`, and then for each request of the first `looked_at` of a piece; beyond, for one in `share`, which then counts
/// as so many. So a page costs a busy server little, and shows each request of a quiet one.
struct TrafficPiece {
    static constexpr std::size_t most_slow = 10, longest = 200;
    static constexpr std::uint64_t looked_at = 500, share = 16;

    std::uint64_t requests = 0, refused = 0, sent = 0, received = 0;
    std::array<std::uint64_t, 6> classes{};  ///< by the first digit of the status; 0: none was sent
    base::Histogram latencies{};             ///< microseconds; without tunnels
    base::TopCounts targets{}, clients{}, origins{}, agents{}, refusals{}, statuses{};
    std::vector<SlowRequest> slow{};  ///< the slowest first

    /// `second` is the time of the page's clock.
    void add(const TrafficSample& sample, bool watches, std::int64_t second)
    {
        ++requests;
        if (!sample.reason.empty()) ++refused;
        sent += sample.sent;
        received += sample.received;
        const auto kind = sample.status / 100;
        ++classes[kind < classes.size() ? kind : 0];
        if (!sample.is_tunnel) latencies.add(static_cast<std::uint64_t>(sample.duration.count() / 1000));
        if (!watches) return;
        if (!sample.is_tunnel) note_slow(sample, second);
        if (!sample.reason.empty()) count_refusal(sample);
        const bool all = requests <= looked_at;
        if (all || requests % share == 0) look_at(sample, all ? 1 : share);
    }

    void merge(const TrafficPiece& other)
    {
        requests += other.requests;
        refused += other.refused;
        sent += other.sent;
        received += other.received;
        for (std::size_t i = 0; i < classes.size(); ++i) classes[i] += other.classes[i];
        latencies.merge(other.latencies);
        targets.merge(other.targets);
        clients.merge(other.clients);
        origins.merge(other.origins);
        agents.merge(other.agents);
        refusals.merge(other.refusals);
        statuses.merge(other.statuses);
        for (const auto& one : other.slow) keep(slow, one, most_slow);
    }

    /// Keeps the slowest.
    static void keep(std::vector<SlowRequest>& slow, const SlowRequest& one, std::size_t most)
    {
        const auto place = std::ranges::upper_bound(slow, one.duration, std::greater{}, &SlowRequest::duration);
        if (place == slow.end() && slow.size() >= most) return;
        slow.insert(place, one);
        if (slow.size() > most) slow.pop_back();
    }

private:
    /// That of a Unix socket has no address: as the log has it.
    static std::string client_of(const TrafficSample& sample)
    {
        return sample.client.is_unspecified() ? "unix:" : sample.client.to_string();
    }

    void note_slow(const TrafficSample& sample, std::int64_t second)
    {
        if (slow.size() >= most_slow && sample.duration <= slow.back().duration) return;
        keep(slow,
             {sample.duration, client_of(sample), std::string{sample.method.substr(0, 32)},
              std::string{sample.target.substr(0, longest)}, sample.status, second},
             most_slow);
    }

    void count_refusal(const TrafficSample& sample)
    {
        std::string why{sample.reason};
        if (!sample.rule.empty()) why.append(" \xE2\x80\x94 ").append(sample.rule);
        refusals.add(why);
    }

    void look_at(const TrafficSample& sample, std::uint64_t weight)
    {
        std::array<char, 16> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sample.status).ptr;
        statuses.add({digits.data(), static_cast<std::size_t>(end - digits.data())}, weight);
        targets.add(sample.target, weight, weight * sample.sent);
        clients.add(client_of(sample), weight, weight * sample.sent);
        if (!sample.origin.empty()) origins.add(sample.origin, weight, weight * sample.sent);
        if (!sample.user_agent.empty()) agents.add(sample.user_agent, weight, weight * sample.sent);
    }
};

}  // namespace libnet::inline v0::engine
