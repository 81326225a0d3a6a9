#pragma once
// A connection to a server that can be used, and perhaps again.

#include <libnet/config.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/peer_address.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace libnet::inline v0::io {

/// A socket, and the TLS that is spoken over it.
struct OpenConnection {
    OpenConnection() = default;
    OpenConnection(std::unique_ptr<PolledSocket> connected, std::unique_ptr<TlsStream> stream = nullptr) noexcept
        : socket{std::move(connected)},
          tls{std::move(stream)}
    {}

    explicit operator bool() const noexcept { return socket != nullptr; }

    std::unique_ptr<PolledSocket> socket{};
    std::unique_ptr<TlsStream> tls{};  ///< whose handshake is done; null: none. It goes before the socket does

    /// The address by which it was judged, where its socket has another one or none (OutboundWays); nothing: its peer's counts.
    std::optional<boost::asio::ip::address> judged{};
};

/// The address of the server. Nothing: the connection is broken.
inline std::optional<boost::asio::ip::address> address_of(const OpenConnection& connection)
{
    return connection.judged ? connection.judged : peer_address(connection.socket->native_handle());
}

/// Nothing has come on an idle connection, and it is open, as far as is known without a system call that has
/// nothing to find. What a server sends without a request ends the connection, or is not meant for the next request; but for
/// what TLS has to say for itself, such as a session ticket.
bool is_quiet(OpenConnection& connection) noexcept;

}  // namespace libnet::inline v0::io
