#pragma once
// Finding the largest packet that gets through to a host.

#include <libnet/config.hpp>
#include <libnet/engine/query/path_mtu_result.hpp>
#include <libnet/path_mtu_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>

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
/// somebody on the path, nor (where routers quote eight octets only) against forged ICMP errors, which can make the
/// result too small.
///
/// One object belongs to one thread. Destroying it ends a pending `next` with `operation_aborted`.
class PathMtuFinder {
public:
    /// Opens the socket. Throws `boost::system::system_error`: `invalid_argument` for an option out of range,
    /// `operation_not_permitted` when ICMP sockets are forbidden, with what would help; what the system reports otherwise.
    PathMtuFinder(const boost::asio::any_io_executor& executor, boost::asio::ip::address address,
                  PathMtuOptions options = {});
    ~PathMtuFinder();
    PathMtuFinder(PathMtuFinder&&) noexcept;
    PathMtuFinder& operator=(PathMtuFinder&&) noexcept;

    /// Completes with the next finding; nullopt: the search is over. Packets are sent and answers taken in during this
    /// call only. One call at a time.
    ///
    /// Throws `boost::system::system_error`: why nothing can be sent (no route, say); `operation_aborted` when cancelled
    /// by its slot (terminal). Nothing is lost by that: a later call goes on.
    boost::asio::awaitable<std::optional<PathMtuStep>> next();

    /// What is known up to now.
    const PathMtu& result() const;

private:
    std::shared_ptr<detail::PathMtuSession> session_;
};

/// Searches to the end. A host that answers nothing is a result, too: see PathMtu::limit. Throws as PathMtuFinder.
boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor, boost::asio::ip::address address,
                                              PathMtuOptions options);

/// The same with the default options.
boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor, boost::asio::ip::address address);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/path_mtu.ipp>
#endif
