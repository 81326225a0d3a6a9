#pragma once
// Bodies of libnet/impl/ping/ping_driver.hpp.

#include <libnet/impl/ping/ping_driver.hpp>
#include <libnet/io/dns/target_address.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <random>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL const PingOptions& checked(const PingOptions& options)
{
    constexpr std::size_t max_payload = 65'507;  // an IPv4 packet without its header and the ICMP header
    io::require_option(options.interval.count() >= 0, "ping interval: zero or more is needed");
    io::require_option(options.timeout.count() > 0, "ping timeout: more than zero is needed");
    io::require_option(options.rate >= 0, "ping rate: zero or more is needed");
    io::require_option(options.payload_size <= max_payload, "ping payload: at most 65507 octets");
    io::require_option(!options.ttl || (*options.ttl >= 1 && *options.ttl <= 255), "ping ttl: 1 to 255");
    io::require_option(!options.flow_label || *options.flow_label <= 0xF'FFFF, "ping flow label: at most 0xFFFFF");
    io::require_option(!options.send_buffer || *options.send_buffer > 0, "ping send buffer: more than zero is needed");
    io::require_option(options.access, PingAccess::raw, "ping access: automatic, datagram or raw");
    io::require_option(options.path_mtu_discovery, PathMtuDiscovery::probe, "ping path MTU discovery: system to probe");
    io::require_option(options.clock, PingClock::user, "ping clock: kernel or user");
    io::require_option(options.record, PingRecord::timestamps_and_addresses,
                       "ping record: nothing to timestamps_and_addresses");
    return options;
}

LIBNETXX_DECL engine::PingEngineOptions engine_options(const PingOptions& options)
{
    std::random_device random;
    const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
    engine::PingEngineOptions result;
    result.payload_size = options.payload_size;
    result.pattern = options.pattern;
    result.rate = options.rate;
    result.strict_source = options.strict_source;
    result.together = std::chrono::microseconds{500};  // a turn of the event loop costs as much as a few pings
    result.key = {word(), word()};
    return result;
}

/// The tag of a probe's message.
constexpr std::uint64_t tag_of(engine::ProbeId probe) noexcept
{
    return std::uint64_t{probe.slot} << 32 | probe.generation;
}

constexpr engine::ProbeId probe_of(std::uint64_t tag) noexcept
{
    return {static_cast<std::uint32_t>(tag >> 32), static_cast<std::uint32_t>(tag)};
}

LIBNETXX_DECL PingDriver::PingDriver(asio::any_io_executor executor, const PingOptions& options)
    : executor_{executor},
      options_{checked(options)},
      engine_{engine_options(options)},
      message_size_{wire::icmp_header_size + options.payload_size},
      reader_{message_size_},
      v4_{open(wire::IpVersion::v4)},
      v6_{open(wire::IpVersion::v6)},
      timer_{executor}
{
    if (v4_.error && v6_.error) std::rethrow_exception(v4_.error);
}

LIBNETXX_DECL io::ProbeSocketOptions PingDriver::socket_options() const
{
    io::ProbeSocketOptions options;
    options.access = options_.access;
    options.ttl = options_.ttl;
    options.source = options_.source;
    options.interface = options_.interface.str();
    options.path_mtu_discovery = options_.path_mtu_discovery;
    options.traffic_class = options_.traffic_class;
    options.mark = options_.mark;
    options.send_buffer = options_.send_buffer;
    options.receive_stamps = options.transmit_stamps = options_.clock == PingClock::kernel;
    options.record = options_.record;
    options.identifier = options_.identifier;
    options.flow_label = options_.flow_label;
    options.multicast_loopback = options_.multicast_loopback;
    options.debug = options_.debug;
    options.broadcast = options_.broadcast;
    options.dont_route = options_.dont_route;
    return options;
}

LIBNETXX_DECL PingDriver::Door PingDriver::open(wire::IpVersion version) const
{
    Door door;
    try {
        door.sockets.push_back(std::make_unique<io::ProbeSocket>(executor_, version, socket_options()));
        door.burst = door.sending().burst(message_size_);
        door.messages.resize(door.burst * message_size_);
        for (std::size_t i = 0; i < door.burst; ++i)
            engine::write_payload(
                0, std::span{door.messages}.subspan(i * message_size_ + wire::icmp_header_size, options_.payload_size),
                options_.pattern);
    } catch (const boost::system::system_error&) {
        door.error = std::current_exception();
    }
    return door;
}

/// False: there are enough of them, or the system allows no more. An identifier that was asked for is one socket's only,
/// and each raw socket would get the answers to all of them.
LIBNETXX_DECL bool PingDriver::open_another(Door& door)
try {
    constexpr std::size_t most = 16;
    if (door.sockets.size() == most || options_.identifier || options_.connect || door.sending().is_raw()) return false;
    door.sockets.push_back(
        std::make_unique<io::ProbeSocket>(executor_, door.sockets.front()->version(), socket_options()));
    wait_readable(door, *door.sockets.back());
    return true;
} catch (const boost::system::system_error&) {
    return false;
}

LIBNETXX_DECL void PingDriver::require_door(const asio::ip::address& address)
{
    if (const Door& door = door_to(address); door.error) std::rethrow_exception(door.error);
}

LIBNETXX_DECL PingTarget PingDriver::add(asio::ip::address address, const PingTargetOptions& options)
{
    address = io::target_address(address, options_.interface.str());
    require_door(address);
    if (options_.connect) connect_door(address);
    const auto schedule = schedule_of(options);
    const auto target = engine_.add(address, schedule, std::chrono::steady_clock::now());
    if (running_) pump();
    return target;
}

LIBNETXX_DECL PingTarget PingDriver::add(const wire::AddressRange& range, const PingTargetOptions& options)
{
    io::require_option(range.first.is_v4() == range.last.is_v4(), "ping range: both ends of one IP version");
    io::require_option(range.first <= range.last, "ping range: its first address is not above its last");
    require_door(range.first);
    const auto schedule = schedule_of(options);
    io::require_option(schedule.rhythm == PingRhythm::steady, "ping rhythm: of ranges, steady only");
    const auto target = engine_.add(range, schedule, std::chrono::steady_clock::now());
    if (running_) pump();
    return target;
}

LIBNETXX_DECL engine::PingSchedule PingDriver::schedule_of(const PingTargetOptions& options) const
{
    const engine::PingSchedule schedule{.interval = options.interval.value_or(options_.interval),
                                        .timeout = options.timeout.value_or(options_.timeout),
                                        .count = options.count,
                                        .delay = options.delay,
                                        .quiet = options.quiet,
                                        .windows = options.windows,
                                        .rhythm = options.rhythm,
                                        .tell_outstanding = options.tell_outstanding,
                                        .window = options.window};
    io::require_option(schedule.interval.count() >= 0, "ping interval: zero or more is needed");
    io::require_option(schedule.timeout.count() > 0, "ping timeout: more than zero is needed");
    io::require_option(schedule.delay.count() >= 0, "ping delay: zero or more is needed");
    io::require_option(schedule.window >= 1, "ping window: one or more is needed");
    io::require_option(schedule.rhythm, PingRhythm::adaptive, "ping rhythm: steady, flood or adaptive");
    return schedule;
}

/// The first target is the only one: with another one, answers to the first would no longer arrive.
LIBNETXX_DECL void PingDriver::connect_door(const asio::ip::address& address)
{
    io::require_option(!std::exchange(connected_, true), "ping: connected to another target");
    door_to(address).sockets.front()->connect(address);
}

LIBNETXX_DECL bool PingDriver::move(PingTarget target, asio::ip::address to)
{
    to = io::target_address(to, options_.interface.str());
    require_door(to);
    if (options_.connect) door_to(to).sockets.front()->connect(to);
    return engine_.move(target, to);
}

LIBNETXX_DECL bool PingDriver::remove(PingTarget target)
{
    const bool removed = engine_.remove(target);
    if (running_) deliver();  // it may have been the last one that somebody waits for
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
    return engine_.statistics(target, window, std::chrono::steady_clock::now());
}

LIBNETXX_DECL std::optional<std::uint16_t> PingDriver::identifier(wire::IpVersion version) const noexcept
{
    const Door& door = version == wire::IpVersion::v4 ? v4_ : v6_;
    return door.sockets.empty() ? std::nullopt : std::optional{door.sockets.front()->identifier()};
}

LIBNETXX_DECL std::uint64_t PingDriver::rx_dropped() const
{
    std::uint64_t dropped = 0;
    for (const Door* door : {&v4_, &v6_})
        for (const auto& socket : door->sockets) dropped += socket->dropped();
    return dropped;
}

// --- who waits ---------------------------------------------------------------------------------------------------

LIBNETXX_DECL engine::ProbeId PingDriver::enter(PingRequestWaiter& waiter, asio::ip::address address,
                                                std::chrono::nanoseconds timeout)
{
    if (stopped_)
        throw boost::system::system_error{asio::error::make_error_code(asio::error::operation_aborted), "ping"};
    address = io::target_address(address, options_.interface.str());
    require_door(address);
    const auto probe = engine_.request(address, timeout);
    if (requests_.size() <= probe.slot) requests_.resize(probe.slot + 1);
    requests_[probe.slot] = &waiter;
    ++waiters_;
    start();
    return probe;
}

LIBNETXX_DECL void PingDriver::leave(PingRequestWaiter& waiter)
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

LIBNETXX_DECL void PingDriver::leave(PingStreamWaiter& waiter)
{
    std::erase(streams_, &waiter);
    left();
}

LIBNETXX_DECL void PingDriver::left()
{
    if (--waiters_ != 0 || stopped_) return;
    // Whoever waited comes back at once, most of the time: look again after it had its turn.
    asio::post(executor_, [weak = weak_from_this()] {
        if (const auto driver = weak.lock()) driver->rest_if_idle();
    });
}

LIBNETXX_DECL void PingDriver::start()
{
    if (!running_) {
        running_ = true;
        ++run_;
        for (Door* door : {&v4_, &v6_})
            for (const auto& socket : door->sockets) wait_readable(*door, *socket);
    }
    pump();
}

LIBNETXX_DECL void PingDriver::rest_if_idle()
{
    if (waiters_ != 0 || !running_) return;
    running_ = false;
    ++run_;
    timer_.cancel();
    timer_runs_ = false;
    for (Door* door : {&v4_, &v6_}) {
        door->waits_writable = false;
        for (const auto& socket : door->sockets) socket->descriptor().cancel();
    }
}

LIBNETXX_DECL void PingDriver::stop()
{
    if (stopped_) return;
    stopped_ = true;
    running_ = false;
    ++run_;
    timer_.cancel();
    v4_ = {};
    v6_ = {};
    for (PingRequestWaiter* waiter : requests_)
        if (waiter != nullptr) waiter->wake.cancel();
    for (PingStreamWaiter* waiter : streams_) waiter->wake.cancel();
}

// --- what is waited for ------------------------------------------------------------------------------------------

/// An entry in the error queue wakes whoever waits to read, too: poll(2) tells errors unasked.
LIBNETXX_DECL void PingDriver::wait_readable(Door& door, io::ProbeSocket& socket)
{
    socket.descriptor().async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this(), &door, &socket, run = run_](boost::system::error_code error) {
            if (error || run != self->run_) return;
            self->read(door);
            self->wait_readable(door, socket);
            self->pump();
        });
}

