#pragma once
// Pinging many targets, decided without a socket or a clock.

#include <libnet/base/ring_queue.hpp>
#include <libnet/base/siphash.hpp>
#include <libnet/base/time_queue.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/ping/ended_probes.hpp>
#include <libnet/engine/ping/ping_action.hpp>
#include <libnet/engine/ping/ping_pace.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/engine/ping/ping_targets.hpp>
#include <libnet/engine/ping/probe_cookies.hpp>
#include <libnet/engine/ping/probe_table.hpp>
#include <libnet/engine/ping/refused_probes.hpp>

#include <memory>

namespace libnet::inline v0::engine {

/// Options of a PingEngine.
struct PingEngineOptions {
    std::size_t payload_size = 56;  ///< octets after the ICMP header; eight hold the whole cookie
    PayloadPattern pattern{};       ///< of the octets behind the cookie
    base::SipKey key{};             ///< secret and random: so that answers can't be forged
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
/// Call `next(now)` and do what it says until it says to wait; hand in everything that arrives; then take events, which
/// are kept until the caller takes them. Hand in what has arrived before calling `next` after a deadline, lest an answer that
/// waits in a socket is called lost. Nothing here blocks or looks at a clock.
///
/// A probe that the system had no room for waits and is tried again. When many wait, further probes to targets that were
/// refused the last time, and have never answered, wait without a try: each try costs the system a search for room.
///
/// When memory runs out, a function throws `std::bad_alloc` and the engine goes on with the state that it had before,
/// but for statistics that may count an answer which is lost by that. The `on_` functions don't allocate after
/// `make_room`, except for a target's first trouble and for its histogram.
class PingEngine {
public:
    explicit PingEngine(PingEngineOptions options)
        : options_{options},
          cookies_{options.key},
          ended_{options.linger, options.max_answered, options.max_unanswered},
          pace_{options.rate}
    {}

    /// Starts a stream to one address.
    PingTarget add(const asio::ip::address& address, const PingSchedule& schedule, TimePoint now);

    /// Starts a stream to all addresses of a range, which have their turns one after the other: `schedule.count` and
    /// `schedule.interval` are each host's, whose turns are spread evenly over the interval. A host is made when its turn
    /// comes, and costs no memory beyond its probes.
    PingTarget add(const wire::AddressRange& range, PingSchedule schedule, TimePoint now);

    /// Adds a stream whose address isn't known yet: nothing is sent before `start`. Its probes go to the unspecified address,
    /// which means that they can't be sent, until `move` gives it one.
    PingTarget add_waiting(const PingSchedule& schedule);

    /// Begins to send to a target that `add_waiting` has added, after the delay. Once for each. Nothing happens where there
    /// is no such target, or it was stopped.
    void start(PingTarget target, std::chrono::nanoseconds delay, TimePoint now);

    /// The next probes of a stream go to another address; those that are under way may still be answered from where they
    /// went. False: there is no such target, or it is a range.
    bool move(PingTarget target, const asio::ip::address& to);

    /// Ends a stream, and forgets its numbers, its probes and its unread events. False: there is no such target.
    bool remove(PingTarget target);

    /// Ends a stream, and keeps its numbers: its pending probes count as cancelled, and answers to them do not count.
    /// False: there is no such target.
    bool stop(PingTarget target);

    /// Asks for one probe, to be sent at once. `next` reports its end under the id returned here.
    ProbeId request(const asio::ip::address& address, std::chrono::nanoseconds timeout);

    /// The caller waits for this request no more: its end won't be told.
    void cancel(ProbeId probe);

    /// Whose probe it is, as long as it is in the engine's table.
    std::optional<PingTarget> target_of(ProbeId probe);

    /// The numbers of a stream up to now; nullopt: there is no such target.
    std::optional<PingStatistics> statistics(PingTarget target) const;

    /// The same without the times, which take a hundred times as long to be told.
    std::optional<PingStatistics> counts(PingTarget target) const;

    /// The numbers of a stream over a window that ends now: see libnet::IcmpPinger. nullopt: there is no such target, or
    /// its schedule asks for no windows.
    std::optional<PingStatistics> statistics(PingTarget target, PingWindow window, TimePoint now) const;

    /// How late the sends of streams were handed out, after the times that their schedules and the rate say. Those with
    /// an interval of zero are never late.
    PingTimes sched_lag() const { return lag_.times(); }

    /// What to do next. Also declares the probes lost whose time is up.
    PingAction next(TimePoint now);

