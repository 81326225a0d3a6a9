#pragma once
// Bodies of libnet/impl/ping/ping_driver.hpp.

#include <libnet/impl/ping/checked_options.hpp>
#include <libnet/impl/ping/ping_driver.hpp>
#include <libnet/impl/probe_driver.hpp>
#include <libnet/io/dns/target_address.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/icmp/icmp_timestamp.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

LIBNETXX_DECL PingDriver::PingDriver(asio::any_io_executor executor, const PingOptions& options)
    : executor_{executor},
      options_{checked(options)},
      engine_{engine_options(options)},
      reader_{std::max(wire::icmp_timestamp_size, wire::icmp_header_size + options.payload_size)},
      v4_{PingChannel{executor, wire::IpVersion::v4, options}},
      v6_{PingChannel{executor, wire::IpVersion::v6, options}},
      timer_{executor}
{
    if (!v6_.channel.identifier()) v4_.channel.require();
}

LIBNETXX_DECL PingDriver::PingDriver(asio::any_io_executor executor, const PingOptions& options,
                                     std::unique_ptr<PingLink> link)
    : executor_{executor},
      options_{checked(options)},
      link_{std::move(link)},
      engine_{engine_options(options)},
      reader_{wire::icmp_header_size},
      v4_{PingChannel{executor}},
      v6_{PingChannel{executor}},
      timer_{executor}
{}

LIBNETXX_DECL PingTarget PingDriver::add(asio::ip::address address, const PingTargetOptions& options)
{
    address = io::target_address(address, options_.interface.str());
    lane_to(address).channel.require();
    if (options_.connect) connect(address);
    const auto schedule = schedule_of(options, options_);
    const auto target = engine_.add(address, schedule, now());
    if (running_) pump();
    return target;
}

LIBNETXX_DECL PingTarget PingDriver::add(const wire::AddressRange& range, const PingTargetOptions& options)
{
    io::require_option(range.first.is_v4() == range.last.is_v4(), "ping range: both ends of one IP version");
    io::require_option(range.first <= range.last, "ping range: its first address is not above its last");
    lane_to(range.first).channel.require();
    const auto schedule = schedule_of(options, options_);
    io::require_option(schedule.rhythm == PingRhythm::steady, "ping rhythm: of ranges, steady only");
    const auto target = engine_.add(range, schedule, now());
    if (running_) pump();
    return target;
}

/// The first target is the only one: with another one, answers to the first would no longer arrive.
LIBNETXX_DECL void PingDriver::connect(const asio::ip::address& address)
{
    io::require_option(!std::exchange(connected_, true), "ping: connected to another target");
    if (!link_) lane_to(address).channel.connect(address);
}

LIBNETXX_DECL bool PingDriver::move(PingTarget target, asio::ip::address to)
{
    to = io::target_address(to, options_.interface.str());
    lane_to(to).channel.require();
    if (options_.connect && !link_) lane_to(to).channel.connect(to);
    return engine_.move(target, to);
}

LIBNETXX_DECL void PingDriver::keep(std::unique_ptr<PingNames> names)
{
    names_ = std::move(names);
    if (running_) names_->resume();
}

LIBNETXX_DECL PingTarget PingDriver::add_waiting(const PingTargetOptions& options)
{
    if (options_.connect) io::require_option(!std::exchange(connected_, true), "ping: connected to another target");
    return engine_.add_waiting(schedule_of(options, options_));
}

LIBNETXX_DECL void PingDriver::start(PingTarget target, std::chrono::nanoseconds delay)
{
    engine_.start(target, delay, now());
    if (running_) pump();
}

/// False: there is no such target any more. An address that the socket refuses leaves it without one.
LIBNETXX_DECL bool PingDriver::move_named(PingTarget target, const asio::ip::address& to)
try {
    const bool moved = move(target, to);
    unresolved_.erase(target);
    return moved;
} catch (const boost::system::system_error& error) {
    return tell_unresolved(target, error.code());
}

/// As long as it has had no address, its probes end with this error. False: there is no such target any more.
LIBNETXX_DECL bool PingDriver::tell_unresolved(PingTarget target, boost::system::error_code why)
{
    if (!engine_.counts(target)) return false;
    unresolved_[target] = why;
    return true;
}

LIBNETXX_DECL bool PingDriver::remove(PingTarget target)
{
    unresolved_.erase(target);
    const bool removed = engine_.remove(target);
    if (running_) deliver();  // it may have been the last one that a caller waits for
    return removed;
}

LIBNETXX_DECL bool PingDriver::stop(PingTarget target)
{
    const bool stopped = engine_.stop(target);
    if (running_) deliver();
    return stopped;
}

