#pragma once
// Where a path becomes narrower: find_narrow_links.

#include <libnet/config.hpp>
#include <libnet/engine/query/narrow_links.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/trace_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

/// What find_narrow_links finds.
struct NarrowLinks {
    std::vector<NarrowLink> links{};  ///< in the order of the path; each takes less than those before it
    std::uint64_t probes = 0;         ///< that were sent to find the place of a black hole
};

/// Says at which hops of a path its MTU becomes smaller, from what a Tracer and a PathMtuFinder have found about the same
/// destination. They may have run at the same time.
///
/// What routers told takes no packet. A link that drops large packets in silence is looked for with packets of one octet too
/// much and growing TTL, a handful of them, one after the other. `options` are those of the trace; of them the ways to send
/// count.
///
/// Packets of a trace and of a search may take different ways where routers share load; then the place may be wrong.
///
/// Throws `boost::system::system_error`: what opening a socket says, or `operation_aborted` when cancelled (any type).
boost::asio::awaitable<NarrowLinks> find_narrow_links(boost::asio::any_io_executor executor, TracePath path,
                                                      PathMtu found, TraceOptions options);

/// The same for any completion token: `void(boost::system::error_code, NarrowLinks)`.
template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, NarrowLinks)) Token>
auto async_find_narrow_links(const boost::asio::any_io_executor& executor, TracePath path, PathMtu found,
                             TraceOptions options, Token&& token)
{
    return io::async_operation<NarrowLinks>(
        executor,
        [executor, path = std::move(path), found = std::move(found), options] {
            return find_narrow_links(executor, path, found, options);
        },
        std::forward<Token>(token));
}

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/narrow_links.ipp>
#endif