    /// So many answers and errors can be handed in without an allocation for them. Throws `std::bad_alloc`, and has changed
    /// nothing then.
    void make_room(std::size_t answers);

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
    /// The sockets are full: streams without a pause wait until `on_room`.
    void on_full() noexcept { full_ = true; }
    /// There is room in the sockets again.
    void on_room(TimePoint now);
    void on_reply(const EchoAnswer& answer);
    void on_error(const EchoError& error);
    /// An answer with a wrong ICMP checksum.
    void on_corrupt(const asio::ip::address& from);

    bool has_events() const noexcept { return !events_.empty(); }
    /// The oldest unread event of a stream.
    std::optional<PingEvent> take_event();

    /// Every stream has sent all its probes, and all of them have ended.
    bool streams_done() const noexcept { return running_ == 0; }

    /// Answers to no probe of ours, from any host.
    std::uint64_t foreign() const noexcept { return foreign_; }

private:
    using Target = PingTargetState;
    void begin(PingTarget handle, std::unique_ptr<PingWindows> windows, std::chrono::nanoseconds delay, TimePoint now);
    ProbeId new_probe(PingTarget handle, Target& target, bool requested);
    void erase_probe(ProbeId id);
    void forget_ended(TimePoint now);
    std::uint64_t cookie_of(ProbeId id, const Probe& probe, const Target& target) const;

    // What is sent when:
    void make_room_to_send();
    PingProbe hand_out(ProbeId id, Probe& probe, Target& target);
    PingProbe hand_out_again(ProbeId id, Probe& probe, const Target& target);
    std::optional<PingProbe> next_request();
    std::optional<PingProbe> next_refused(TimePoint now);
    void give_up_refused(const RefusedProbes::Refused& refused);
    std::optional<PingProbe> next_scheduled(TimePoint now);
    bool hold(PingTarget handle, Target& target);
    bool needs_no_try(const Target& target) const;
    ProbeId make_scheduled(PingTarget handle, Target& target, TimePoint now);
    void refuse_untried(ProbeId id, Probe& probe, Target& target, TimePoint now);
    void plan_next_send(PingTarget handle, Target& target, TimePoint now);
    void drop_stale_sends();
    void tell_outstanding(Target& target);
    void hurry(PingTarget handle, Target& target);
    TimePoint next_send(TimePoint now) const;
    action::WaitUntil next_wait();
    bool streams_held() const noexcept { return events_.size() >= options_.max_unread; }
    Probe* take_handed_out(ProbeId id);
    TimePoint give_up_at(const Probe& probe, const Target& target) const;

    // How probes end:
    void declare_losses(TimePoint now);
    void drop_stale_deadlines();
    void give_up(ProbeId id, Probe& probe, Target& target);
    void fail(ProbeId id, Probe& probe, Target& target, boost::system::error_code error);
    void settle(const Probe& probe, Target& target, PingCount how, TimePoint at);
    void end(ProbeId id, Probe& probe, Target& target, Probe::State state);
    template <typename Event>
    void tell(ProbeId id, const Probe& probe, Event event);

    // What answers mean:
    void answered(ProbeId id, Probe& probe, Target& target, const EchoAnswer& answer);
    static void count_order(const Probe& probe, Target& target, TimePoint now);
    static void note_order(const Probe& probe, Target& target);
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

    PingEngineOptions options_;
    ProbeCookies cookies_;
    TimePoint now_{};  ///< of the last `next`
    PingTargets targets_;
    std::size_t running_ = 0;  ///< streams that haven't ended

    ProbeTable probes_;
    RingQueue<ProbeId> requests_;  ///< not sent yet
    std::size_t handed_out_ = 0;   ///< probes whose sending hasn't been told
    RefusedProbes refused_;        ///< to be handed out again
    bool full_ = false;
    RingQueue<PingTarget> held_;                       ///< streams that wait for `on_room`
    base::TimeQueue<TimePoint, PingTarget> schedule_;  ///< next sends of the streams
    base::TimeQueue<TimePoint, ProbeId> deadlines_;    ///< of the pending probes
    EndedProbes ended_;
    PingPace pace_;
    TimePoint last_turn_ = TimePoint::min();  ///< of sends at their times
    TimePoint last_losses_ = TimePoint::min();
    RingQueue<PingEvent> events_;
    RingQueue<PingRequestDone> outcomes_;
    std::uint64_t foreign_ = 0;
    PingTimesRecorder lag_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/ping/ping_engine.ipp>
#  include <libnet/engine/ping/ping_engine_answers.ipp>
#  include <libnet/engine/ping/ping_engine_sends.ipp>
#endif
