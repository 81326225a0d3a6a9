#pragma once
// One pinger for many who wait for events, each for those of its own target.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// Is told of the events of a target.
class PingListener {
public:
    virtual ~PingListener() = default;
    virtual void on_event(const PingEvent& event) = 0;
};

/// Takes the events of a pinger and hands each to its target's listener.
class PingDispatcher {
public:
    PingDispatcher(asio::any_io_executor executor, PingOptions options)
        : pinger_{executor, std::move(options)},
          target_came_{executor, asio::steady_timer::time_point::max()}
    {}

    /// Starts a stream as IcmpPinger::add does, and throws as it does. The listener must stay until `remove`.
    PingTarget add(const asio::ip::address& address, const PingTargetOptions& options, PingListener& listener)
    {
        const auto target = pinger_.add(address, options);
        if (listeners_.size() <= target.index) listeners_.resize(target.index + 1);
        listeners_[target.index] = &listener;
        target_came_.cancel();
        return target;
    }

    void remove(PingTarget target)
    {
        pinger_.remove(target);
        listeners_[target.index] = nullptr;
    }

    PingStatistics statistics(PingTarget target) const { return pinger_.statistics(target); }
    const IcmpPinger& pinger() const noexcept { return pinger_; }

    /// Hands out events until it is cancelled (terminal) or the dispatcher is gone: then `next` throws.
    asio::awaitable<void> run()
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        for (;;) {
            const auto event = co_await pinger_.next();
            if (event) deliver(*event);
            else co_await target_came_.async_wait(token);
        }
    }

private:
    void deliver(const PingEvent& event)
    {
        const auto target = std::visit([](const auto& e) { return e.target; }, event);
        if (auto* listener = listeners_[target.index]) listener->on_event(event);
    }

    IcmpPinger pinger_;
    asio::steady_timer target_came_;        ///< never expires: is cancelled when there is something to wait for
    std::vector<PingListener*> listeners_;  ///< by the handle's index
};

}  // namespace libnet::apps
