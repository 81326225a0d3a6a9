#pragma once
// Many paths traced together, decided without a socket or a clock: which probe of which target is next, and whose an answer
// is.

#include <libnet/base/ring_queue.hpp>
#include <libnet/base/siphash.hpp>
#include <libnet/base/time_queue.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
#include <libnet/engine/ping/ping_pace.hpp>
#include <libnet/engine/trace/trace_counters.hpp>
#include <libnet/engine/trace/trace_engine.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::inline v0::engine {

/// A probe of one target.
struct TraceSetProbe {
    TraceTarget target{};
    TraceProbeId probe{};
    asio::ip::address address{};  ///< where it goes
    std::uint16_t number = 0;     ///< what its answers shall carry, where the kind of probe leaves the choice
    std::uint8_t flow = 0;        ///< from 0 on
    std::uint64_t cookie = 0;     ///< its identity, which only we can compute: for whatever field has room for it
    friend bool operator==(const TraceSetProbe&, const TraceSetProbe&) = default;
};

/// What answered a probe, as it came from the network.
struct TraceReply {
    std::optional<std::uint16_t> number{};  ///< the probe's; nullopt: it doesn't tell
    asio::ip::address from{};               ///< who answered
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
    std::uint8_t flow = 0;         ///< from 0 on; of an answer without a number
    /// What came back of the probe's cookie: these bits of it. No bits: nothing.
    std::uint64_t cookie = 0, cookie_mask = 0;
    bool needs_destination = false;  ///< that is no proof for a probe to another destination
    std::optional<std::uint8_t> reply_ttl{};
    std::optional<std::uint8_t> quoted_ttl{};
    std::vector<TraceChange> changes{};
    wire::IcmpExtensions extensions{};
    std::optional<std::uint8_t> tcp_flags{};  ///< of the destination's segment
};

/// Whether it is one of them.
LIBNETXX_DECL bool is_gateway(const TraceGateways& gateways, const asio::ip::address& address);

/// What a TraceSet is given beside the options.
struct TraceSetup {
    base::SipKey key{};   ///< random and secret, for the identities of probes and the order of targets
    bool serial = false;  ///< each flow has one probe under way at a time
    TraceAccess access = TraceAccess::automatic;  ///< goes into the paths
    std::shared_ptr<TraceCounters> counters{};    ///< nullptr: the set's own
};

/// Traces any number of paths.
///
/// Theory of operation. Each target has an engine of its own, which is asked again only when there is something new for it:
/// an answer, its deadline, or that it has more to say. So an event costs the same for one target as for thousands. Each
/// probe under way has a number (UDP port or checksum, ICMP or TCP sequence number) that no other one of its IP version
/// has, so that it alone tells which probe an answer is for. Numbers count up: one is used again as late as possible, when
/// an answer to its last user is long gone; and each flow has numbers of its own (`flow_of_number`). Beside it a probe
/// has a keyed identity, of which an answer brings back as much as it quotes: what doesn't fit is forged.
///
/// With a rate, targets begin in random order, and another one begins when those that have begun leave room: so the work
/// and the memory are those of as many targets as the rate can serve, and no part of the network sees a burst.
///
/// The answers to raw packets (TraceProbe::raw) can't be read: a packet of the target is one. Targets that send such packets
/// anyway are listened to for 200 ms before their first probe, unless there is a rate: from them only echoes of probes and
/// ICMP errors count then.
///
/// With shared hops (the stop set of Doubletree: Donnet and others, "Efficient Algorithms for Large-Scale Topology
/// Discovery", 2005), a path is probed from where that to the nearest known address had its last router: forward to its end,
/// and back to the first hop that is known at that distance. What is before that is taken from the path on which it was found.
class TraceSet {
public:
    using TimePoint = action::TimePoint;
    using Send = action::Send<TraceSetProbe>;
    using Report = action::Report<TraceEvent>;
    using Action = std::variant<Send, Report, action::WaitUntil, action::Done>;

    /// The options are within their ranges. Numbers run from `first_number` to `last_number` and begin again.
    TraceSet(const TraceOptions& options, std::uint16_t first_number, TraceSetup setup = {},
             std::uint16_t last_number = 65535);

    /// Which sockets the targets to come are traced with, and whether each flow of theirs has one probe under way at a time.
    void configure(TraceAccess access, bool serial)
    {
        setup_.access = access;
        setup_.serial = serial;
    }

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

