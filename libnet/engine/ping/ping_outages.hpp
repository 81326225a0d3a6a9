#pragma once
// For how long a target didn't answer.

#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

namespace libnet::inline v0::engine {

/// Follows the runs of answered and unanswered probes of one stream.
///
/// Probes end in another order than they were sent in: a loss is known after its timeout, when later probes were
/// answered long ago. What ended early waits here for the ends of the probes before it. That costs memory only while
/// there is such a gap, and no more than an entry for each probe sent within one timeout.
class PingOutages {
public:
    /// To be told once for each probe, whose sequences count from 1. Throws `std::bad_alloc`, and has changed nothing then.
    void on_end(std::uint64_t sequence, TimePoint sent, bool answered)
    {
        const auto at = static_cast<std::size_t>(sequence - next_);
        const Verdict verdict{sent, true, answered};
        if (at == 0 && (!trouble_ || trouble_->waiting.empty())) return count(verdict);
        auto& waiting = trouble().waiting;
        if (at >= waiting.size()) waiting.resize(at + 1);
        waiting[at] = verdict;
        std::size_t counted = 0;
        for (; counted < waiting.size() && waiting[counted].known; ++counted) count(waiting[counted]);
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(counted));
    }

    std::uint64_t answers_in_a_row() const noexcept { return answers_in_a_row_; }
    std::uint64_t unanswered_in_a_row() const noexcept { return current().probes; }
    /// The one that goes on; one that has ended at an answer is none any more.
    PingOutage current() const noexcept { return trouble_ ? trouble_->outage : PingOutage{}; }
    PingOutage longest() const noexcept { return trouble_ ? trouble_->longest : PingOutage{}; }

private:
    struct Verdict {
        TimePoint sent{};
        bool known = false;
        bool answered = false;
    };

    /// What a target whose probes are all answered in their order never needs.
    struct Trouble {
        std::vector<Verdict> waiting;  ///< from the sequence `next_` on
        PingOutage outage;             ///< the one that goes on
        TimePoint began{};
        PingOutage longest;
    };

    Trouble& trouble()
    {
        if (!trouble_) trouble_ = std::make_unique<Trouble>();
        return *trouble_;
    }

    void count(const Verdict& verdict)
    {
        const bool all_well = verdict.answered && current().probes == 0;
        Trouble* const ours = all_well ? nullptr : &trouble();  // before anything has changed
        ++next_;
        answers_in_a_row_ = verdict.answered ? answers_in_a_row_ + 1 : 0;
        if (all_well) return;
        auto& [waiting, outage, began, longest] = *ours;
        if (!verdict.answered && outage.probes++ == 0) began = verdict.sent;
        outage.duration = verdict.sent - began;
        if (std::tie(outage.duration, outage.probes) > std::tie(longest.duration, longest.probes)) longest = outage;
        if (verdict.answered) outage = {};
    }

    std::uint64_t next_ = 1;  ///< the sequence of the first probe whose end isn't known
    std::uint64_t answers_in_a_row_ = 0;
    std::unique_ptr<Trouble> trouble_;
};

}  // namespace libnet::inline v0::engine
