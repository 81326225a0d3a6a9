#pragma once
// For how long a target didn't answer.

#include <libnet/engine/ping_statistics.hpp>
#include <libnet/engine/probe_table.hpp>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace libnet::engine {

/// Follows the runs of answered and unanswered probes of one stream.
///
/// Probes end in another order than they were sent in: a loss is known after its timeout, when later probes were
/// answered long ago. What ended early waits here for the ends of the probes before it. That costs memory only while
/// there is such a gap, and no more than an entry for each probe sent within one timeout.
class PingOutages {
public:
    /// To be told once for each probe, whose sequences count from 1.
    void on_end(std::uint64_t sequence, TimePoint sent, bool answered)
    {
        const auto at = static_cast<std::size_t>(sequence - next_);
        const Verdict verdict{sent, true, answered};
        if (at == 0 && waiting_.empty()) return count(verdict);
        if (at >= waiting_.size()) waiting_.resize(at + 1);
        waiting_[at] = verdict;
        std::size_t counted = 0;
        for (; counted < waiting_.size() && waiting_[counted].known; ++counted) count(waiting_[counted]);
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(counted));
    }

    std::uint64_t answers_in_a_row() const noexcept { return answers_in_a_row_; }
    std::uint64_t unanswered_in_a_row() const noexcept { return outage_.probes; }
    const PingOutage& longest() const noexcept { return longest_; }

private:
    struct Verdict {
        TimePoint sent{};
        bool known = false;
        bool answered = false;
    };

    void count(const Verdict& verdict)
    {
        ++next_;
        if (!verdict.answered && outage_.probes++ == 0) began_ = verdict.sent;
        if (outage_.probes != 0) outage_.duration = verdict.sent - began_;
        if (std::tie(outage_.duration, outage_.probes) > std::tie(longest_.duration, longest_.probes))
            longest_ = outage_;
        answers_in_a_row_ = verdict.answered ? answers_in_a_row_ + 1 : 0;
        if (verdict.answered) outage_ = {};
    }

    std::uint64_t next_ = 1;  ///< the sequence of waiting_[0]
    std::vector<Verdict> waiting_;
    std::uint64_t answers_in_a_row_ = 0;
    PingOutage outage_;  ///< the one that goes on
    TimePoint began_{};
    PingOutage longest_;
};

}  // namespace libnet::engine