LIBNETXX_DECL void PingDriver::wait_writable(Door& door)
{
    if (std::exchange(door.waits_writable, true)) return;
    for (const auto& socket : door.sockets)
        socket->descriptor().async_wait(
            asio::posix::stream_descriptor::wait_write,
            [self = shared_from_this(), &door, run = run_](boost::system::error_code error) {
                if (error || run != self->run_) return;
                door.waits_writable = false;
                self->pump();
            });
}

LIBNETXX_DECL void PingDriver::wait_until(engine::TimePoint deadline)
{
    if (timer_runs_ && timer_.expiry() <= deadline) return;  // then it is looked at again
    timer_runs_ = true;
    timer_.expires_at(deadline);
    timer_.async_wait([self = shared_from_this(), run = run_](boost::system::error_code error) {
        if (error || run != self->run_) return;
        self->timer_runs_ = false;
        self->pump();
    });
}

// --- what is done ------------------------------------------------------------------------------------------------

LIBNETXX_DECL void PingDriver::pump()
{
    // An answer that waits in a socket is not lost.
    if (engine_.loss_due(std::chrono::steady_clock::now())) read_all();
    perform_actions();
    deliver();
}

LIBNETXX_DECL void PingDriver::pump_soon()
{
    if (std::exchange(pump_posted_, true)) return;
    asio::post(executor_, [weak = weak_from_this(), run = run_] {
        const auto self = weak.lock();
        if (!self) return;
        self->pump_posted_ = false;
        if (run == self->run_ && self->running_) self->pump();
    });
}

