#pragma once

#include <libnet/io/tls_handshake.hpp>

namespace libnet::io {

LIBNET_DECL Task<TlsStream::Handshake> shake_hands(Connection& connection, TlsStream& tls,
                                                   std::chrono::milliseconds timeout)
{
    using Handshake = TlsStream::Handshake;
    connection.deadline().expires_after(timeout);
    connection.idle();
    auto progress = Handshake::want_read;  // the client speaks first
    while (progress == Handshake::want_read || progress == Handshake::want_write) {
        const auto side =
            progress == Handshake::want_read ? asio::socket_base::wait_read : asio::socket_base::wait_write;
        const auto [error] = co_await connection.socket().async_wait(side, use_tuple);
        if (error) co_return Handshake::closed;
        progress = tls.handshake();
    }
    connection.deadline().clear();
    co_return progress;
}

}  // namespace libnet::io
