#pragma once
// Probes that the system had no room for.

#include <libnet/base/ring_queue.hpp>
#include <libnet/engine/ping/ping_retry.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <random>
#include <utility>

namespace libnet::inline v0::engine {

/// Holds them, and says when the next one may be tried again, and which: any of them. In the order of their refusals, the
/// interval of the pings and the kernel's timeout for hosts that are gone would coincide, and the same hosts would find
/// no room again and again.
class RefusedProbes {
public:
    struct Refused {
        ProbeId probe;
        TimePoint give_up_at;  ///< if it is refused until then
        boost::system::error_code why;
    };

    bool empty() const noexcept { return line_.empty(); }

    /// So many wait that a few tries tell whether there is room: others of whom no better is known need no try.
    bool crowded() const noexcept { return line_.size() >= max_tried; }

    /// Why the last one was refused.
    boost::system::error_code why() const noexcept { return why_; }

    /// When the next try may be.
    TimePoint next() const noexcept { return retry_.next(); }

    void make_room(std::size_t more) { line_.make_room(more); }

    /// It was refused, and has its turn after a pause.
    void add(const Refused& refused, TimePoint now)
    {
        line_.push_back(refused);
        why_ = refused.why;
        retry_.on_refused(now);
    }

    /// It waits without a try of its own.
    void add_untried(const Refused& refused) { line_.push_back(refused); }

    /// One of them was sent.
    void on_sent() noexcept { retry_.on_sent(); }

    /// There is room, as far as the system tells: the next try may be at once.
    void on_room(TimePoint now) noexcept { retry_.on_room(now); }

    /// Begins a turn of tries. Those whose time is over are told to `give_up(refused)`; one for which that throws stays.
    template <typename GiveUp>
    void begin_turn(TimePoint now, GiveUp&& give_up)
    {
        if (!retry_.begin(now)) return;
        for (auto left = line_.size(); left != 0; --left) {
            const Refused refused = line_.front();
            const bool waits = now < refused.give_up_at;
            if (!waits) give_up(refused);
            line_.pop_front();
            if (waits) line_.push_back(refused);  // its place is free: nothing is allocated
        }
    }

    std::size_t size() const noexcept { return line_.size(); }

    /// The next one to be tried in this turn.
    std::optional<ProbeId> take(TimePoint now)
    {
        if (line_.empty() || !retry_.take(now)) return std::nullopt;
        std::swap(line_.front(), line_[random_() % line_.size()]);
        const auto probe = line_.front().probe;
        line_.pop_front();
        return probe;
    }

private:
    static constexpr std::size_t max_tried = 64;

    RingQueue<Refused> line_;
    PingRetry retry_;
    std::minstd_rand random_;
    boost::system::error_code why_;
};

}  // namespace libnet::inline v0::engine
