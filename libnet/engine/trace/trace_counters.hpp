#pragma once
// What a Tracer counts.

#include <cstdint>
#include <ostream>

namespace libnet::inline v0 {

/// What became of all probes of a Tracer, and what came that was no answer.
struct TraceCounters {
    std::uint64_t sent = 0;      ///< probes
    std::uint64_t answered = 0;  ///< of these
    std::uint64_t forged = 0;    ///< messages about a probe under way whose keyed identity was wrong: refused
    /// Messages for no probe under way: late ones, duplicates, those of other programs to the same hosts, and errors that
    /// quote too little, or too much that is different, to be about a probe.
    std::uint64_t unmatched = 0;
    /// Messages that quote too little to tell for which probe of a flow they are. They count when one only is under way.
    std::uint64_t anonymous = 0;
    friend bool operator==(const TraceCounters&, const TraceCounters&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const TraceCounters& counters)
{
    return out << "Counters{sent " << counters.sent << ", answered " << counters.answered << ", forged "
               << counters.forged << ", unmatched " << counters.unmatched << ", anonymous " << counters.anonymous
               << '}';
}

}  // namespace libnet::inline v0