LIBNETXX_DECL std::optional<PingStatistics> PingDriver::statistics(PingTarget target, PingWindow window) const
{
    return engine_.statistics(target, window, now());
}

LIBNETXX_DECL std::optional<std::uint16_t> PingDriver::identifier(wire::IpVersion version) const noexcept
{
    return (version == wire::IpVersion::v4 ? v4_ : v6_).channel.identifier();
}

// --- who waits ---------------------------------------------------------------------------------------------------

LIBNETXX_DECL engine::ProbeId PingDriver::enter(PingRequestWaiter& waiter, asio::ip::address address,
                                                std::chrono::nanoseconds timeout)
{
    if (stopped_)
        throw boost::system::system_error{asio::error::make_error_code(asio::error::operation_aborted), "ping"};
    address = io::target_address(address, options_.interface.str());
    lane_to(address).channel.require();
    const auto probe = engine_.request(address, timeout);
    try {
        if (requests_.size() <= probe.slot) requests_.resize(probe.slot + 1);
    } catch (...) {
        engine_.cancel(probe);
        throw;
    }
    requests_[probe.slot] = &waiter;
    ++waiters_;
    start();
    return probe;
}

LIBNETXX_DECL void PingDriver::leave(PingRequestWaiter& waiter) noexcept
{
    // An ended probe's slot may have been given to another one by now.
    PingRequestWaiter*& registered = requests_[waiter.probe.slot];
    if (registered == &waiter) registered = nullptr;
    if (!waiter.outcome) engine_.cancel(waiter.probe);
    left();
}

LIBNETXX_DECL void PingDriver::enter(PingStreamWaiter& waiter)
{
    streams_.push_back(&waiter);
    ++waiters_;
    start();
}

LIBNETXX_DECL void PingDriver::leave(PingStreamWaiter& waiter) noexcept
{
    std::erase(streams_, &waiter);
    left();
}

LIBNETXX_DECL void PingDriver::left() noexcept
{
    if (--waiters_ != 0 || stopped_ || !running_) return;
    try {
        // Whoever waited comes back at once, most of the time: look again after it had its turn.
        asio::post(executor_, [weak = weak_from_this()] {
            const auto driver = weak.lock();
            if (driver && driver->waiters_ == 0) driver->rest();
        });
    } catch (...) {  // no memory to look again
        rest();
    }
}

LIBNETXX_DECL void PingDriver::tell_waiters(const std::exception_ptr& failure) noexcept
{
    const auto tell = [&failure](auto* waiter) {
        if (waiter == nullptr) return;
        if (failure) waiter->failure = failure;
        waiter->wake.cancel();
    };
    for (PingRequestWaiter* waiter : requests_) tell(waiter);
    for (PingStreamWaiter* waiter : streams_) tell(waiter);
}

LIBNETXX_DECL void PingDriver::start()
{
    const bool begins = !running_;
    if (begins) {
        running_ = true;
        ++run_;
    }
    guarded([&] {
        if (begins && names_) names_->resume();
        turn();
    });
}

LIBNETXX_DECL void PingDriver::rest() noexcept
{
    if (!running_) return;
    running_ = false;
    ++run_;
    timer_.cancel();
    timer_runs_ = false;
    if (names_) names_->pause();
    for (Lane* lane : {&v4_, &v6_}) {
        lane->waits_writable = false;
        lane->watched = 0;
        for (const auto& socket : lane->channel.sockets()) socket->descriptor().cancel();
    }
}

LIBNETXX_DECL void PingDriver::stop() noexcept
{
    if (stopped_) return;
    stopped_ = true;
    rest();
    names_.reset();
    for (Lane* lane : {&v4_, &v6_}) lane->channel.close();
    tell_waiters({});
}

/// What is thrown ends all waits with that, and the driver rests.
template <typename Act>
void PingDriver::guarded(Act&& act) noexcept
try {
    act();
} catch (...) {
    const auto failure = std::current_exception();
    rest();
    tell_waiters(failure);
}

// --- what is waited for ------------------------------------------------------------------------------------------

/// Waits for the answers to all sockets of the channel, and for room when they are full.
LIBNETXX_DECL void PingDriver::watch(Lane& lane)
{
    while (lane.watched < lane.channel.sockets().size()) {
        wait_readable(lane, *lane.channel.sockets()[lane.watched]);
        ++lane.watched;
    }
    if (lane.channel.is_full()) wait_writable(lane);
}

