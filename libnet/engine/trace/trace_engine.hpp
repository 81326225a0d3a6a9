#pragma once
// One trace, decided without a socket or a clock: which probe to send, which one is lost, and when the path is known.

#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
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

/// What the caller must do next: see engine/action.hpp. Outcomes come in the order of TTL and index. When it is done, the
/// path is known.
namespace trace_action {
using Send = action::Send<TraceProbeId>;
using Report = action::Report<TraceOutcome>;
using action::Done, action::TimePoint, action::WaitUntil;
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
    TraceEngine(TraceOptions options, asio::ip::address target, TraceTarget label = {});

    TraceAction next(TimePoint now);

    /// A probe was sent at this time, and its answers carry this number.
    void on_sent(TraceProbeId probe, std::uint16_t number, TimePoint at);

    /// A probe that was sent, and may still be answered.
    struct UnderWay {
        std::uint16_t number = 0;
        TimePoint sent{};
    };
    /// nullopt: it isn't under way.
    std::optional<UnderWay> under_way(TraceProbeId probe) const noexcept;

    /// The probes under way whose outcome hasn't been reported.
    std::vector<TraceProbeId> open_probes() const;

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
        std::uint16_t number = 0;
        TimePoint due{};   // when its turn came: it is lost so long after that
        TimePoint sent{};  // when it left
        ProbeAnswer answer{};
    };

    TraceProbeId id_of(std::size_t slot) const noexcept;
    std::optional<std::size_t> slot_of(TraceProbeId probe) const noexcept;
    std::optional<TraceAction> report_head(TimePoint now);
    TraceAction report(TraceOutcome outcome);
    std::chrono::nanoseconds patience() const;
    const Slot* first_answered(std::size_t first, std::size_t last) const noexcept;
    std::size_t count_under_way() const noexcept;
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

inline std::ostream& operator<<(std::ostream& out, TraceProbeId probe)
{
    return out << int{probe.ttl} << '#' << int{probe.index};
}

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_engine.ipp>
#endif
