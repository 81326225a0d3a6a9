#pragma once
// Finding the largest packet that gets through to a host.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/query/path_mtu_result.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/path_mtu_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace libnet::inline v0 {

namespace detail {
class PathMtuSession;
}

/// Searches for the MTU of the path to one host, and tells each finding.
///
/// It sends echo requests of different sizes with "don't fragment", past what the kernel believes about the path
/// (IP_PMTUDISC_PROBE of ip(7)). The result is proven: a packet of that size was answered, and one with an octet more
/// is not. What routers say (RFC 1191, RFC 8201) only makes it faster, so that those that say nothing, nonsense or a
/// wrong MTU change nothing, and black holes are found (RFC 4821, RFC 8899). A search costs a handful of packets and
/// round trips; where packets vanish, some seconds.
///
/// Answers are matched as IcmpPinger's: by their source, sequence and a keyed cookie. It does not protect against
/// a host on the path, nor (where routers quote eight octets only) against forged ICMP errors, which can make the
/// result too small.
///
/// One object belongs to one thread. Destroying it, or moving another one into it, ends a pending `next` with
/// `operation_aborted`. One that was moved from throws `std::logic_error`.
class PathMtuFinder {
public:
    /// Opens the socket. Throws `boost::system::system_error`: `invalid_argument` for an option out of range,
    /// `operation_not_permitted` when ICMP sockets are forbidden, with what would help; what the system reports otherwise.
    PathMtuFinder(const boost::asio::any_io_executor& executor, boost::asio::ip::address address,
                  PathMtuOptions options = {});
    ~PathMtuFinder();
    PathMtuFinder(PathMtuFinder&&) noexcept;
    PathMtuFinder& operator=(PathMtuFinder&&) noexcept;

    boost::asio::any_io_executor get_executor() const;

    /// Completes with the next finding; nullopt: the search is over. Packets are sent and answers taken in during this
    /// call only. Any number of calls may be under way, and get the findings in turn.
    ///
    /// Throws `boost::system::system_error`: why nothing can be sent (no route, say); `operation_aborted` when cancelled
    /// (any type). Nothing is lost by that: a later call goes on.
    boost::asio::awaitable<std::optional<PathMtuStep>> next();

    /// The same for any completion token: `void(boost::system::error_code, std::optional<PathMtuStep>)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::optional<PathMtuStep>)) Token>
    auto async_next(Token&& token)
    {
        return io::async_operation<std::optional<PathMtuStep>>(
            get_executor(), [this] { return next(); }, std::forward<Token>(token));
    }

    /// What is known up to now.
    const PathMtu& result() const;

private:
    base::Owner<detail::PathMtuSession> session_;
};

/// Searches to the end. A host that answers nothing is a result, too: see PathMtu::limit. Throws as PathMtuFinder.
boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor, boost::asio::ip::address address,
                                              PathMtuOptions options);

/// The same with the default options.
boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor, boost::asio::ip::address address);

/// The same for any completion token: `void(boost::system::error_code, PathMtu)`.
template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, PathMtu)) Token>
auto async_find_path_mtu(const boost::asio::any_io_executor& executor, boost::asio::ip::address address,
                         PathMtuOptions options, Token&& token)
{
    return io::async_operation<PathMtu>(
        executor, [executor, address, options] { return find_path_mtu(executor, address, options); },
        std::forward<Token>(token));
}

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/path_mtu.ipp>
#endif
