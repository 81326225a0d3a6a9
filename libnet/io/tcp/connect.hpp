#pragma once
// A TCP connection to a host that has several addresses.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/connect_race.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/socket_poll.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace libnet::inline v0::io {

namespace detail {
struct ConnectAttempts;
}

/// Connects to one of the addresses: the first that answers, tried one after the other, and side by side where one
/// takes long (RFC 8305, see `engine::ConnectRace`). Destroying it gives up, and leaves no attempt behind.
class Connecting {
public:
    /// `on_done` is called from the event loop once it is over, not from here; it may destroy this. Where it is over
    /// already when the constructor returns, it is not called at all. `poll` must outlive this.
    Connecting(SocketPoll& poll, const std::vector<asio::ip::address>& addresses, std::uint16_t port,
               const engine::ConnectRaceOptions& options, std::function<void()> on_done);
    ~Connecting();
    Connecting(const Connecting&) = delete;
    Connecting& operator=(const Connecting&) = delete;

    bool done() const noexcept;

    /// Why there is no connection: `timed_out` when none answered in time; else what the most preferred address
    /// reported, e.g. `connection_refused`, `network_unreachable`; `address_not_available` for no addresses at all.
    boost::system::error_code error() const noexcept;

    /// The connection, once it is done without an error: non-blocking, with TCP_NODELAY.
    FileDescriptor take() noexcept;

private:
    std::shared_ptr<detail::ConnectAttempts> attempts_;
};

/// Says whether packets to this address end on this machine: a loopback or unspecified address, or an interface's own.
/// Asks the kernel, by binding a socket that sends
/// nothing.
bool is_local_address(const asio::ip::address& address);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/connect.ipp>
#endif
