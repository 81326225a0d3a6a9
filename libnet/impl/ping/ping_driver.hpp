#pragma once
// What is behind an IcmpPinger: a PingEngine with its sockets, driven as long as a caller waits.

#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/impl/ping/ping_channel.hpp>
#include <libnet/impl/ping/ping_link.hpp>
#include <libnet/io/icmp/icmp_damage.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/ping_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

struct PingRequestWaiter;
struct PingStreamWaiter;

/// Finds the addresses of targets that were added by name, for a driver that has such targets.
class PingNames {
public:
    virtual ~PingNames() = default;
    virtual void resume() = 0;  ///< a caller waits: names are asked for, and again when their answers are too old
    virtual void pause() = 0;   ///< none does: nothing keeps the io_context running
};

/// Drives one engine. Asio operations are under way only while a waiter exists, so that an idle pinger keeps no
/// io_context running; their handlers share the driver.
///
/// Any number wait at once, so that the driver has handlers and no coroutine of its own: a coroutine that waits for each
/// turn would cost more than a few pings do. What goes wrong in a handler (memory that runs out) is told to those who wait,
/// and the driver rests; the next one who waits sets it going again, with nothing lost.
class PingDriver : public std::enable_shared_from_this<PingDriver> {
public:
    using Outcome = engine::PingRequestDone;
    using Probe = engine::PingProbe;

    /// Opens the sockets and throws, as IcmpPinger's constructor.
    PingDriver(asio::any_io_executor executor, const PingOptions& options);

    /// Opens none: probes go to the link.
    PingDriver(asio::any_io_executor executor, const PingOptions& options, std::unique_ptr<PingLink> link);

    const asio::any_io_executor& executor() const noexcept { return executor_; }
    const PingOptions& options() const noexcept { return options_; }

    PingTarget add(asio::ip::address address, const PingTargetOptions& options);
    PingTarget add(const wire::AddressRange& range, const PingTargetOptions& options);
    bool move(PingTarget target, asio::ip::address to);

    // For targets by name:
    PingNames* names() const noexcept { return names_.get(); }
    void keep(std::unique_ptr<PingNames> names);
    bool sends_over(wire::IpVersion version) const noexcept { return link_ || identifier(version).has_value(); }
    PingTarget add_waiting(const PingTargetOptions& options);
    void start(PingTarget target, std::chrono::nanoseconds delay);
    bool move_named(PingTarget target, const asio::ip::address& to);
    bool tell_unresolved(PingTarget target, boost::system::error_code why);
    bool remove(PingTarget target);
    bool stop(PingTarget target);
    std::optional<PingStatistics> statistics(PingTarget target) const { return engine_.statistics(target); }
    std::optional<PingStatistics> counts(PingTarget target) const { return engine_.counts(target); }
    std::optional<PingStatistics> statistics(PingTarget target, PingWindow window) const;
    std::optional<std::uint16_t> identifier(wire::IpVersion version) const noexcept;
    std::uint64_t foreign() const noexcept { return engine_.foreign(); }
    PingTimes sched_lag() const { return engine_.sched_lag(); }
    std::uint64_t rx_dropped() const { return v4_.channel.dropped() + v6_.channel.dropped(); }
    std::uint64_t checksum_errors() const { return io::damaged_icmp_packets() - damaged_before_; }

    std::optional<PingEvent> take_event() { return engine_.take_event(); }
    bool streams_done() const noexcept { return engine_.streams_done(); }

    /// Ends all waits and closes the sockets.
    void stop() noexcept;
    bool stopped() const noexcept { return stopped_; }

    // For the waiters:
    engine::ProbeId enter(PingRequestWaiter& waiter, asio::ip::address address, std::chrono::nanoseconds timeout);
    void enter(PingStreamWaiter& waiter);
    void leave(PingRequestWaiter& waiter) noexcept;
    void leave(PingStreamWaiter& waiter) noexcept;

