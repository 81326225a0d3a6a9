#pragma once
// A side of a tunnel that goes through TLS.

#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/relay.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace libnet::inline v0::io {

/// Encrypts what a relay sends, and decrypts what it receives. The socket must outlive it.
class TlsRelayLayer final : public RelayLayer {
public:
    /// The handshake of `tls`, which goes over the socket, is done.
    TlsRelayLayer(std::unique_ptr<TlsStream> tls, PolledSocket& socket) noexcept : tls_{std::move(tls)}, socket_{socket}
    {}

    Transferred receive(std::span<char> room) noexcept override { return watched(tls_->receive(room)); }
    Transferred send(std::string_view bytes) noexcept override { return watched(tls_->send(bytes, {})); }
    bool may_receive() const noexcept override { return socket_.ready(PolledSocket::read) || tls_->pending(); }
    void end() noexcept override { tls_->end(); }

private:
    /// The listener is told of what is waited for.
    Transferred watched(Transferred transferred) noexcept
    {
        bool is_watched = true;
        if (transferred.outcome == Transfer::want_read) {
            socket_.exhausted(PolledSocket::read);
            is_watched = socket_.watch();
        } else if (transferred.outcome == Transfer::want_write) {
            socket_.exhausted(PolledSocket::write);
            is_watched = socket_.watch_both();
        }
        return is_watched ? transferred : Transferred{Transfer::failed};
    }

    std::unique_ptr<TlsStream> tls_;
    PolledSocket& socket_;
};

}  // namespace libnet::inline v0::io
