#pragma once
// Pinging many targets, decided without a socket or a clock.

#include <libnet/base/ring_queue.hpp>
#include <libnet/base/siphash.hpp>
#include <libnet/base/time_queue.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/ping/ping_events.hpp>
#include <libnet/engine/ping/ping_pace.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/engine/ping/ping_retry.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/engine/ping/ping_targets.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <span>

namespace libnet::inline v0::engine {

/// Options of a PingEngine.
struct PingEngineOptions {
    std::size_t payload_size = 56;  ///< octets after the ICMP header; eight hold the whole cookie
    PayloadPattern pattern{};       ///< of the octets behind the cookie
    base::SipKey key{};             ///< secret and random: what keeps forged answers out
    std::chrono::nanoseconds linger = std::chrono::seconds{10};  ///< how long an ended probe is remembered
    // Ended probes remembered at the most; the oldest are forgotten first:
    std::size_t max_answered = 16'384;    ///< to know duplicates
    std::size_t max_unanswered = 65'536;  ///< to know late answers, and errors that took their time
    std::size_t max_unread = 4096;        ///< with as many events unread, no stream sends, and duplicates are not told
    std::chrono::nanoseconds
        together{};              ///< sends at times closer to each other than that, and losses, come in one turn
    double rate = 0;             ///< probes a second of all streams together; 0: as their intervals say
    bool strict_source = false;  ///< answers count from the address that the probe went to alone, as ever in a range
};

/// What the caller must do next.
struct SendProbe {  ///< send this, then tell `on_sent`, `on_not_sent` or `on_send_error`
    ProbeId probe;
    asio::ip::address to;
    std::uint16_t sequence = 0;  ///< on the wire
    std::uint64_t cookie = 0;    ///< for write_payload
    bool timed = true;           ///< its round trip counts: ask for a transmit stamp
    friend bool operator==(const SendProbe&, const SendProbe&) = default;
};
struct WaitUntil {  ///< receive, and come back at this time at the latest
    TimePoint deadline;
    friend bool operator==(const WaitUntil&, const WaitUntil&) = default;
};
struct WaitForInput {  ///< nothing is under way
    friend bool operator==(const WaitForInput&, const WaitForInput&) = default;
};
using PingAction = std::variant<SendProbe, WaitUntil, WaitForInput>;

/// An echo reply with our identifier, as it came from the network.
struct EchoAnswer {
    asio::ip::address from;
    std::uint16_t sequence = 0;
    std::span<const std::byte> payload;
    std::optional<int> ttl;
    TimePoint received{};  ///< when it arrived, as the kernel stamped it, or else `read`
    TimePoint read{};      ///< when we took it from the socket
    wire::Ipv4OptionOctets ip_options{};
};

/// An ICMP error about an echo request with our identifier, as it came from the network.
struct EchoError {
    asio::ip::address destination;  ///< of the request
    std::uint16_t sequence = 0;
    std::span<const std::byte> payload;  ///< as much of the request's as is quoted, or nothing
    asio::ip::address from;
    std::uint8_t type = 0, code = 0;
    std::optional<std::uint32_t> mtu;
};

/// The end of a probe that was asked for with `request`.
struct PingRequestDone {
    ProbeId probe;
    PingOutcome outcome;
    friend bool operator==(const PingRequestDone&, const PingRequestDone&) = default;
};

/// Decides when to send which probe, what an answer means, and when a probe is lost.
///
/// Theory of operation. A *stream* sends to its target at fixed times: first send, first send + interval, and so on,
/// however late each call comes, so that nothing drifts. A *request* is one probe to an address, sent at once. Each
/// probe is found again by a keyed hash of its address and of the 16 bits of its sequence that fit the wire; the cookie
/// in its payload (from SipHash over target, whole sequence and address) proves that an answer is one to this very
/// probe. Who answers a multicast, anycast or translated address answers from another one: then the cookie alone, which
/// holds the probe's slot in a hidden form, tells the probe.
/// A probe ends once, as reply, lost, error, send error or cancelled. Ended probes are remembered for a while: a lost
/// one may become late (or an error that took its time), and more answers to the others are duplicates.
///
/// Call `next(now)` and do what it says until it says to wait; hand in everything that arrives; then take events and
/// outcomes. Hand in what has arrived before calling `next` after a deadline, lest an answer that waits in a socket is
/// called lost. Nothing here blocks or looks at a clock.
class PingEngine {
public:
    explicit PingEngine(PingEngineOptions options) : options_{options}, pace_{options.rate} {}