LIBNETXX_DECL void PingDriver::perform_actions()
{
    constexpr int max_sends = 1024;  // then the event loop's others have their turn
    if (!flush()) return;
    const auto now = std::chrono::steady_clock::now();
    for (int sends = 0;;) {
        const auto action = engine_.next(now);
        if (const auto* send = std::get_if<engine::SendProbe>(&action)) {
            if (!enqueue(*send)) return;
            if (++sends < max_sends) continue;
            if (flush()) pump_soon();
            return;
        } else if (!v4_.all_done() || !v6_.all_done()) {
            if (!flush()) return;  // then there are new deadlines to be asked for
        } else {
            if (const auto* wait = std::get_if<engine::WaitUntil>(&action)) wait_until(wait->deadline);
            return;
        }
    }
}

/// Sends go out together, as many as the socket can take the answers of. False: a socket can't send now. The messages are
/// there already; only their headers and cookies change.
LIBNETXX_DECL bool PingDriver::enqueue(const engine::SendProbe& send)
{
    Door& door = door_to(send.to);
    if (door.all_done()) {
        door.outgoing.clear();
        door.done = 0;
    }
    const auto message = std::span{door.messages}.subspan(door.outgoing.size() * message_size_, message_size_);
    const auto payload = message.subspan(wire::icmp_header_size);
    engine::write_payload(send.cookie, payload.first(engine::cookie_size(payload.size())));
    wire::encode_echo_request(door.sending().version(), door.sending().identifier(), send.sequence, message);
    door.outgoing.push_back({{send.to, 0}, message, {}, tag_of(send.probe), send.timed});
    return door.outgoing.size() < door.burst || flush(door);
}

