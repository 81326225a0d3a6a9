#pragma once
// Many paths traced together, decided without a socket or a clock: which probe of which target is next, and whose an answer
// is.

#include <libnet/base/ring_queue.hpp>
#include <libnet/base/time_queue.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
#include <libnet/engine/trace/trace_engine.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <variant>

namespace libnet::inline v0::engine {

/// A probe of one target.
struct TraceSetProbe {
    TraceTarget target{};
    TraceProbeId probe{};
    asio::ip::address address{};  ///< where it goes
    std::uint16_t number = 0;     ///< what its answers shall carry, where the kind of probe leaves the choice
    friend bool operator==(const TraceSetProbe&, const TraceSetProbe&) = default;
};

/// What answered a probe, as it came from the network.
struct TraceReply {
    std::uint16_t number = 0;  ///< the probe's
    asio::ip::address from{};  ///< who answered
    /// Where the probe had gone, as the answer tells; nullopt where it doesn't (an echo reply).
    std::optional<asio::ip::address> destination{};
    /// An ICMP error.
    struct Error {
        std::uint8_t type = 0, code = 0;
        std::uint32_t mtu = 0;  ///< where it is about that
    };
    std::optional<Error> error{};  ///< nullopt: the destination itself replied
    action::TimePoint received{};  ///< when it arrived, as the kernel stamped it, or else `read`
    action::TimePoint read{};      ///< when we read it
};

/// Traces any number of paths.
///
/// Theory of operation. Each target has an engine of its own, which is asked again only when there is something new for it:
/// an answer, its deadline, or that it has more to say. So an event costs the same for one target as for thousands. Each
/// probe under way has a number (UDP port, ICMP sequence number) that no other one of its IP version has, so that it
/// alone tells which probe an answer is for. Numbers count up: one is used again as late as possible, when an answer to
/// its last user is long gone.
class TraceSet {
public:
    using TimePoint = action::TimePoint;
    using Send = action::Send<TraceSetProbe>;
    using Report = action::Report<TraceEvent>;
    using Action = std::variant<Send, Report, action::WaitUntil, action::Done>;

    /// The options are within their ranges. Numbers run from `first_number` to 65535 and begin again.
    TraceSet(const TraceOptions& options, std::uint16_t first_number);

    TraceTarget add(const asio::ip::address& target);

    /// The path to a target whose TraceDone hasn't been told yet, as far as it was told; nullptr for others.
    const TracePath* path(TraceTarget target) const;

    /// What to do next: done when there are no targets (any more).
    Action next(TimePoint now);

    /// The probe of the last `Send` was sent at this time; `number` is what its answers carry. False: that is another
    /// probe's, which is under way; this one is tried again.
    bool on_sent(const TraceSetProbe& probe, std::uint16_t number, TimePoint at);
    /// It couldn't be sent now (the interface's queue is full): it is tried again a little later.
    void on_not_sent(const TraceSetProbe& probe, TimePoint now);
    /// It can't be sent at all: the trace of its target ends.
    void on_send_failed(const TraceSetProbe& probe, boost::system::error_code error);

    /// An answer over this version of IP.
    void on_reply(wire::IpVersion version, const TraceReply& reply);

    /// A number that no probe under way has any more; nullopt: all of them were told.
    struct Released {
        wire::IpVersion version = wire::IpVersion::v4;
        std::uint16_t number = 0;
    };
    std::optional<Released> take_released();

private:
    struct Target {
        asio::ip::address address;
        TraceEngine engine;
        bool ready = true;     // in ready_
        TimePoint deadline{};  // of its engine, unless it is ready
    };
    struct Owner {
        TraceTarget target{};
        TraceProbeId probe{};
    };
    struct Numbers {
        std::unordered_map<std::uint16_t, Owner> owners;
        std::uint16_t next = 0;
    };
    using Targets = std::map<TraceTarget, Target>;

    void wake(TraceTarget label, Target& target);
    void wake_due(TimePoint now);
    std::optional<Action> ask(Targets::iterator at, TimePoint now);
    Report report(Targets::iterator at, const TraceOutcome& outcome);
    Report finish(Targets::iterator at);
    Numbers& numbers_of(const asio::ip::address& address) { return numbers_[address.is_v4() ? 0 : 1]; }
    std::optional<std::uint16_t> next_number(Numbers& numbers) const;
    void release(TraceTarget label, const Target& target, TraceProbeId probe);

    TraceOptions options_;
    std::uint16_t first_number_;
    Targets targets_;
    TraceTarget last_label_{0, 1};
    RingQueue<TraceTarget> ready_;  ///< the targets whose engines have something to say, each once
    base::TimeQueue<TimePoint, TraceTarget> deadlines_;
    std::array<Numbers, 2> numbers_;  ///< of IPv4 and IPv6
    RingQueue<Released> released_;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const TraceSetProbe& probe);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_set.ipp>
#endif