    /// Starts a stream to one address.
    PingTarget add(const asio::ip::address& address, const PingSchedule& schedule, TimePoint now);

    /// Starts a stream to all addresses of a range, which have their turns one after the other: `schedule.count` and
    /// `schedule.interval` are each host's, whose turns are spread evenly over the interval. A host is made when its turn
    /// comes, and costs no memory beyond its probes.
    PingTarget add(const wire::AddressRange& range, PingSchedule schedule, TimePoint now);

    /// The next probes of a stream go to another address; those that are under way may still be answered from where they
    /// went. False: there is no such target, or it is a range.
    bool move(PingTarget target, const asio::ip::address& to);

    /// Ends a stream, and forgets its numbers, its probes and its unread events. False: there is no such target.
    bool remove(PingTarget target);

    /// Ends a stream, and keeps its numbers: its pending probes count as cancelled, and answers to them are nobody's.
    /// False: there is no such target.
    bool stop(PingTarget target);

    /// Asks for one probe, to be sent at once. `take_outcome` tells its end under the id returned here.
    ProbeId request(const asio::ip::address& address, std::chrono::nanoseconds timeout);

    /// Nobody waits for this request any more: its end won't be told.
    void cancel(ProbeId probe);

    /// The numbers of a stream up to now; nullopt: there is no such target.
    std::optional<PingStatistics> statistics(PingTarget target) const;

    /// The numbers of a stream over a window that ends now: see libnet::IcmpPinger. nullopt: there is no such target, or
    /// its schedule asks for no windows.
    std::optional<PingStatistics> statistics(PingTarget target, PingWindow window, TimePoint now) const;

    /// How late the sends of streams were handed out, after the times that their schedules and the rate say. Those with
    /// an interval of zero are never late.
    PingTimes sched_lag() const { return lag_.times(); }

    /// What to do next. Also declares the probes lost whose time is up.
    PingAction next(TimePoint now);

    /// Whether `next(now)` would declare a probe lost: read the sockets first.
    bool loss_due(TimePoint now);

    /// The probe was handed to the kernel at this time.
    void on_sent(ProbeId probe, TimePoint at);
    /// The kernel says that it handed the probe to the device at this time, which is after `on_sent`'s: its round trip
    /// counts from then. To be told before the answer is.
    void on_transmitted(ProbeId probe, TimePoint at);
    void on_send_error(ProbeId probe, boost::system::error_code error);
    /// The system had no room for the probe, for this reason. It is handed out again a little later; a probe of a stream
    /// that has an interval, and one that was asked for, are given up (PingSendError) when their timeout passes meanwhile.
    void on_not_sent(ProbeId probe, boost::system::error_code why);
    void on_reply(const EchoAnswer& answer);
    void on_error(const EchoError& error);
    /// An answer with a wrong ICMP checksum.
    void on_corrupt(const asio::ip::address& from);

    bool has_events() const noexcept { return !events_.empty(); }
    /// The oldest unread event of a stream.
    std::optional<PingEvent> take_event();
    /// The oldest end of a request that wasn't told yet.
    std::optional<PingRequestDone> take_outcome();

    /// Every stream has sent all its probes, and all of them have ended.
    bool streams_done() const noexcept { return running_ == 0; }

    /// Answers to no probe of ours, from anybody.
    std::uint64_t foreign() const noexcept { return foreign_; }

private:
    using Target = PingTargetState;
    struct Ended {
        ProbeId probe;
        TimePoint forget_at;
    };
    struct Refused {
        ProbeId probe;
        TimePoint give_up_at;
        boost::system::error_code why;
    };
    static constexpr std::size_t max_refused = 64;  ///< with as many, streams without a pause wait