LIBNETXX_DECL bool PingDriver::flush()
{
    const bool v4 = flush(v4_);
    const bool v6 = flush(v6_);
    return v4 && v6;
}

/// False: the socket can't send now, and will be tried again.
LIBNETXX_DECL bool PingDriver::flush(Door& door)
{
    while (!door.all_done()) {
        const auto rest = std::span<const io::ProbeSocket::Outgoing>{door.outgoing}.subspan(door.done);
        if (door.unread + rest.size() > door.burst) read(door);
        const auto now = std::chrono::steady_clock::now();
        const auto [count, error] = door.sending().send(rest);
        door.unread += count;
        door.done += count;
        for (const auto& sent : rest.first(count)) engine_.on_sent(probe_of(sent.tag), now);
        if (count != 0) {
            door.refusals.reset();
            door.full = 0;
        }
        if (error && !refused(door, error)) return false;
    }
    return true;
}

/// The first request could not be sent. False: not now; true: go on, with it or with the next one.
LIBNETXX_DECL bool PingDriver::refused(Door& door, boost::system::error_code error)
{
    if (error == asio::error::would_block) return turn_to_next_socket(door);
    const auto probe = probe_of(door.outgoing[door.done].tag);
    if (error == asio::error::no_buffer_space) engine_.on_not_sent(probe, error);
    else if (!door.refusals.is_own(read_errors(door.sending()))) return true;
    else engine_.on_send_error(probe, error);
    ++door.done;
    door.refusals.reset();
    return true;
}

