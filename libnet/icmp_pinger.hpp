#pragma once
// Pinging any number of hosts from one io_context.

#include <libnet/address_range.hpp>
#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/ping/ping_events.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/name_lookup.hpp>
#include <libnet/ping_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

namespace detail {
class PingDriver;
}
namespace testing {
class ScriptedNetwork;
}

/// Sends ICMP echo requests to any number of targets, IPv4 and IPv6, over one socket for each version, and tells what
/// becomes of each one: reply, lost, late, ICMP error or send error.
///
/// Two ways to use it, at the same time if you like: `ping()` for single probes, from any number of coroutines; `add()`
/// and `next()` for streams. Probes go out while a caller waits in `ping()` or `next()`, and events that no caller takes
/// hold the streams back. Times are exact even when the caller is slow: the kernel stamps what arrives.
///
/// An answer counts when it comes to our identifier, with a sequence that is open and, from eight octets of payload on, a
/// keyed cookie that only this object knows. Then it may come from another address than the target's: members of a
/// group, hosts with several addresses and translators answer so. With less payload, or `PingOptions::strict_source`, it
/// must come from the target's own. It does not protect against the target itself or a host on the path, which see the
/// cookie, nor (where routers quote eight octets only) against forged ICMP errors.
///
/// An operation takes every type of cancellation, and the coroutine that awaits it does so from then on, as after
/// `this_coro::reset_cancellation_state(enable_total_cancellation())`.
///
/// Distinct objects are independent; one object, and its coroutines, belong to one thread. Destroying it, or moving
/// another one into it, ends what waits with `operation_aborted`. One that was moved from throws `std::logic_error`.
class IcmpPinger {
public:
    /// Opens the sockets. Throws `boost::system::system_error`: `invalid_argument` for an option out of range;
    /// `operation_not_permitted` when ICMP sockets are forbidden, with what would help; what the system reports
    /// otherwise. A host without one of the IP versions is fine until a target needs it.
    explicit IcmpPinger(boost::asio::any_io_executor executor, PingOptions options = {});
    ~IcmpPinger();
    IcmpPinger(IcmpPinger&&) noexcept;
    IcmpPinger& operator=(IcmpPinger&&) noexcept;

    boost::asio::any_io_executor get_executor() const;

    /// Sends one probe at once and waits for its end.
    ///
    /// Completes with the reply, or as lost after `timeout`, or with an ICMP or send error. Any number may wait at once,
    /// for the same address too. The unspecified address means this host.
    /// Throws `boost::system::system_error`: `operation_aborted` when cancelled (any type) or when the pinger is
    /// destroyed; why the socket of this IP version could not be opened.
    boost::asio::awaitable<PingOutcome> ping(boost::asio::ip::address address);

    /// The same for any completion token: `void(boost::system::error_code, PingOutcome)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, PingOutcome)) Token>
    auto async_ping(boost::asio::ip::address address, Token&& token)
    {
        return io::async_operation<PingOutcome>(
            get_executor(), [this, address] { return ping(address); }, std::forward<Token>(token));
    }

    /// The same for a name, which is asked for each time: a probe goes to the best of its addresses. Throws also what a
    /// Resolver throws, `host_not_found` for one. See `add` for who can use names.
    boost::asio::awaitable<PingOutcome> ping(std::string_view name, AddressFamily family = AddressFamily::any);

    /// The same for any completion token: `void(boost::system::error_code, PingOutcome)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, PingOutcome)) Token>
    auto async_ping(std::string name, AddressFamily family, Token&& token)
    {
        return io::async_operation<PingOutcome>(
            get_executor(), [this, name = std::move(name), family] { return ping(name, family); },
            std::forward<Token>(token));
    }

    /// Starts a stream of probes to a target. The same address may be added more than once.
    /// Throws `boost::system::system_error`: `invalid_argument` for a duration out of range; why the socket of this IP
    /// version could not be opened.
    PingTarget add(boost::asio::ip::address address, PingTargetOptions options = {});

    /// Starts a stream of probes to all addresses of a range, which have their turns one after the other: `options.count`
    /// and the interval are each host's, whose turns are spread evenly over the interval (0: as fast as the socket
    /// takes them). No address is held: a range costs as much memory as one target, and its probes under way. Its
    /// numbers are those of all its hosts together; the events' addresses tell them apart. Throws as above.
    PingTarget add(const AddressRange& range, PingTargetOptions options = {});

