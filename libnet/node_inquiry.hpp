#pragma once
// Asking IPv6 nodes for their names and addresses.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/query/node_answer.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/node_inquiry_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace libnet::inline v0 {

namespace detail {
class NodeInquirySession;
}

/// How many queries there were, and what became of them.
struct NodeInquiryCounts {
    std::uint64_t sent = 0;              ///< queries
    std::uint64_t received = 0;          ///< queries that were answered
    std::uint64_t duplicates = 0;        ///< further answers to these
    std::uint64_t errors = 0;            ///< ICMPv6 errors about queries
    std::chrono::nanoseconds sending{};  ///< from the first query to the last
};

/// Asks one node, or the members of a group, for their names or addresses, again and again (ICMPv6 node information,
/// RFC 4620). Linux doesn't answer such queries itself; BSD systems do for hosts of the same link.
///
/// An answer counts when it brings back the nonce of a query, which only this object can make. It is not authenticated
/// otherwise: a host on the path, and each member of a group, can say what it likes.
///
/// One object belongs to one thread. Destroying it, or moving another one into it, ends a pending `next` with
/// `operation_aborted`. One that was moved from throws `std::logic_error`.
class NodeInquiry {
public:
    /// Opens a raw socket, which takes CAP_NET_RAW. Throws `boost::system::system_error`: `invalid_argument` for an
    /// option out of range, `operation_not_permitted` where such a socket isn't allowed; what the system reports otherwise.
    NodeInquiry(const boost::asio::any_io_executor& executor, const boost::asio::ip::address_v6& address,
                const NodeInquiryOptions& options);
    ~NodeInquiry();
    NodeInquiry(NodeInquiry&&) noexcept;
    NodeInquiry& operator=(NodeInquiry&&) noexcept;

    boost::asio::any_io_executor get_executor() const;

    /// Completes with the next answer or error; nullopt: `count` or `deadline` has ended it, and no answer is waited for
    /// any more. Queries are sent and answers taken in during this call only. Any number of calls may be under way, and
    /// get the events in turn.
    ///
    /// Throws `boost::system::system_error`, `operation_aborted`, when cancelled (any type). Nothing is lost by that: a
    /// later call goes on.
    boost::asio::awaitable<std::optional<NodeEvent>> next();

    /// The same for any completion token: `void(boost::system::error_code, std::optional<NodeEvent>)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::optional<NodeEvent>)) Token>
    auto async_next(Token&& token)
    {
        return io::async_operation<std::optional<NodeEvent>>(
            get_executor(), [this] { return next(); }, std::forward<Token>(token));
    }

    /// The numbers up to now.
    NodeInquiryCounts counts() const;

private:
    base::Owner<detail::NodeInquirySession> session_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/node_inquiry.ipp>
#endif
