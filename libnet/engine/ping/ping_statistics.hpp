#pragma once
// The numbers of one ping target.

#include <chrono>
#include <cstdint>

namespace libnet::inline v0 {

/// Round-trip times of the replies that came in time; zero where there are none.
struct PingTimes {
    std::chrono::nanoseconds min{}, mean{}, max{};                ///< extremes and mean
    std::chrono::nanoseconds standard_deviation{};                ///< of the sample
    std::chrono::nanoseconds mdev{};                              ///< as iputils' ping has it: of the population
    std::chrono::nanoseconds p50{}, p90{}, p95{}, p99{}, p999{};  ///< percentiles (p999: 99.9 %), at most 1 % off
    std::chrono::nanoseconds last{};                              ///< of the newest reply
    std::chrono::nanoseconds ewma{};            ///< as iputils' ping has it: each reply weighs an eighth
    std::chrono::nanoseconds jitter{};          ///< mean absolute difference from one reply to the next
    std::chrono::nanoseconds jitter_rfc3550{};  ///< the same, smoothed (RFC 3550 section 6.4.1)
    friend bool operator==(const PingTimes&, const PingTimes&) = default;
};

/// What this host's own stack and program added to the round trips of the replies that came in time, which don't
/// contain it: means.
struct PingStackTimes {
    std::chrono::nanoseconds sent{};      ///< from our send call to the kernel's transmit stamp
    std::chrono::nanoseconds received{};  ///< from its receive stamp until we read the answer
    friend bool operator==(const PingStackTimes&, const PingStackTimes&) = default;
};

/// Probes in a row that got no answer in time. One that goes on counts up to now.
struct PingOutage {
    std::uint64_t probes = 0;             ///< in the row
    std::chrono::nanoseconds duration{};  ///< from its first probe to the next one answered, or to its own last
    friend bool operator==(const PingOutage&, const PingOutage&) = default;
};

/// Every probe is in exactly one of the counters from `received` to `pending`: `sent` is their sum.
struct PingStatistics {
    std::uint64_t sent = 0;         ///< probes whose turn has come, whatever became of them
    std::uint64_t received = 0;     ///< answered within the timeout
    std::uint64_t late = 0;         ///< answered after it
    std::uint64_t lost = 0;         ///< not answered at all
    std::uint64_t errors = 0;       ///< ended by an ICMP error
    std::uint64_t send_errors = 0;  ///< never left
    std::uint64_t cancelled = 0;    ///< pending when the stream was stopped
    std::uint64_t pending = 0;      ///< may still be answered
    // What isn't a probe's end, beside that:
    std::uint64_t duplicates = 0;     ///< further answers to a probe that had one
    std::uint64_t corrupt = 0;        ///< answers damaged on the way: wrong checksum or payload
    std::uint64_t foreign = 0;        ///< answers from the target that are not to a probe of ours, and with
                                      ///< `PingOptions::strict_source` those to its probes that come from elsewhere
    std::uint64_t reordered = 0;      ///< probes whose answer came after that to a later probe; not of a range
    std::uint64_t pipe = 0;           ///< most probes sent from one to its answer, both counted; not of a range
    std::uint64_t other_address = 0;  ///< answers, further ones too, that came from another address than was pinged
    // Runs in the order of sending; not of a range, whose probes are to many hosts. Late answers don't mend them:
    std::uint64_t answers_in_a_row = 0;     ///< probes up to the last one whose end is known
    std::uint64_t unanswered_in_a_row = 0;  ///< lost, or ended by an error
    PingOutage longest_outage{};            ///< the longest of these runs
    PingTimes rtt{};                        ///< round trips of the answered probes
    PingStackTimes stack{};                 ///< what this host added to them
    std::chrono::nanoseconds sending{};     ///< from the first send to the last

    std::uint64_t hosts = 1;           ///< addresses of the target: of a range, many
    std::uint64_t hosts_answered = 0;  ///< of these, in time or late; of a range of more than 2^24 none is counted

    /// The share of probes that are known to have got no answer, 0 to 100. Pending and cancelled ones don't count, late
    /// ones were answered. 0 when nothing is known yet.
    double loss_percent() const noexcept
    {
        const auto known = sent - pending - cancelled;
        return known == 0 ? 0 : 100.0 * static_cast<double>(known - received - late) / static_cast<double>(known);
    }
    friend bool operator==(const PingStatistics&, const PingStatistics&) = default;
};

/// A span of time that ends now.
enum class PingWindow : std::uint8_t { second, ten_seconds, minute };

}  // namespace libnet::inline v0
