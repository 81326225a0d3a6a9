#pragma once
// Asking a node whether one of its interfaces is up.

#include <libnet/config.hpp>
#include <libnet/engine/query/interface_state.hpp>
#include <libnet/interface_probe_options.hpp>
#include <libnet/io/loop/async_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <utility>

namespace libnet::inline v0 {

/// Asks a node about one of its interfaces, or about a neighbour of it, with an ICMP extended echo request (RFC 8335).
/// The interface need not have a path to us, nor an address.
///
/// Most nodes answer only when they are told to; Linux (5.13 and later) does with the sysctl
/// net.ipv4.icmp_echo_enable_probe=1, for both versions of IP, about its own interfaces. No answer and an ICMP error
/// are outcomes; the latter is rare, for Linux routers send none about IPv4's questions, and Linux tells those about
/// IPv6's to raw sockets only. The answer is not authenticated: it comes from the node's address and has a random
/// identifier and sequence, 24 bits: RFC 8335 has room for no more.
///
/// Throws `boost::system::system_error`: `invalid_argument` for an option out of range, or an interface that can't be
/// (a name without an octet or with more than 255); `operation_not_permitted` when ICMP sockets are forbidden, with
/// what would help; why nothing can be sent; `operation_aborted` when cancelled (any type).
boost::asio::awaitable<InterfaceState> probe_interface(boost::asio::any_io_executor executor,
                                                       boost::asio::ip::address address, InterfaceId interface,
                                                       InterfaceProbeOptions options);

/// The same with the default options.
boost::asio::awaitable<InterfaceState> probe_interface(boost::asio::any_io_executor executor,
                                                       boost::asio::ip::address address, InterfaceId interface);

/// The same for any completion token: `void(boost::system::error_code, InterfaceState)`.
template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, InterfaceState)) Token>
auto async_probe_interface(const boost::asio::any_io_executor& executor, boost::asio::ip::address address,
                           InterfaceId interface, InterfaceProbeOptions options, Token&& token)
{
    return io::async_operation<InterfaceState>(
        executor,
        [executor, address, interface = std::move(interface), options] {
            return probe_interface(executor, address, interface, options);
        },
        std::forward<Token>(token));
}

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/interface_probe.ipp>
#endif
