#pragma once
// Probes that have ended and are remembered for a while.

#include <libnet/base/ring_queue.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace libnet::inline v0::engine {

/// An answered probe is remembered to know duplicates, another one to know a late answer or a late ICMP error. The oldest
/// are forgotten first, when there are too many or their time is up.
class EndedProbes {
public:
    /// `linger`: how long each is remembered. `max_answered`, `max_unanswered`: how many at most.
    EndedProbes(std::chrono::nanoseconds linger, std::size_t max_answered, std::size_t max_unanswered)
        : linger_{linger},
          answered_{max_answered},
          unanswered_{max_unanswered}
    {}

    /// So many more can end without an allocation. Throws `std::bad_alloc`, and has changed nothing then.
    void make_room(std::size_t more)
    {
        answered_.ring.make_room(more);
        unanswered_.ring.make_room(more);
    }

    void add(ProbeId probe, bool answered, TimePoint now)
    {
        (answered ? answered_ : unanswered_).ring.push_back({probe, now + linger_});
    }

    /// The next probe that is to be forgotten by now.
    std::optional<ProbeId> take_old(TimePoint now)
    {
        const auto answered = answered_.take_old(now);
        return answered ? answered : unanswered_.take_old(now);
    }

private:
    struct Ended {
        ProbeId probe;
        TimePoint forget_at;
    };

    struct Line {
        explicit Line(std::size_t max) : most{max} {}

        std::optional<ProbeId> take_old(TimePoint now)
        {
            if (ring.empty() || (ring.front().forget_at > now && ring.size() <= most)) return std::nullopt;
            const auto probe = ring.front().probe;
            ring.pop_front();
            return probe;
        }

        std::size_t most;
        RingQueue<Ended> ring{};
    };

    std::chrono::nanoseconds linger_;
    Line answered_, unanswered_;
};

}  // namespace libnet::inline v0::engine
