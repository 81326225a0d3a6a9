#pragma once
// The last minutes of a server's traffic, second by second, and what is hot in it.

#include <libnet/base/json_writer.hpp>
#include <libnet/engine/http/traffic_piece.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// One second.
struct TrafficSecond {
    std::int64_t second = 0;  ///< since the epoch
    std::uint64_t requests = 0, failed = 0, sent = 0, received = 0, connections = 0;
    std::uint64_t p50 = 0, p99 = 0;  ///< microseconds; 0: there was no request
    friend bool operator==(const TrafficSecond&, const TrafficSecond&) = default;
};

/// Bounded: five minutes of seconds, and six sketches. What is hot fades by half each minute; what was slow is forgotten
/// after five.
class TrafficHistory {
public:
    static constexpr std::size_t most_seconds = 300, most_slow = 20;
    static constexpr std::int64_t fading = 60, most_back = 5;

    /// What the servers did since the last time, and the connections of now. Seconds ascend; one that comes twice is added to,
    /// and so is the last one when the clock was set back by up to `most_back` seconds. When it was set back by more, the
    /// seconds begin anew.
    void add(std::int64_t second, const TrafficPiece& piece, std::uint64_t connections)
    {
        if (!seconds_.empty() && second + most_back < seconds_.back().second) begin_anew();
        if (seconds_.empty() || second > seconds_.back().second) seconds_.push_back({.second = second});
        if (seconds_.size() > most_seconds) seconds_.pop_front();
        auto& now = seconds_.back();
        now.requests += piece.requests;
        now.failed += piece.classes[5] + piece.classes[0];
        now.sent += piece.sent;
        now.received += piece.received;
        now.connections = connections;
        if (piece.latencies.count() > 0) {
            now.p50 = piece.latencies.percentile(0.5);
            now.p99 = piece.latencies.percentile(0.99);
        }
        fade(second);
        add_details(piece, second);
    }

    const std::deque<TrafficSecond>& seconds() const noexcept { return seconds_; }

    /// Writes members of an object: "seconds" (the last `most` as arrays), "hot" and "slow".
    void write(base::JsonWriter& json, std::size_t most) const
    {
        json.key("seconds").array();
        const auto first = seconds_.size() - std::min(most, seconds_.size());
        for (auto i = first; i < seconds_.size(); ++i) {
            const auto& s = seconds_[i];
            json.array().value(s.second).value(s.requests).value(s.failed).value(s.sent).value(s.received);
            json.value(s.connections).value(s.p50).value(s.p99).end_array();
        }
        json.end_array().key("hot").object();
        const std::array<std::pair<std::string_view, const base::TopCounts*>, 6> hot{{{"targets", &targets_},
                                                                                      {"clients", &clients_},
                                                                                      {"origins", &origins_},
                                                                                      {"agents", &agents_},
                                                                                      {"refusals", &refusals_},
                                                                                      {"statuses", &statuses_}}};
        for (const auto& [name, counts] : hot) {
            json.key(name).array();
            for (const auto& entry : counts->top(20))
                json.array().value(entry.name).value(entry.count).value(entry.extra).end_array();
            json.end_array();
        }
        json.end_object().key("slow").array();
        for (const auto& slow : slow_) {
            json.array().value(slow.second).value(slow.duration.count() / 1000).value(slow.status);
            json.value(slow.method).value(slow.target).value(slow.client).end_array();
        }
        json.end_array();
    }

private:
    /// What is asked for most does not depend on the clock.
    void begin_anew()
    {
        seconds_.clear();
        slow_.clear();
        faded_ = 0;
    }

    void add_details(const TrafficPiece& piece, std::int64_t second)
    {
        targets_.merge(piece.targets);
        clients_.merge(piece.clients);
        origins_.merge(piece.origins);
        agents_.merge(piece.agents);
        refusals_.merge(piece.refusals);
        statuses_.merge(piece.statuses);
        std::erase_if(slow_, [second](const SlowRequest& one) {
            return one.second + static_cast<std::int64_t>(most_seconds) < second;
        });
        for (const auto& one : piece.slow) TrafficPiece::keep(slow_, one, most_slow);
    }

    void fade(std::int64_t second)
    {
        if (faded_ == 0) faded_ = second;
        if (second < faded_ + fading) return;
        faded_ = second;
        for (auto* const counts : {&targets_, &clients_, &origins_, &agents_, &refusals_, &statuses_}) counts->fade();
    }

    std::deque<TrafficSecond> seconds_{};
    base::TopCounts targets_{}, clients_{}, origins_{}, agents_{}, refusals_{}, statuses_{};
    std::vector<SlowRequest> slow_{};
    std::int64_t faded_ = 0;
};

}  // namespace libnet::inline v0::engine