    // For take_turn (impl/probe_driver.hpp):
    engine::PingAction next(engine::TimePoint now) { return engine_.next(now); }
    void send(const engine::PingProbe& probe);
    bool flush();

private:
    /// A channel with what is waited for.
    struct Lane {
        PingChannel channel;
        std::size_t watched = 0;      ///< sockets whose answers are waited for
        bool waits_writable = false;  ///< for any of them
    };

    engine::TimePoint now() const { return link_ ? link_->now() : std::chrono::steady_clock::now(); }
    Lane& lane_to(const asio::ip::address& address) { return address.is_v4() ? v4_ : v6_; }
    void connect(const asio::ip::address& address);

    void start();
    void rest() noexcept;
    void left() noexcept;
    void tell_waiters(const std::exception_ptr& failure) noexcept;
    template <typename Act>
    void guarded(Act&& act) noexcept;

    void watch(Lane& lane);
    void wait_readable(Lane& lane, io::ProbeSocket& socket);
    void wait_writable(Lane& lane);
    void wait_until(engine::TimePoint deadline);
    void pump_soon();

    void pump();
    void turn();
    void deliver();
    void wake(const engine::PingRequestDone& done);

    asio::any_io_executor executor_;
    PingOptions options_;
    std::unique_ptr<PingLink> link_;  ///< null: there are sockets
    engine::PingEngine engine_;
    io::ProbeReader reader_;
    Lane v4_, v6_;
    std::uint64_t damaged_before_ = io::damaged_icmp_packets();
    asio::steady_timer timer_;
    bool timer_runs_ = false;
    bool pump_posted_ = false;
    std::uint64_t run_ = 0;  ///< handlers of an earlier run do nothing
    bool running_ = false;
    bool stopped_ = false;
    bool connected_ = false;
    std::size_t waiters_ = 0;
    std::vector<PingRequestWaiter*> requests_;  ///< by the slot of their probe
    std::vector<PingStreamWaiter*> streams_;
    std::map<PingTarget, boost::system::error_code> unresolved_;  ///< targets by name without an address, and why
    std::unique_ptr<PingNames> names_;                            ///< goes first: it uses the others
};

/// A coroutine in `ping()`: lives in its frame, so that whatever ends the coroutine ends the wait.
struct PingRequestWaiter {
    PingRequestWaiter(std::shared_ptr<PingDriver> driver_, asio::ip::address address, std::chrono::nanoseconds timeout)
        : driver{std::move(driver_)},
          wake{driver->executor(), asio::steady_timer::time_point::max()},
          probe{driver->enter(*this, address, timeout)}
    {}
    ~PingRequestWaiter() { driver->leave(*this); }
    PingRequestWaiter(const PingRequestWaiter&) = delete;
    PingRequestWaiter& operator=(const PingRequestWaiter&) = delete;

    std::shared_ptr<PingDriver> driver;
    asio::steady_timer wake;  ///< never expires: is cancelled when the outcome is there
    std::optional<PingOutcome> outcome;
    std::exception_ptr failure;  ///< why there will be none
    engine::ProbeId probe;
};

/// A coroutine in `next()`.
struct PingStreamWaiter {
    explicit PingStreamWaiter(std::shared_ptr<PingDriver> driver_)
        : driver{std::move(driver_)},
          wake{driver->executor(), asio::steady_timer::time_point::max()}
    {
        driver->enter(*this);
    }
    ~PingStreamWaiter() { driver->leave(*this); }
    PingStreamWaiter(const PingStreamWaiter&) = delete;
    PingStreamWaiter& operator=(const PingStreamWaiter&) = delete;

    std::shared_ptr<PingDriver> driver;
    asio::steady_timer wake;
    bool notified = false;       ///< there is an event, or every stream is done
    std::exception_ptr failure;  ///< why nothing goes on
};

/// Waits for the end of one probe.
asio::awaitable<PingOutcome> wait_for_outcome(std::shared_ptr<PingDriver> driver, asio::ip::address address,
                                              std::chrono::nanoseconds timeout);

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/ping_driver.ipp>
#endif
