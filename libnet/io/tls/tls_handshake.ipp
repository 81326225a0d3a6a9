#pragma once

#include <libnet/io/tls/tls_handshake.hpp>

#include <utility>

namespace libnet::inline v0::io {

LIBNETXX_DECL Task<TlsStream::Handshake> shake_hands(Connection& connection, TlsStream& tls,
                                                     std::chrono::milliseconds timeout)
{
    using Handshake = TlsStream::Handshake;
    connection.deadline().expires_after(timeout);
    connection.idle();
    auto progress = Handshake::want_read;  // the client speaks first
    while (progress == Handshake::want_read || progress == Handshake::want_write) {
        const auto side = progress == Handshake::want_read ? PolledSocket::read : PolledSocket::write;
        auto wait = connection.polled().wait(side);
        const bool open = co_await std::move(wait);
        if (!open) co_return Handshake::closed;
        progress = tls.handshake();
        if (progress == Handshake::want_read) connection.polled().exhausted(PolledSocket::read);
        if (progress == Handshake::want_write) connection.polled().exhausted(PolledSocket::write);
    }
    connection.deadline().clear();
    co_return progress;
}

}  // namespace libnet::inline v0::io
