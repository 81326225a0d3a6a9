#pragma once
// The hosts of a run of fping, and their numbers.

#include <libnet/engine/ping/ping_events.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libnet::apps::fping {

namespace asio = boost::asio;

/// Probes count when they end, so that none is lost because its answer is still under way.
struct Numbers {
    std::uint64_t sent = 0, received = 0;
    std::chrono::nanoseconds min{}, max{}, sum{};

    void lost() { ++sent; }
    void answered(std::chrono::nanoseconds time)
    {
        ++sent;
        ++received;
        min = received == 1 ? time : std::min(min, time);
        max = std::max(max, time);
        sum += time;
    }
    std::chrono::nanoseconds mean() const
    {
        return sum / static_cast<std::int64_t>(std::max<std::uint64_t>(received, 1));
    }
    /// In percent, rounded down.
    std::uint64_t loss() const { return sent == 0 ? 0 : (sent - received) * 100 / sent; }
    std::uint64_t returned() const { return sent == 0 ? 0 : received * 100 / sent; }
};

/// One address that is pinged.
struct Host {
    std::string name;   ///< as it was given
    std::string shown;  ///< as lines call it
    asio::ip::address address;
    PingTarget target{};                 ///< of its last stream
    std::chrono::nanoseconds timeout{};  ///< grows with each retry
    std::uint64_t last_lost = 0;         ///< sequence of the last probe that is known to have no answer in time
    Numbers all, split;                  ///< since the start, since the last summary
    std::vector<std::chrono::nanoseconds> times;  ///< for -C; `no_time` for a lost probe

    static constexpr std::chrono::nanoseconds no_time{-1};

    void answered(std::chrono::nanoseconds time)
    {
        all.answered(time);
        split.answered(time);
    }
    void lost()
    {
        all.lost();
        split.lost();
    }
    /// The probe with this sequence took so long.
    void note_time(std::uint64_t sequence, std::chrono::nanoseconds time)
    {
        if (times.size() < sequence) times.resize(sequence, no_time);
        times[sequence - 1] = time;
    }
};

/// What -s tells.
struct Totals {
    std::uint64_t alive = 0, unknown = 0;  ///< hosts that answered, names without an address
    std::uint64_t timeouts = 0, sent = 0, answers = 0, other_icmp = 0;
    Numbers times;
};

}  // namespace libnet::apps::fping
