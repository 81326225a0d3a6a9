#pragma once
// One trace, decided without a socket or a clock: which probe to send, which one is lost, and when the path is known.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_options.hpp>
#include <libnet/engine/trace/trace_path.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

/// However short the other round trips are, a probe waits this long (or `timeout`, if that is less): routers answer
/// from a slow path, and on a fast network three round trips are less than the jitter of a busy processor.
constexpr std::chrono::nanoseconds shortest_wait = std::chrono::milliseconds{100};

/// Names a probe of a trace.
struct TraceProbeId {
    std::uint8_t ttl = 0;
    std::uint8_t index = 0;  ///< within its hop, from 0 on
    friend auto operator<=>(const TraceProbeId&, const TraceProbeId&) = default;
};

/// An answer to a probe, as engine/trace_verdict.hpp judges it.
struct ProbeAnswer {
    asio::ip::address from{};
    std::chrono::nanoseconds rtt{};
    TraceAnswer kind = TraceAnswer::time_exceeded;
    std::string annotation{};
};

/// What the caller must do next.
namespace trace_action {
using TimePoint = std::chrono::steady_clock::time_point;

struct Send {  ///< send this probe; it counts as sent
    TraceProbeId probe;
    friend bool operator==(const Send&, const Send&) = default;
};
struct Report {  ///< tell the caller; outcomes come in the order of TTL and index
    TraceOutcome outcome;
    friend bool operator==(const Report&, const Report&) = default;
};
struct WaitUntil {  ///< hand over the answers that come, and be back at this time at the latest
    TimePoint deadline;
    friend bool operator==(const WaitUntil&, const WaitUntil&) = default;
};
struct Done {  ///< the path is known; the engine says so for ever
    friend bool operator==(const Done&, const Done&) = default;
};
}  // namespace trace_action

using TraceAction = std::variant<trace_action::Send, trace_action::Report, trace_action::WaitUntil, trace_action::Done>;

/// Traces one path.
///
/// Call `next(now)` and do what it says, until it says `Done`. Hand over every answer first, and only then call `next`
/// with a later time: a probe is lost when its time is over and its answer isn't there.
///
/// Probes go out hop by hop, up to `window` of them at the same time. The first hop from which an answer other than
/// "time exceeded" comes is the last one: no probe goes beyond it any more, and answers from beyond are dropped. As in
/// traceroute, only the probe whose outcome is to be reported next can be lost: the later ones gain the time that it
/// waits, and it gains the knowledge of their round trips.
///
/// Memory is bounded by the options (at most 255 hops of 255 probes). Never throws but for want of memory.
class TraceEngine {
public:
    using TimePoint = trace_action::TimePoint;

    /// `label` goes into every outcome. The options are within their ranges; method and port
    /// don't matter here.
    TraceEngine(TraceOptions options, asio::ip::address target, TraceTarget label = 0);

    TraceAction next(TimePoint now);

    /// Takes an answer. Returns false when it is ignored: not an answer to a probe under way (a duplicate, a late one),
    /// or one from beyond the last hop.
    bool on_answer(TraceProbeId probe, ProbeAnswer answer);

    /// The probe of the last `Send` couldn't be sent now (the interface's queue is full): it is tried again at `retry`.
    void on_not_sent(TraceProbeId probe, TimePoint retry);

    /// It can't be sent at all: the trace ends.
    void on_send_failed(boost::system::error_code error);

    /// The path as far as it was reported.
    const TracePath& path() const noexcept { return path_; }

private:
    struct Slot {  // one probe
        enum class State : std::uint8_t { unsent, under_way, answered } state = State::unsent;
        TimePoint sent{};
        ProbeAnswer answer{};
    };

    TraceProbeId id_of(std::size_t slot) const noexcept;
    std::optional<std::size_t> slot_of(TraceProbeId probe) const noexcept;
    std::optional<TraceAction> report_head(TimePoint now);
    TraceAction report(TraceOutcome outcome);
    std::chrono::nanoseconds patience() const;
    const Slot* first_answered(std::size_t first, std::size_t last) const noexcept;
    std::size_t under_way() const noexcept;
    TraceStop reason() const;

    TraceOptions options_;
    TraceTarget label_;
    std::vector<Slot> slots_;              // every probe that may be sent, by TTL and index
    std::size_t head_ = 0;                 // the one to be reported next
    std::size_t unsent_ = 0;               // the one to be sent next
    std::size_t end_ = 0;                  // behind the last hop that counts
    std::optional<TimePoint> not_before_;  // no sending until then
    TracePath path_;
    bool done_ = false;
};

std::ostream& operator<<(std::ostream& out, TraceProbeId probe);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const TraceAction& action);

inline std::ostream& operator<<(std::ostream& out, TraceProbeId probe)
{
    return out << int{probe.ttl} << '#' << int{probe.index};
}

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_engine.ipp>
#endif