/// An entry in the error queue wakes whoever waits to read, too: poll(2) tells errors unasked.
LIBNETXX_DECL void PingDriver::wait_readable(Lane& lane, io::ProbeSocket& socket)
{
    socket.descriptor().async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this(), &lane, &socket, run = run_](boost::system::error_code error) {
            if (error || run != self->run_) return;
            self->guarded([&] {
                lane.channel.read(self->engine_, self->reader_);
                self->wait_readable(lane, socket);
                self->turn();
            });
        });
}

LIBNETXX_DECL void PingDriver::wait_writable(Lane& lane)
{
    if (lane.waits_writable) return;
    for (std::size_t i = 0; i < lane.channel.usual(); ++i)
        lane.channel.sockets()[i]->descriptor().async_wait(
            asio::posix::stream_descriptor::wait_write,
            [self = shared_from_this(), &lane, run = run_](boost::system::error_code error) {
                if (error || run != self->run_ || !lane.channel.is_full()) return;
                self->guarded([&] {
                    self->engine_.on_room(self->now());
                    lane.channel.on_writable();
                    lane.waits_writable = false;
                    self->turn();
                });
            });
    lane.waits_writable = true;
}

LIBNETXX_DECL void PingDriver::wait_until(engine::TimePoint deadline)
{
    if (link_)
        return link_->wait_until(deadline, [weak = weak_from_this(), run = run_] {
            const auto self = weak.lock();
            if (self && run == self->run_ && self->running_) self->pump();
        });
    if (timer_runs_ && timer_.expiry() <= deadline) return;  // then it is looked at again
    if (deadline == engine::TimePoint::max()) return;
    timer_.expires_at(deadline);
    timer_runs_ = false;  // the wait that ran was cancelled
    timer_.async_wait([self = shared_from_this(), run = run_](boost::system::error_code error) {
        if (error || run != self->run_) return;
        self->timer_runs_ = false;
        self->pump();
    });
    timer_runs_ = true;
}

LIBNETXX_DECL void PingDriver::pump_soon()
{
    if (pump_posted_) return;
    asio::post(executor_, [weak = weak_from_this(), run = run_] {
        const auto self = weak.lock();
        if (!self) return;
        self->pump_posted_ = false;
        if (run == self->run_ && self->running_) self->pump();
    });
    pump_posted_ = true;
}

// --- what is done ------------------------------------------------------------------------------------------------

LIBNETXX_DECL void PingDriver::pump()
{
    guarded([this] { turn(); });
}

LIBNETXX_DECL void PingDriver::turn()
{
    using namespace engine::action;
    constexpr std::size_t most_sends = 1024;  // then the event loop's others have their turn
    if (link_) link_->read(engine_);
    // An answer that waits in a socket is not lost.
    if (engine_.loss_due(now()))
        for (Lane* lane : {&v4_, &v6_}) lane->channel.read(engine_, reader_);
    const auto at = now();
    for (;;) {
        const auto end = take_turn(*this, at, most_sends);
        if (const auto* report = std::get_if<Report<Outcome>>(&end)) {
            wake(report->outcome);
            continue;
        }
        if (const auto* wait = std::get_if<WaitUntil>(&end)) wait_until(wait->deadline);
        else pump_soon();
        break;
    }
    for (Lane* lane : {&v4_, &v6_}) watch(*lane);
    deliver();
}

LIBNETXX_DECL void PingDriver::send(const engine::PingProbe& probe)
{
    const bool known = !probe.to.is_unspecified();
    if (known && link_) return link_->send(probe, engine_);
    if (known) return lane_to(probe.to).channel.send(probe, engine_, reader_);
    const auto target = engine_.target_of(probe.probe);
    const auto why = target ? unresolved_.find(*target) : unresolved_.end();
    engine_.on_send_error(probe.probe, why == unresolved_.end() ? asio::error::host_not_found_try_again : why->second);
}

LIBNETXX_DECL bool PingDriver::flush()
{
    const bool v4 = v4_.channel.flush(engine_, reader_);
    const bool v6 = v6_.channel.flush(engine_, reader_);
    return v4 || v6;
}

LIBNETXX_DECL void PingDriver::wake(const engine::PingRequestDone& done)
{
    PingRequestWaiter* waiter = requests_[done.probe.slot];
    if (waiter == nullptr) return;
    waiter->outcome = done.outcome;
    waiter->wake.cancel();
}

LIBNETXX_DECL void PingDriver::deliver()
{
    if (!engine_.has_events() && !engine_.streams_done()) return;
    for (PingStreamWaiter* waiter : streams_) {
        waiter->notified = true;
        waiter->wake.cancel();
    }
}

}  // namespace libnet::inline v0::detail
