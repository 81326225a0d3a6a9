#pragma once
// One pinger for many who wait for events, each for those of its own target.

#include <libnet/config.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/io/loop/async_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <utility>

namespace libnet::inline v0 {

namespace detail {
struct PingDispatcherState;
}

/// Is told of the events of a target.
class PingListener {
public:
    virtual ~PingListener() = default;

    /// Called by `PingDispatcher::run`. It may add targets, and remove any; it must not throw.
    virtual void on_event(const PingEvent& event) = 0;
};

/// Takes the events of an IcmpPinger and hands each to its target's listener, for programs whose parts share a pinger
/// and know nothing of each other. It has no end: with no target left it waits for another one.
///
/// Distinct objects are independent; one object belongs to one thread. Destroying it, or moving another one into it,
/// closes it.
class PingDispatcher {
public:
    /// Throws as the constructor of IcmpPinger does.
    explicit PingDispatcher(boost::asio::any_io_executor executor, PingOptions options = {});
    ~PingDispatcher();
    PingDispatcher(PingDispatcher&&) noexcept;
    PingDispatcher& operator=(PingDispatcher&&) noexcept;

    /// Starts a stream as IcmpPinger::add does, and throws as it does. The listener must stay until `remove`.
    PingTarget add(const boost::asio::ip::address& address, const PingTargetOptions& options, PingListener& listener);

    /// Ends a stream: its listener is called no more. False: there is no such target (any more).
    bool remove(PingTarget target);

    /// As IcmpPinger::statistics.
    PingStatistics statistics(PingTarget target) const;

    /// As IcmpPinger::counts.
    PingStatistics counts(PingTarget target) const;

    /// For what it counts over all targets.
    const IcmpPinger& pinger() const noexcept;

    /// Hands out events; call it once. Completes when the dispatcher is closed. Throws `operation_aborted` when it is
    /// cancelled by its slot (terminal).
    boost::asio::awaitable<void> run();

    /// The same for any completion token: `void(boost::system::error_code)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code)) Token>
    auto async_run(Token&& token)
    {
        return io::async_operation<void>(
            get_executor(), [this] { return run(); }, std::forward<Token>(token));
    }

    boost::asio::any_io_executor get_executor() const;

    /// Ends all streams, whose listeners are called no more, and `run`.
    void close();

private:
    std::shared_ptr<detail::PingDispatcherState> state_;  ///< `run` shares it
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/ping_dispatcher.ipp>
#endif
