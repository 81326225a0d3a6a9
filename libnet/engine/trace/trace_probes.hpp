#pragma once
// The probes of a tracer that are under way, by the number that their answers carry.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_engine.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

/// A probe under way.
struct ProbeUnderWay {
    TraceTarget target = 0;
    TraceProbeId probe{};
    asio::ip::address address{};  ///< where it went
    std::chrono::steady_clock::time_point sent{};
    friend bool operator==(const ProbeUnderWay&, const ProbeUnderWay&) = default;
};

/// Gives out numbers (UDP ports, ICMP sequence numbers) for probes, and finds the probe that an answer belongs to.
///
/// A number is used by one probe at a time, whatever its target, so that it alone tells which probe an answer is for.
/// Numbers count up: one is used again as late as possible, when an answer to its last user is long gone.
class TraceProbes {
public:
    /// Numbers run from `first` to 65535 and begin again.
    explicit TraceProbes(std::uint16_t first) : first_{first}, next_{first} {}

    /// The next number that no probe under way has; nullopt: all of them are taken.
    std::optional<std::uint16_t> next_number();

    /// Takes in a probe; returns false, and does nothing, when another one has that number.
    bool insert(std::uint16_t number, const ProbeUnderWay& probe);

    /// The probe with this number; nullptr: there is none.
    const ProbeUnderWay* find(std::uint16_t number) const;

    /// Forgets a probe, which was answered or is lost. Returns the number that is free now.
    std::optional<std::uint16_t> erase(TraceTarget target, TraceProbeId probe);

    /// Forgets any probe of a target. Returns the number that is free now; nullopt: there is none left.
    std::optional<std::uint16_t> erase_any(TraceTarget target);

    std::size_t size() const noexcept { return probes_.size(); }

private:
    using Numbers = std::map<std::pair<TraceTarget, TraceProbeId>, std::uint16_t>;
    std::uint16_t erase_at(Numbers::iterator at);

    std::uint16_t first_;
    std::uint16_t next_;
    std::unordered_map<std::uint16_t, ProbeUnderWay> probes_;
    Numbers numbers_;  // the same, the other way round
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_probes.ipp>
#endif
