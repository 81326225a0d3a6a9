#pragma once
// One trace, decided without a socket or a clock: which probe to send, which one is lost, and when the path is known.

#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
#include <libnet/engine/trace/trace_options.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/engine/trace/trace_patience.hpp>

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

/// Names a probe of a trace.
struct TraceProbeId {
    std::uint8_t ttl = 0;
    std::uint8_t index = 0;  ///< within its hop, from 0 on: flow after flow
    friend auto operator<=>(const TraceProbeId&, const TraceProbeId&) = default;
};

/// An answer to a probe, as engine/trace_verdict.hpp judges it. What TraceHop says about the fields holds here, too.
struct ProbeAnswer {
    asio::ip::address from{};
    std::chrono::nanoseconds rtt{};
    TraceAnswer kind = TraceAnswer::time_exceeded;
    std::string annotation{};
    std::optional<std::uint8_t> reply_ttl{};
    std::optional<std::uint8_t> quoted_ttl{};
    std::vector<TraceChange> changes{};
    wire::IcmpExtensions extensions{};
    std::optional<std::uint32_t> mtu{};
    std::optional<std::uint8_t> tcp_flags{};
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
/// Theory of operation. The first probe of each hop is a scout. A few scouts may be beyond the farthest hop that is known
/// to lie before the destination, so that few probes go beyond the destination. The other probes of a hop follow when it
/// can't be beyond the destination, because the hop before it or a later one has answered; or when its scout has been out
/// for longer than the known round trips let expect, for the path seems to be silent. The first hop from which an
/// answer other than "time exceeded" comes is the last one of its flow: no probe of that goes beyond it any more, and
/// answers from beyond are dropped. A "time exceeded" from the target itself is no end, for the next hop may be
/// reached; but a second one at another TTL is: the target says nothing else.
///
/// Outcomes are reported in order. As in traceroute, only the probe whose outcome is to be reported next can be lost: the
/// later ones gain the time that it waits, and it gains the knowledge of their round trips.
///
/// Where answers don't tell which probe they are for (an unprivileged UDP socket and a router that quotes eight octets), a
/// flow becomes serial: its probes go out one at a time, so that an answer can be for that one only.
///
/// Memory is bounded by the options (at most 255 hops of 255 probes). It throws only when memory runs out.
class TraceEngine {
public:
    using TimePoint = trace_action::TimePoint;

    /// `label` goes into every outcome. The options are within their ranges; method and port don't matter here. `serial`:
    /// each flow sends one probe at a time from the start.
    TraceEngine(const TraceOptions& options, asio::ip::address target, TraceTarget label = {}, bool serial = false);

    /// What to do now. Without `may_send` it waits until `now` instead of sending.
    TraceAction next(TimePoint now, bool may_send = true);

    /// A probe was sent at this time, and its answers carry this number.
    void on_sent(TraceProbeId probe, std::uint16_t number, TimePoint at);

    /// It left at this time, if that is later: its round trip is counted from then on.
    void on_left(TraceProbeId probe, TimePoint at);

    /// A probe that was sent, and may still be answered.
    struct UnderWay {
        std::uint16_t number = 0;
        TimePoint sent{};
    };
    /// nullopt: it isn't under way.
    std::optional<UnderWay> under_way(TraceProbeId probe) const noexcept;

    /// The number that a probe was sent with last; 0: it wasn't.
    std::uint16_t number_of(TraceProbeId probe) const noexcept;

    /// The probes under way whose outcome hasn't been reported.
    std::vector<TraceProbeId> open_probes() const;

    /// Takes an answer. Returns false when it is ignored: not an answer to a probe under way (a duplicate, a late one),
    /// or one from beyond the last hop.
    bool on_answer(TraceProbeId probe, ProbeAnswer answer);

    /// An answer came for a probe of this flow (from 0 on), and nothing in it says for which. That one is returned when there
    /// is but one; hand the answer over with `on_answer`. Otherwise nullopt: the flow is serial from now on, and `taken_back`
    /// gets its probes under way, which will be sent once more.
    std::optional<TraceProbeId> on_anonymous(unsigned flow, TimePoint now, std::vector<TraceProbeId>& taken_back);

