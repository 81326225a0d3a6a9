#pragma once
// Waits for a handshake of TLS to be done.

#include <libnet/config.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <chrono>

namespace libnet::inline v0::io {

/// Makes the handshake. Completes with anything but want_read and want_write: `closed` as well when the connection was
/// broken or ended by the server, or `timeout` has passed, which `connection.deadline().expired()` tells apart.
/// A drain doesn't wait for it.
Task<TlsStream::Handshake> shake_hands(Connection& connection, TlsStream& tls, std::chrono::milliseconds timeout);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tls/tls_handshake.ipp>
#endif