    void begin(PingTarget handle, std::chrono::nanoseconds delay, TimePoint now);
    ProbeId new_probe(PingTarget handle, Target& target, bool requested);
    void erase_probe(ProbeId id);
    void forget_ended(TimePoint now);
    void forget(RingQueue<Ended>& ended, std::size_t most, TimePoint now);
    SendProbe hand_out(ProbeId id, Probe& probe, Target& target);
    SendProbe hand_out_again(ProbeId id, Probe& probe, const Target& target) const;
    std::optional<SendProbe> next_request();
    std::optional<SendProbe> next_refused(TimePoint now);
    void begin_retries(TimePoint now);
    std::optional<SendProbe> next_scheduled(TimePoint now);
    bool hold_behind_refused(PingTarget handle, Target& target);
    SendProbe send_scheduled(PingTarget handle, Target& target, TimePoint now);
    void plan_next_send(PingTarget handle, Target& target, TimePoint now);
    void drop_stale_sends();
    void tell_outstanding(Target& target);
    void hurry(PingTarget handle, Target& target);
    TimePoint next_send(TimePoint now) const;
    PingAction next_wait();
    bool streams_held() const noexcept { return events_.size() >= options_.max_unread; }

    void declare_losses(TimePoint now);
    void drop_stale_deadlines();
    void give_up(ProbeId id, Probe& probe, Target& target);
    void end(ProbeId id, Probe& probe, Target& target, Probe::State state);
    template <typename Event>
    void tell(ProbeId id, const Probe& probe, Event event);
    void answered(ProbeId id, Probe& probe, Target& target, const EchoAnswer& answer);
    static void note_order(const Probe& probe, Target& target, TimePoint now);
    static void acknowledge(const Probe& probe, Target& target);
    void answered_late(Probe& probe, Target& target, const EchoAnswer& answer, std::chrono::nanoseconds rtt);
    void answered_again(const Probe& probe, Target& target, const EchoAnswer& answer, std::chrono::nanoseconds rtt);

    struct Match {
        ProbeId id;
        Probe* probe = nullptr;
        Target* target = nullptr;
        bool removed = false;  ///< a probe to a removed target would fit
    };
    template <typename Ours>
    Match find_sent(const asio::ip::address& address, std::uint16_t wire_sequence, Ours&& ours);
    template <typename Ours>
    Match find_by_cookie(const EchoAnswer& answer, Ours&& ours);
    void count_foreign(Target* target, TimePoint now);
    std::uint64_t key_of(const asio::ip::address& address, std::uint16_t wire_sequence) const;
    std::uint64_t cookie_of(ProbeId id, const Probe& probe, const Target& target) const;
    std::uint32_t slot_mask(std::uint32_t proof) const;

    PingEngineOptions options_;
    TimePoint now_{};  ///< of the last `next`
    PingTargets targets_;
    std::size_t running_ = 0;  ///< streams that haven't ended

    ProbeTable probes_;
    RingQueue<ProbeId> requests_;  ///< not sent yet
    RingQueue<Refused> refused_;   ///< to be handed out again
    PingRetry retry_;
    base::TimeQueue<TimePoint, PingTarget> schedule_;  ///< next sends of the streams
    PingPace pace_;
    TimePoint last_turn_ = TimePoint::min();  ///< of sends at their times
    TimePoint last_losses_ = TimePoint::min();
    base::TimeQueue<TimePoint, ProbeId> deadlines_;  ///< of the pending probes
    RingQueue<Ended> answered_, unanswered_;         ///< ended and remembered, the oldest first
    RingQueue<PingEvent> events_;
    RingQueue<PingRequestDone> outcomes_;
    std::uint64_t foreign_ = 0;
    PingTimesRecorder lag_;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingAction& action);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/ping/ping_engine.ipp>
#endif
