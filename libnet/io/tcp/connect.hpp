#pragma once
// A TCP connection to a host that has several addresses.

#include <libnet/engine/proxy/connect_race.hpp>
#include <libnet/io/loop/executor.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <vector>

namespace libnet::inline v0::io {

/// Connects to one of the addresses: the first that answers, tried one after the other, and side by side where one
/// takes long (RFC 8305, see `engine::ConnectRace`). The socket has TCP_NODELAY set.
///
/// Throws `boost::system::system_error`: `timed_out` when none answered in time; else what the most preferred address
/// reported, e.g. `connection_refused`, `network_unreachable`; `address_not_available` for no addresses at all.
/// Cancelled by its slot (terminal), with `operation_aborted`; no attempt is left behind.
Task<TcpSocket> connect(std::vector<asio::ip::address> addresses, std::uint16_t port,
                        engine::ConnectRaceOptions options = {});

/// Says whether packets to this address end on this machine: a loopback or unspecified address, or an interface's own.
/// Asks the kernel, by binding a socket that sends
/// nothing.
bool is_local_address(const asio::ip::address& address);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/connect.ipp>
#endif