/// The socket is full. False: all are.
LIBNETXX_DECL bool PingDriver::turn_to_next_socket(Door& door)
{
    if (++door.full < door.sockets.size()) {
        door.turn = (door.turn + 1) % door.sockets.size();
        return true;
    }
    if (open_another(door)) {
        door.turn = door.sockets.size() - 1;
        return true;
    }
    door.full = 0;
    wait_writable(door);
    return false;
}

LIBNETXX_DECL void PingDriver::read_all()
{
    for (Door* door : {&v4_, &v6_}) read(*door);
}

/// The error queue first: it has the transmit stamps of what the answers are to.
LIBNETXX_DECL void PingDriver::read(Door& door)
{
    door.unread = 0;
    for (const auto& socket : door.sockets) {
        read_errors(*socket);
        read_answers(*socket);
    }
}

LIBNETXX_DECL void PingDriver::read_answers(const io::ProbeSocket& socket)
{
    constexpr int batches = 64;  // a flood of answers doesn't keep us from everything else
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive(socket);
        for (const auto& datagram : batch.read) take(socket, datagram);
        if (!batch.more) return;
    }
}

LIBNETXX_DECL void PingDriver::take(const io::ProbeSocket& socket, const io::ProbeReader::Datagram& datagram)
{
    const auto from = datagram.from.address();
    const auto echo = wire::decode_echo_reply(socket.version(), datagram.message);
    if (echo)
        engine_.on_reply(
            {from, echo->sequence, echo->payload, datagram.ttl, datagram.received, datagram.read, datagram.ip_options});
    else if (echo.error() == wire::IcmpError::bad_checksum) engine_.on_corrupt(from);
}

/// True: there was something.
LIBNETXX_DECL bool PingDriver::read_errors(const io::ProbeSocket& socket)
{
    constexpr int batches = 64;
    bool any = false;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive_errors(socket);
        any = any || batch.any;
        for (const auto& entry : batch.read) take(socket, entry);
        if (!batch.more) break;
    }
    return any;
}

/// Local errors, which the send has told, and what is about something else are left out.
LIBNETXX_DECL void PingDriver::take(const io::ProbeSocket& socket, const io::ProbeReader::Entry& entry)
{
    using Origin = io::QueuedError::Origin;
    const auto& error = *entry.error;
    if (error.origin == Origin::transmit) return engine_.on_transmitted(probe_of(entry.tag), entry.at);
    if (error.origin != Origin::icmp && error.origin != Origin::icmpv6) return;
    const auto request = wire::decode_quoted_echo_request(socket.version(), error.payload);
    if (!request || request->identifier != socket.identifier()) return;
    engine_.on_error({error.destination.address(), request->sequence, request->payload, error.offender, error.type,
                      error.code, wire::icmp_mtu(socket.version(), error.type, error.code, error.info)});
}

LIBNETXX_DECL void PingDriver::deliver()
{
    while (const auto done = engine_.take_outcome()) {
        PingRequestWaiter* waiter = requests_[done->probe.slot];
        if (waiter == nullptr) continue;
        waiter->outcome = done->outcome;
        waiter->wake.cancel();
    }
    if (!engine_.has_events() && !engine_.streams_done()) return;
    for (PingStreamWaiter* waiter : streams_) {
        waiter->notified = true;
        waiter->wake.cancel();
    }
}

}  // namespace libnet::inline v0::detail