    /// This couldn't be sent now (the interface's queue is full): it is tried again at `retry`.
    void on_not_sent(TraceProbeId probe, TimePoint retry);

    /// It can't be sent at all: the trace ends.
    void on_send_failed(boost::system::error_code error);

    /// Before the first `next`: scouts begin at this hop, between the first and the last one, and go on from there. The hops
    /// before it are probed from there back to the first, one after the other, as long as `fill_below` doesn't end that.
    void begin_at(std::uint8_t ttl) noexcept { start_ttl_ = ttl; }
    std::uint8_t start_ttl() const noexcept { return start_ttl_; }

    /// What answers at the hops below `ttl` is known, from the first one on: nullopt stands for a silent hop. Those of their
    /// probes that haven't been sent won't be.
    void fill_below(std::uint8_t ttl, const std::vector<std::optional<ProbeAnswer>>& hops);

    /// Before the first `next`: no probe is sent before then.
    void hold(TimePoint until) noexcept { not_before_ = until; }

    /// Before the first `next`: so many scouts may be beyond the farthest hop that is known to lie before the destination. With
    /// more of them, more probes go beyond the destination; with fewer, a long path takes more round trips.
    void set_scouts(std::size_t scouts) noexcept { scouts_ = scouts; }

    /// Which sockets are used: goes into the path as soon as a probe was sent.
    void set_access(TraceAccess access) noexcept { access_ = access; }

    /// The path as far as it was reported.
    const TracePath& path() const noexcept { return path_; }

private:
    struct Slot {  // one probe
        enum class State : std::uint8_t { unsent, under_way, answered, lost } state = State::unsent;
        std::uint16_t number = 0;
        TimePoint due{};   // when its turn came: it is lost so long after that
        TimePoint sent{};  // when it left
        ProbeAnswer answer{};
    };
    struct Flow {
        std::uint8_t last_ttl = 0;      // nothing beyond counts
        std::uint8_t answered_ttl = 0;  // the highest one that answered, or the one before the first
        std::uint8_t exceeded_ttl = 0;  // the lowest one whose "time exceeded" came from the target; 0: none
        bool serial = false;
        TimePoint quiet_until{};  // no sending before: answers of probes that were taken back may still come
    };
    struct View;  // what one call of `next` knows about all probes

    TraceProbeId id_of(std::size_t slot) const noexcept;
    std::optional<std::size_t> slot_of(TraceProbeId probe) const noexcept;
    std::size_t flow_of(std::size_t slot) const noexcept { return slot % per_hop_ / options_.probes; }
    bool counts(std::size_t slot) const noexcept { return id_of(slot).ttl <= flows_[flow_of(slot)].last_ttl; }
    bool is_under_way(std::size_t slot) const noexcept
    {
        return slot < slots_.size() && slots_[slot].state == Slot::State::under_way;
    }

    bool has_target_exceeded() const noexcept
    {
        for (const auto& flow : flows_)
            if (flow.exceeded_ttl != 0) return true;
        return false;
    }
    void on_target_exceeded(Flow& flow, std::uint8_t ttl);
    View look(TimePoint now) const;
    std::optional<TraceAction> report_head(TimePoint now, const View& view);
    TraceAction report_answer();
    TraceAction report(TraceOutcome outcome);
    bool hop_ended(std::uint8_t ttl);
    std::optional<std::size_t> choose(TimePoint now, const View& view) const;
    std::optional<std::size_t> choose_of(const Flow& flow, std::size_t number, const View& view) const;
    std::optional<std::size_t> choose_back(std::size_t number, TimePoint now, const View& view) const;
    std::optional<TimePoint> next_change(TimePoint now, const View& view) const;
    bool has_more_to_send() const;
    TraceAction finish(TraceStop reason);
    TraceStop reason() const;

    TraceOptions options_;
    TraceTarget label_;
    std::size_t per_hop_;
    TraceAccess access_ = TraceAccess::automatic;
    std::uint8_t start_ttl_;  // of the first scout
    std::size_t scouts_ = 5;
    std::vector<Flow> flows_;
    std::vector<Slot> slots_;              // by TTL and index, as far as probes were sent
    std::size_t head_ = 0;                 // the one to be reported next
    std::uint8_t silent_hops_ = 0;         // in a row, reported
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