    /// Starts a stream of probes to the host of this name, by `AddressFamily::any` to the best address that the pinger has a
    /// socket for. The name is asked for while a caller waits in `ping()` or `next()`, and again when its answer is as old
    /// as its TTL allows (a second at least, a day at most); when its address is no longer among the answers, the next
    /// probes go to a new one, as after `move`. A literal address is a name that never changes.
    ///
    /// The first probe goes out when the first question has been answered, or has failed. As long as there is no address,
    /// the probes whose time has come end as `PingSendError`, `to` the unspecified address: `host_not_found` where the name
    /// servers say that there is no such name or address, else `host_not_found_try_again`. It is asked for again meanwhile,
    /// with a growing pause. An address that the name has had stays while questions fail.
    ///
    /// The compiled library has this in an object of its own, which needs c-ares: link libnetxx::names beside
    /// libnetxx::ping. Header-only programs include libnet/named_targets.hpp.
    ///
    /// Throws as above, and what reading the system's resolver configuration reports.
    PingTarget add(std::string_view name, PingTargetOptions options = {}, AddressFamily family = AddressFamily::any);

    /// Names are looked up by this in place of a Resolver with the system's configuration; `refresh` is the longest life of
    /// an answer (empty: as its TTL says). Once, and before the first name: else throws `std::logic_error`. Throws
    /// `boost::system::system_error`, `invalid_argument`, for a `refresh` of zero or less. When the pinger is destroyed, a
    /// look-up that is under way goes on to its own end, and `ping` throws `operation_aborted` then.
    void resolve_by(NameLookup look_up, std::optional<std::chrono::nanoseconds> refresh = std::nullopt);

    /// The next probes of a stream go to another address: that of a name which has changed, say. Its numbers go on, and
    /// answers to the probes under way still count. False: there is no such target (any more), or it is a range.
    /// Throws `boost::system::system_error`, why the socket of this IP version could not be opened.
    bool move(PingTarget target, boost::asio::ip::address to);

    /// Ends a stream and forgets its numbers and unread events. False: there is no such target (any more).
    bool remove(PingTarget target);

    /// Ends a stream and keeps its numbers, until `remove`: nothing more is sent, its pending probes count as cancelled,
    /// and its unread events can still be taken. False: there is no such target (any more).
    bool stop(PingTarget target);

    /// Waits for the next event of any stream.
    ///
    /// Completes with it, or with nullopt when every target is done: has sent its count, and each probe has ended.
    /// Throws `operation_aborted` when cancelled (any type), which loses no event, or when the pinger is destroyed.
    boost::asio::awaitable<std::optional<PingEvent>> next();

    /// The same for any completion token: `void(boost::system::error_code, std::optional<PingEvent>)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::optional<PingEvent>)) Token>
    auto async_next(Token&& token)
    {
        return io::async_operation<std::optional<PingEvent>>(
            get_executor(), [this] { return next(); }, std::forward<Token>(token));
    }

    /// The numbers of a stream up to now. Throws `std::out_of_range` for a target that isn't there (any more).
    PingStatistics statistics(PingTarget target) const;

    /// The same without the times (`rtt` and `stack` are zero): for who asks for thousands of targets, often.
    PingStatistics counts(PingTarget target) const;

    /// The numbers of a stream over the last second, ten seconds or minute, to a tenth of it, when its options ask for
    /// windows. Probes count when they end: `sent` is those that ended in this time, none is pending, and one that is
    /// answered late stays lost. An outage may have begun before. The times have no `ewma` and `jitter_rfc3550`.
    /// Throws `std::out_of_range` for a target that isn't there (any more), or keeps no windows.
    PingStatistics statistics(PingTarget target, PingWindow window) const;

    /// The identifier that the requests of an IP version carry; empty: there is no socket of this version.
    std::optional<std::uint16_t> identifier(IpVersion version) const;

    /// Answers with our identifier that are to no probe of ours, from any host; with `PingOptions::strict_source` also those
    /// that come from elsewhere.
    std::uint64_t foreign() const;

    /// How late our own sends were, after the times that the streams' intervals say: what a busy event loop or machine
    /// costs. No probe is late because another one was. Sends of streams without a pause don't count.
    PingTimes sched_lag() const;

    /// Packets that our own sockets had no room for (SK_MEMINFO_DROPS, sock_diag(7)): so many answers may have been lost
    /// here, and not on the network. A larger net.core.rmem_max or a slower pace helps.
    std::uint64_t rx_dropped() const;

    /// ICMP packets with a wrong checksum that came to this host (its network namespace) since the pinger was made, for
    /// whatever program. Damaged answers are among them: a raw IPv4 socket sees these, too, and counts them as its
    /// targets' `corrupt`; from all others the kernel keeps them, and their probes are lost.
    std::uint64_t checksum_errors() const;

private:
    friend class testing::ScriptedNetwork;
    explicit IcmpPinger(std::shared_ptr<detail::PingDriver> driver) noexcept;

    base::Owner<detail::PingDriver> driver_;  ///< the coroutines that wait share it
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/icmp_pinger.ipp>
#endif