    /// The probe with this number left this host then, as the kernel stamped it: later than `on_sent` said.
    void on_left(wire::IpVersion version, std::uint16_t number, TimePoint at);
    /// An ICMP error that is about no probe as it was sent. It counts as unmatched if its packet was going to a target, or
    /// if it doesn't quote that (nullopt).
    void on_refused(const std::optional<asio::ip::address>& destination);

    /// An answer over this version of IP.
    void on_reply(wire::IpVersion version, const TraceReply& reply);

    /// A number that no probe under way has any more; nullopt: all of them were told.
    struct Released {
        wire::IpVersion version = wire::IpVersion::v4;
        std::uint16_t number = 0;
    };
    std::optional<Released> take_released();

    const TraceCounters& counters() const noexcept { return *counters_; }

private:
    struct Target {
        asio::ip::address address;
        TraceEngine engine;
        bool ready = false;           // in ready_
        bool held = false;            // in held_
        TimePoint deadline{};         // of its engine, unless it is ready or held
        bool sent = false;            // a probe to it
        bool listened = false;        // for what it says unasked
        bool speaks_unasked = false;  // in the protocol of raw packets
    };
    struct Owner {
        TraceTarget target{};
        TraceProbeId probe{};
        std::uint64_t cookie = 0;
    };
    struct Numbers {
        std::unordered_map<std::uint16_t, Owner> owners;
        std::vector<std::uint16_t> next;  ///< by flow
    };

    const Target* find(TraceTarget target) const noexcept;
    TraceTarget handle(std::uint32_t index) const { return {index, slots_[index].generation}; }
    bool begin_one();
    void wake(std::uint32_t index);
    void wake_due(TimePoint now);
    std::optional<Action> ask_ready(TimePoint now);
    std::optional<Action> ask_held(TimePoint now);
    std::optional<Action> ask(std::uint32_t index, TimePoint now, bool may_send);
    std::optional<Send> to_send(std::uint32_t index, TraceProbeId probe, TimePoint now);
    Report report(std::uint32_t index, const TraceOutcome& outcome);
    Report finish(std::uint32_t index);
    Numbers& numbers_of(const asio::ip::address& address) { return numbers_[address.is_v4() ? 0 : 1]; }
    std::optional<std::uint16_t> next_number(Numbers& numbers, std::uint8_t flow) const;
    void release(std::uint32_t index, TraceProbeId probe);
    bool is_foreign_packet(wire::IpVersion version, const TraceReply& reply) const;
    std::optional<std::uint32_t> only_target(wire::IpVersion version, const TraceReply& reply) const;
    void on_anonymous(wire::IpVersion version, const TraceReply& reply);
    void answer(wire::IpVersion version, std::uint32_t index, TraceProbeId probe, const TraceReply& reply);

    std::uint8_t likely_length(const asio::ip::address& address) const;
    void learn(const TracePath& path);
    void use_known(TraceEngine& engine, TraceProbeId probe, const asio::ip::address& from);

    /// What is known about a path from its first hop on.
    using KnownPath = std::vector<std::optional<ProbeAnswer>>;

    struct Slot {
        std::optional<Target> target{};
        std::uint32_t generation = 0;  ///< of the last target that it had
    };

    TraceOptions options_;
    std::uint16_t first_number_, last_number_;
    TraceSetup setup_;
    std::shared_ptr<TraceCounters> counters_;
    std::vector<Slot> slots_;                                           ///< by the handles' index
    std::vector<std::uint32_t> free_;                                   ///< slots without a target
    std::vector<std::uint32_t> pending_;                                ///< targets that haven't begun
    std::size_t count_ = 0;                                             ///< targets
    std::set<std::pair<asio::ip::address, std::uint32_t>> by_address_;  ///< those that have begun
    RingQueue<std::uint32_t> ready_;  ///< the targets whose engines have something to say, each once
    RingQueue<TraceTarget> held_;     ///< those that want to send, and wait for the rate's next moment
    base::TimeQueue<TimePoint, TraceTarget> deadlines_;
    PingPace pace_;
    std::uint64_t probes_made_ = 0, begun_ = 0;
    std::array<Numbers, 2> numbers_;  ///< of IPv4 and IPv6
    /// With shared hops: by TTL and the address that answered there, a path through it.
    std::map<std::pair<std::uint8_t, asio::ip::address>, std::shared_ptr<const KnownPath>> known_;
    std::map<asio::ip::address, std::uint8_t> lengths_;  ///< the last hop before each destination that was reached
    RingQueue<Released> released_;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const TraceSetProbe& probe);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_set.ipp>
#endif
