#pragma once
// Traces the path to a host: Tracer. Its options are in trace_options.hpp, its events in engine/trace/trace_path.hpp.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_counters.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/name_lookup.hpp>
#include <libnet/trace_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

namespace detail {
class TraceSession;
struct TracerState;
}  // namespace detail
namespace testing {
class ScriptedPaths;
}

/// How long a UDP or ICMP probe with the default payload is, with its IP header, in octets: 60 for IPv4, 80 for IPv6.
std::size_t trace_probe_size(const boost::asio::ip::address& target) noexcept;

/// Traces paths with increasing TTLs, any number of them at the same time.
///
/// On Linux this takes no privilege: errors come out of the sockets' error queues, round trips begin and end with the
/// kernel's time stamps, so that a slow caller does not lengthen them (of TCP without privilege, they begin with our call).
/// `TraceProbe::icmp` needs a group in net.ipv4.ping_group_range, or CAP_NET_RAW. With CAP_NET_RAW, hops tell more: see
/// TraceAccess.
///
/// All probes of a flow take one path through routers that share load by addresses, ports, flow label, or ICMP checksum;
/// routers that share it packet by packet show several.
///
/// Probes have a keyed identity. An answer that quotes it wrongly is refused; one that quotes less than that has to come
/// with the right ports, or checksum, and number; and see `TraceCounters::anonymous`.
///
/// What it does not protect against: routers decide what they answer. They may limit their answers (a silent hop need not
/// lose any traffic), answer with any of their addresses, or forge whole paths behind them.
///
/// An operation takes every type of cancellation, and the coroutine that awaits it does so from then on, as after
/// `this_coro::reset_cancellation_state(enable_total_cancellation())`.
///
/// Not safe for use from several threads at the same time. Destroying the object, or moving another one into
/// it, ends every pending call with `operation_aborted`; a call may outlive it by that much. One that was moved from
/// throws `std::logic_error`.
class Tracer {
public:
    /// Throws `boost::system::system_error` (`invalid_argument`) for an option that is out of its range. Opens no
    /// socket.
    explicit Tracer(boost::asio::any_io_executor executor, TraceOptions options = {});
    ~Tracer();
    Tracer(Tracer&&) noexcept;
    Tracer& operator=(Tracer&&) noexcept;

    boost::asio::any_io_executor get_executor() const;

    /// Traces one path, and completes when it is known. Any number of calls may be under way, and `next` beside them.
    ///
    /// An unreachable target, and one that can't be sent to, are outcomes: see `TracePath::stop_reason`. Throws
    /// `boost::system::system_error`: what opening a socket says (`operation_not_permitted` for `TraceProbe::icmp` without
    /// permission), or `operation_aborted` when cancelled (any type of cancellation).
    boost::asio::awaitable<TracePath> trace(boost::asio::ip::address target);

    /// The same for any completion token: `void(boost::system::error_code, TracePath)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, TracePath)) Token>
    auto async_trace(boost::asio::ip::address target, Token&& token)
    {
        return io::async_operation<TracePath>(
            get_executor(), [this, target] { return trace(target); }, std::forward<Token>(token));
    }

    /// The same for a name, which is asked for now: the best of its addresses is traced. The compiled library has it in an
    /// object of its own, which needs c-ares (the CMake target libnetxx::trace); header-only programs include
    /// libnet/named_targets.hpp.
    ///
    /// Throws what a Resolver throws, `host_not_found` for one, or what the above throws. Cancelling it, and destroying the
    /// tracer, ends the question as it ends the trace.
    boost::asio::awaitable<TracePath> trace(std::string_view name, AddressFamily family = AddressFamily::any);

    /// The same for any completion token: `void(boost::system::error_code, TracePath)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, TracePath)) Token>
    auto async_trace(std::string name, AddressFamily family, Token&& token)
    {
        return io::async_operation<TracePath>(
            get_executor(), [this, name = std::move(name), family] { return trace(name, family); },
            std::forward<Token>(token));
    }

    /// Names are looked up by this in place of a Resolver with the system's configuration. Once, and before the first name:
    /// else throws `std::logic_error`. When the tracer is destroyed, a look-up of it that is under way goes on to its own
    /// end, and `trace` throws `operation_aborted` then.
    void resolve_by(NameLookup look_up);

    /// Adds a target for `next` to trace. Throws `boost::system::system_error` when a socket can't be opened.
    TraceTarget add(boost::asio::ip::address target);

    /// Completes with the next event of any target; nullopt: there are no more targets. Probes are sent and answers taken
    /// in during this call only: call it again soon. Any number of calls may be under way, and get the events in turn.
    ///
    /// Throws `operation_aborted` when cancelled (any type). Nothing is lost by that: a later call goes on.
    boost::asio::awaitable<std::optional<TraceEvent>> next();

    /// The same for any completion token: `void(boost::system::error_code, std::optional<TraceEvent>)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::optional<TraceEvent>)) Token>
    auto async_next(Token&& token)
    {
        return io::async_operation<std::optional<TraceEvent>>(
            get_executor(), [this] { return next(); }, std::forward<Token>(token));
    }

    /// The path to a target that was added and whose TraceDone hasn't been told yet, as far as `next` has told it. Throws
    /// `std::out_of_range` for others.
    TracePath path(TraceTarget target) const;

    /// What was sent, and what came that was no answer, of all targets since the beginning.
    TraceCounters counters() const;

private:
    friend class testing::ScriptedPaths;
    explicit Tracer(std::shared_ptr<detail::TracerState> state) noexcept;

    base::Owner<detail::TracerState> state_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/tracer.ipp>
#endif
