#pragma once
// Bodies of libnet/impl/ping/target_names.hpp, and what an IcmpPinger does with names.

#include <libnet/icmp_pinger.hpp>
#include <libnet/impl/ping/target_names.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL TargetNames::TargetNames(PingDriver& driver, const NameLookup& look_up,
                                       std::optional<std::chrono::nanoseconds> refresh)
    : driver_{driver},
      source_{driver.executor(), look_up, {.max_in_flight = engine::NameRefreshOptions{}.max_under_way}},
      keeper_{
          driver.executor(),
          {.refresh = refresh,
           .on_address = [this](KeptName name, const auto& address, NameNews news) { on_address(name, address, news); },
           .on_failure = [this](KeptName name, const std::string&, NameFailure kind) { on_failure(name, kind); },
           .look_up = [this](std::string name,
                             AddressFamily family) { return source_.look_up(std::move(name), family); }}}
{
    keeper_.pause();
}

LIBNETXX_DECL PingTarget TargetNames::add(std::string name, const PingTargetOptions& options, AddressFamily family)
{
    const auto kept = keeper_.add(std::move(name), within(family));
    try {
        if (named_.size() <= kept.index) named_.resize(kept.index + 1);
        named_[kept.index] = {driver_.add_waiting(options), options.delay};
    } catch (...) {
        keeper_.drop(kept);
        throw;
    }
    return named_[kept.index].target;
}

LIBNETXX_DECL boost::asio::awaitable<io::ResolvedName> TargetNames::look_up(std::string name, AddressFamily family)
{
    return source_.look_up(std::move(name), within(family));
}

/// What the pinger has a socket for.
LIBNETXX_DECL AddressFamily TargetNames::within(AddressFamily family) const
{
    if (family != AddressFamily::any) return family;
    if (!driver_.sends_over(wire::IpVersion::v6)) return AddressFamily::ipv4;
    return driver_.sends_over(wire::IpVersion::v4) ? AddressFamily::any : AddressFamily::ipv6;
}

LIBNETXX_DECL void TargetNames::on_address(KeptName name, const boost::asio::ip::address& address, NameNews news)
{
    if (name.index >= named_.size()) return keeper_.drop(name);  // there was no memory to add it
    Named& named = named_[name.index];
    if (named.has_address && news == NameNews::same) return;
    if (!driver_.move_named(named.target, address)) return keeper_.drop(name);
    named.has_address = true;
    start(named);
}

LIBNETXX_DECL void TargetNames::on_failure(KeptName name, NameFailure kind)
{
    if (name.index >= named_.size()) return keeper_.drop(name);
    Named& named = named_[name.index];
    if (named.has_address) return;  // it stays
    const auto why = kind == NameFailure::passing ? boost::asio::error::host_not_found_try_again
                                                  : boost::asio::error::host_not_found;
    if (!driver_.tell_unresolved(named.target, why)) return keeper_.drop(name);
    start(named);
}

LIBNETXX_DECL void TargetNames::start(Named& named)
{
    if (std::exchange(named.started, true)) return;
    driver_.start(named.target, named.delay);
}

/// Those of the driver, which has none before the first name.
LIBNETXX_DECL TargetNames& target_names(PingDriver& driver)
{
    if (driver.names() == nullptr) driver.keep(std::make_unique<TargetNames>(driver, NameLookup{}, std::nullopt));
    return static_cast<TargetNames&>(*driver.names());
}

LIBNETXX_DECL boost::asio::awaitable<PingOutcome> ping_by_name(std::shared_ptr<PingDriver> driver, std::string name,
                                                               AddressFamily family)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    if (driver->stopped()) throw boost::system::system_error{boost::asio::error::operation_aborted};
    auto asking = target_names(*driver).look_up(std::move(name), family);
    const auto found = co_await std::move(asking);
    auto pinging = wait_for_outcome(driver, found.addresses.front(), driver->options().timeout);
    co_return co_await std::move(pinging);
}

}  // namespace detail

LIBNETXX_DECL void IcmpPinger::resolve_by(NameLookup look_up, std::optional<std::chrono::nanoseconds> refresh)
{
    if (driver_->names() != nullptr)
        throw std::logic_error{"IcmpPinger::resolve_by: comes before the first name, and once"};
    driver_->keep(std::make_unique<detail::TargetNames>(*driver_.share(), look_up, refresh));
}

LIBNETXX_DECL PingTarget IcmpPinger::add(std::string_view name, PingTargetOptions options, AddressFamily family)
{
    return detail::target_names(*driver_.share()).add(std::string{name}, options, family);
}

LIBNETXX_DECL boost::asio::awaitable<PingOutcome> IcmpPinger::ping(std::string_view name, AddressFamily family)
{
    return detail::ping_by_name(driver_.share(), std::string{name}, family);
}

}  // namespace libnet::inline v0
