#pragma once
// What is behind an IcmpPinger: performs the actions of a PingEngine on two ICMP sockets, while somebody waits.

#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/io/icmp/icmp_damage.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/ping_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <memory>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

struct PingRequestWaiter;
struct PingStreamWaiter;

/// Drives one engine. Asio operations are under way only while a waiter exists, so that a pinger at rest keeps no
/// io_context running; their handlers share the driver.
class PingDriver : public std::enable_shared_from_this<PingDriver> {
public:
    /// Opens the sockets and throws, as IcmpPinger's constructor.
    PingDriver(asio::any_io_executor executor, const PingOptions& options);

    const asio::any_io_executor& executor() const noexcept { return executor_; }
    const PingOptions& options() const noexcept { return options_; }

    PingTarget add(asio::ip::address address, const PingTargetOptions& options);
    PingTarget add(const wire::AddressRange& range, const PingTargetOptions& options);
    bool move(PingTarget target, asio::ip::address to);
    bool remove(PingTarget target);
    bool stop(PingTarget target);
    std::optional<PingStatistics> statistics(PingTarget target) const { return engine_.statistics(target); }
    std::optional<PingStatistics> statistics(PingTarget target, PingWindow window) const;
    std::optional<std::uint16_t> identifier(wire::IpVersion version) const noexcept;
    std::uint64_t foreign() const noexcept { return engine_.foreign(); }
    PingTimes sched_lag() const { return engine_.sched_lag(); }
    std::uint64_t rx_dropped() const;
    std::uint64_t checksum_errors() const { return io::damaged_icmp_packets() - damaged_before_; }

    std::optional<PingEvent> take_event() { return engine_.take_event(); }
    bool streams_done() const noexcept { return engine_.streams_done(); }

    /// Ends all waits and closes the sockets.
    void stop();
    bool stopped() const noexcept { return stopped_; }

    // For the waiters:
    engine::ProbeId enter(PingRequestWaiter& waiter, asio::ip::address address, std::chrono::nanoseconds timeout);
    void enter(PingStreamWaiter& waiter);
    void leave(PingRequestWaiter& waiter);
    void leave(PingStreamWaiter& waiter);

private:
    /// The sockets of one IP version, or why there are none. There is one, and others when it is full: packets to hosts of
    /// the local link that are gone stay in the send buffer for three seconds each, and must not hold up the others.
    struct Door {
        std::vector<std::unique_ptr<io::ProbeSocket>> sockets;
        std::size_t turn = 0;         ///< the socket that sends
        std::size_t full = 0;         ///< sockets that were found full, one after the other
        bool waits_writable = false;  ///< all are full
        std::exception_ptr error;
        std::size_t burst = 1;                            ///< messages that are sent together
        std::vector<io::ProbeSocket::Outgoing> outgoing;  ///< handed out by the engine; tagged with their probes
        std::size_t done = 0;                             ///< of these: sent, or refused for good
        std::vector<std::byte> messages;                  ///< of these, one after the other
        io::Refusals refusals;                            ///< of the first that isn't done
        std::size_t unread = 0;                           ///< sends since the sockets were read

        io::ProbeSocket& sending() { return *sockets[turn]; }
        bool all_done() const noexcept { return done == outgoing.size(); }
    };

    Door open(wire::IpVersion version) const;
    io::ProbeSocketOptions socket_options() const;
    bool open_another(Door& door);
    bool turn_to_next_socket(Door& door);
    Door& door_to(const asio::ip::address& address) { return address.is_v4() ? v4_ : v6_; }
    engine::PingSchedule schedule_of(const PingTargetOptions& options) const;
    void require_door(const asio::ip::address& address);
    void connect_door(const asio::ip::address& address);

    void start();
    void rest_if_idle();
    void left();
    void wait_readable(Door& door, io::ProbeSocket& socket);
    void wait_writable(Door& door);
    void wait_until(engine::TimePoint deadline);

    void pump();
    void pump_soon();
    void perform_actions();
    bool enqueue(const engine::SendProbe& send);
    bool flush();
    bool flush(Door& door);
    bool refused(Door& door, boost::system::error_code error);
    void read_all();
    void read(Door& door);
    void read_answers(const io::ProbeSocket& socket);
    bool read_errors(const io::ProbeSocket& socket);
    void take(const io::ProbeSocket& socket, const io::ProbeReader::Datagram& datagram);
    void take(const io::ProbeSocket& socket, const io::ProbeReader::Entry& entry);
    void deliver();

    asio::any_io_executor executor_;
    PingOptions options_;
    engine::PingEngine engine_;
    std::size_t message_size_;
    io::ProbeReader reader_;
    Door v4_, v6_;
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
    bool notified = false;  ///< there is an event, or every stream is done
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/ping_driver.ipp>
#endif
