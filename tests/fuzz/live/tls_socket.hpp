#pragma once
// A client of TLS that believes every certificate.

#include <tests/fuzz/live/conversation.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>

namespace live {

/// Speaks as Socket does, inside of TLS. What comes before it, such as a PROXY header, is sent as it is.
class TlsSocket {
public:
    /// @param patience  milliseconds in which the other side says something, while something of it is waited for
    explicit TlsSocket(std::uint16_t port, std::string_view preface = {}, int patience = 2000)
        : socket_{port},
          patience_{patience}
    {
        if (socket_.get() < 0 || !socket_.send(preface)) return;
        ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
        session_.reset(SSL_new(context()));
        SSL_set_fd(session_.get(), socket_.get());
        SSL_set_tlsext_host_name(session_.get(), "a.example");
        is_open_ = perform([this] { return SSL_connect(session_.get()); });
    }

    int get() const { return is_open_ ? socket_.get() : -1; }
    void reset() const { socket_.reset(); }

    /// Says that nothing more comes, in TLS alone.
    void shutdown() const
    {
        if (is_open_) SSL_shutdown(session_.get());
    }

    bool send(std::string_view text) const
    {
        std::size_t size = 0;
        return text.empty() || perform([&] { return SSL_write_ex(session_.get(), text.data(), text.size(), &size); });
    }

    bool receive(std::string& received, int milliseconds) const
    {
        pollfd wait{socket_.get(), POLLIN, 0};
        if (SSL_pending(session_.get()) == 0 && ::poll(&wait, 1, milliseconds) <= 0) return true;
        char buffer[65'536];
        std::size_t size = 0;
        const int done = SSL_read_ex(session_.get(), buffer, sizeof buffer, &size);
        if (done == 1) received.append(buffer, size);
        return done == 1 || SSL_get_error(session_.get(), done) == SSL_ERROR_WANT_READ;
    }

private:
    static SSL_CTX* context()
    {
        static const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> only{SSL_CTX_new(TLS_client_method()),
                                                                            &SSL_CTX_free};
        return only.get();
    }

    /// Tries until it is done, or patience has ended.
    template <typename Step>
    bool perform(Step step) const
    {
        for (;;) {
            const int done = step();
            if (done == 1) return true;
            const int error = SSL_get_error(session_.get(), done);
            if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
            pollfd wait{socket_.get(), static_cast<short>(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
            if (::poll(&wait, 1, patience_) <= 0) return false;
        }
    }

    Socket socket_;
    int patience_;
    std::unique_ptr<SSL, decltype(&SSL_free)> session_{nullptr, &SSL_free};
    bool is_open_ = false;
};

}  // namespace live
