#pragma once
// Bodies of libnet/icmp_pinger.hpp.

#include <libnet/icmp_pinger.hpp>
#include <libnet/impl/ping/ping_driver.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// The one exception is thrown again each time: pings are cancelled by the million, and making one allocates.
[[noreturn]] inline void throw_ping_aborted()
{
    static const auto aborted = std::make_exception_ptr(boost::system::system_error{
        boost::asio::error::make_error_code(boost::asio::error::operation_aborted), "ping"});
    std::rethrow_exception(aborted);
}

LIBNETXX_DECL boost::asio::awaitable<PingOutcome> wait_for_outcome(std::shared_ptr<PingDriver> driver,
                                                                   boost::asio::ip::address address,
                                                                   std::chrono::nanoseconds timeout)
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    PingRequestWaiter waiter{driver, address, timeout};
    if (!waiter.outcome && !waiter.failure) co_await waiter.wake.async_wait(token);
    if (!waiter.outcome && waiter.failure) std::rethrow_exception(waiter.failure);
    if (!waiter.outcome) throw_ping_aborted();
    co_return *waiter.outcome;
}

LIBNETXX_DECL boost::asio::awaitable<std::optional<PingEvent>> wait_for_event(std::shared_ptr<PingDriver> driver)
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    for (;;) {
        if (driver->stopped()) throw_ping_aborted();
        const auto event = driver->take_event();
        if (event || driver->streams_done()) co_return event;
        PingStreamWaiter waiter{driver};
        if (!waiter.notified && !waiter.failure) co_await waiter.wake.async_wait(token);
        if (!waiter.notified && waiter.failure) std::rethrow_exception(waiter.failure);
        if (!waiter.notified) throw_ping_aborted();
    }
}

}  // namespace detail

LIBNETXX_DECL IcmpPinger::IcmpPinger(boost::asio::any_io_executor executor, PingOptions options)
    : driver_{std::make_shared<detail::PingDriver>(executor, options)}
{}

LIBNETXX_DECL IcmpPinger::IcmpPinger(std::shared_ptr<detail::PingDriver> driver) noexcept : driver_{std::move(driver)}
{}

LIBNETXX_DECL IcmpPinger::~IcmpPinger() = default;

LIBNETXX_DECL IcmpPinger::IcmpPinger(IcmpPinger&&) noexcept = default;

LIBNETXX_DECL IcmpPinger& IcmpPinger::operator=(IcmpPinger&&) noexcept = default;

LIBNETXX_DECL boost::asio::any_io_executor IcmpPinger::get_executor() const { return driver_->executor(); }

LIBNETXX_DECL boost::asio::awaitable<PingOutcome> IcmpPinger::ping(boost::asio::ip::address address)
{
    return detail::wait_for_outcome(driver_.share(), address, driver_->options().timeout);
}

LIBNETXX_DECL PingTarget IcmpPinger::add(boost::asio::ip::address address, PingTargetOptions options)
{
    return driver_->add(address, options);
}

LIBNETXX_DECL PingTarget IcmpPinger::add(const wire::AddressRange& range, PingTargetOptions options)
{
    return driver_->add(range, options);
}

LIBNETXX_DECL bool IcmpPinger::move(PingTarget target, boost::asio::ip::address to)
{
    return driver_->move(target, to);
}

LIBNETXX_DECL bool IcmpPinger::remove(PingTarget target) { return driver_->remove(target); }

LIBNETXX_DECL bool IcmpPinger::stop(PingTarget target) { return driver_->stop(target); }

LIBNETXX_DECL boost::asio::awaitable<std::optional<PingEvent>> IcmpPinger::next()
{
    return detail::wait_for_event(driver_.share());
}

LIBNETXX_DECL PingStatistics IcmpPinger::statistics(PingTarget target) const
{
    const auto numbers = driver_->statistics(target);
    if (!numbers) throw std::out_of_range{"IcmpPinger::statistics: no such target"};
    return *numbers;
}

LIBNETXX_DECL PingStatistics IcmpPinger::counts(PingTarget target) const
{
    const auto numbers = driver_->counts(target);
    if (!numbers) throw std::out_of_range{"IcmpPinger::counts: no such target"};
    return *numbers;
}

LIBNETXX_DECL PingStatistics IcmpPinger::statistics(PingTarget target, PingWindow window) const
{
    const auto numbers = driver_->statistics(target, window);
    if (!numbers) throw std::out_of_range{"IcmpPinger::statistics: no such target, or one without windows"};
    return *numbers;
}

LIBNETXX_DECL std::optional<std::uint16_t> IcmpPinger::identifier(wire::IpVersion version) const
{
    return driver_->identifier(version);
}

LIBNETXX_DECL std::uint64_t IcmpPinger::foreign() const { return driver_->foreign(); }

LIBNETXX_DECL PingTimes IcmpPinger::sched_lag() const { return driver_->sched_lag(); }

LIBNETXX_DECL std::uint64_t IcmpPinger::rx_dropped() const { return driver_->rx_dropped(); }

LIBNETXX_DECL std::uint64_t IcmpPinger::checksum_errors() const { return driver_->checksum_errors(); }

}  // namespace libnet::inline v0
