#pragma once
// Bodies of libnet/ping_dispatcher.hpp.

#include <libnet/ping_dispatcher.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>
#include <variant>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

struct PingDispatcherState {
    PingDispatcherState(const boost::asio::any_io_executor& executor, PingOptions options)
        : pinger{executor, std::move(options)},
          target_came{executor, boost::asio::steady_timer::time_point::max()}
    {}

    struct Entry {
        PingTarget target;
        PingListener* listener = nullptr;  ///< null: there is no such target any more
    };

    void deliver(const PingEvent& event) const
    {
        const auto target = std::visit([](const auto& e) { return e.target; }, event);
        if (auto* listener = entries[target.index].listener) listener->on_event(event);
    }

    bool remove(PingTarget target)
    {
        if (!pinger.remove(target)) return false;
        entries[target.index].listener = nullptr;
        return true;
    }

    void close()
    {
        closed = true;
        for (const auto& entry : entries)
            if (entry.listener != nullptr) remove(entry.target);
        target_came.cancel();
    }

    IcmpPinger pinger;
    boost::asio::steady_timer target_came;  ///< never expires: is cancelled when there is something to wait for
    std::vector<Entry> entries;             ///< by the handle's index
    bool closed = false;
};

LIBNETXX_DECL boost::asio::awaitable<void> dispatch_pings(std::shared_ptr<PingDispatcherState> state)
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    while (!state->closed) {
        const auto event = co_await state->pinger.next();
        if (event) state->deliver(*event);
        else if (!state->closed) co_await state->target_came.async_wait(token);
    }
}

}  // namespace detail

LIBNETXX_DECL PingDispatcher::PingDispatcher(boost::asio::any_io_executor executor, PingOptions options)
    : state_{std::make_shared<detail::PingDispatcherState>(executor, std::move(options))}
{}

LIBNETXX_DECL PingDispatcher::~PingDispatcher()
{
    if (state_) state_->close();
}

LIBNETXX_DECL PingDispatcher::PingDispatcher(PingDispatcher&&) noexcept = default;

LIBNETXX_DECL PingDispatcher& PingDispatcher::operator=(PingDispatcher&& other) noexcept
{
    if (state_ && state_ != other.state_) state_->close();
    state_ = std::move(other.state_);
    return *this;
}

LIBNETXX_DECL PingTarget PingDispatcher::add(const boost::asio::ip::address& address, const PingTargetOptions& options,
                                             PingListener& listener)
{
    const auto target = state_->pinger.add(address, options);
    auto& entries = state_->entries;
    if (entries.size() <= target.index) entries.resize(target.index + 1);
    entries[target.index] = {target, &listener};
    state_->target_came.cancel();
    return target;
}

LIBNETXX_DECL bool PingDispatcher::remove(PingTarget target) { return state_->remove(target); }

LIBNETXX_DECL PingStatistics PingDispatcher::statistics(PingTarget target) const
{
    return state_->pinger.statistics(target);
}

LIBNETXX_DECL PingStatistics PingDispatcher::counts(PingTarget target) const { return state_->pinger.counts(target); }

LIBNETXX_DECL boost::asio::any_io_executor PingDispatcher::get_executor() const
{
    return state_->pinger.get_executor();
}

LIBNETXX_DECL const IcmpPinger& PingDispatcher::pinger() const noexcept { return state_->pinger; }

LIBNETXX_DECL boost::asio::awaitable<void> PingDispatcher::run() { return detail::dispatch_pings(state_); }
LIBNETXX_DECL void PingDispatcher::close() { state_->close(); }

}  // namespace libnet::inline v0
