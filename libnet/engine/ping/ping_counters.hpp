#pragma once
// What became of the probes to one target, counted.

#include <libnet/engine/ping/ping_statistics.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace libnet::inline v0::engine {

/// What is counted: the counters of a PingStatistics, whose comments say what they mean. The first three every target
/// needs.
enum class PingCount : std::uint8_t {
    sent,
    received,
    pending,
    late,
    lost,
    errors,
    send_errors,
    cancelled,
    duplicates,
    corrupt,
    foreign,
    reordered,
    other_address,
};

/// The counters of one target. A target without any trouble, as most of a hundred thousand are, has no memory for it.
class PingCounters {
public:
    std::uint64_t operator[](PingCount what) const noexcept
    {
        const auto index = static_cast<std::size_t>(what);
        if (index < usual) return usual_[index];
        return trouble_ ? (*trouble_)[index - usual] : 0;
    }

    /// `up` throws `std::bad_alloc` where the first trouble of a target finds no memory, and has changed nothing then.
    void up(PingCount what) { ++at(what); }
    void down(PingCount what) { --at(what); }

    /// The calls that follow allocate nothing. Throws `std::bad_alloc`, and has changed nothing then.
    void make_room()
    {
        if (!trouble_) trouble_ = std::make_unique<std::array<std::uint64_t, troubles>>();
    }

    /// The stream was stopped: what was pending is cancelled.
    void cancel_pending()
    {
        at(PingCount::cancelled) += at(PingCount::pending);
        at(PingCount::pending) = 0;
    }

    /// Adds them to statistics.
    void add_to(PingStatistics& sum) const noexcept
    {
        const auto& n = *this;
        using enum PingCount;
        sum.sent += n[sent];
        sum.received += n[received];
        sum.late += n[late];
        sum.lost += n[lost];
        sum.errors += n[errors];
        sum.send_errors += n[send_errors];
        sum.cancelled += n[cancelled];
        sum.pending += n[pending];
        sum.duplicates += n[duplicates];
        sum.corrupt += n[corrupt];
        sum.foreign += n[foreign];
        sum.reordered += n[reordered];
        sum.other_address += n[other_address];
    }

private:
    static constexpr std::size_t usual = 3, troubles = 10;

    std::uint64_t& at(PingCount what)
    {
        const auto index = static_cast<std::size_t>(what);
        if (index < usual) return usual_[index];
        make_room();
        return (*trouble_)[index - usual];
    }

    std::array<std::uint64_t, usual> usual_{};
    std::unique_ptr<std::array<std::uint64_t, troubles>> trouble_;
};

}  // namespace libnet::inline v0::engine
