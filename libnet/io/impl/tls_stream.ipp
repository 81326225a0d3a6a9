#pragma once

#if defined(LIBNET_TLS)

#  include <libnet/io/impl/tls_configuration.ipp>
#  include <libnet/io/impl/tls_openssl.ipp>
#  include <libnet/io/tls_stream.hpp>

#  include <algorithm>
#  include <array>
#  include <cerrno>
#  include <cstddef>
#  include <memory>
#  include <new>
#  include <string>
#  include <utility>

#  include <unistd.h>

namespace libnet::io::detail {

/// A TlsStream over OpenSSL, which reads and writes the socket itself: no bytes are copied on the way there.
class OpensslStream final : public TlsStream {
public:
    OpensslStream(std::shared_ptr<const TlsConfiguration> configuration, int socket)
        : configuration_{std::move(configuration)},
          ssl_{SSL_new(configuration_->certificates.front().context.get())}
    {
        if (!ssl_ || SSL_set_fd(ssl_.get(), socket) != 1) throw std::bad_alloc{};
        SSL_set_accept_state(ssl_.get());
    }

    Handshake handshake() noexcept override;
    Transferred receive(std::span<char> room) noexcept override;
    bool pending() const noexcept override { return !starved_ && SSL_has_pending(ssl_.get()) == 1; }
    Transferred send(std::string_view bytes) noexcept override;
    Transferred send_file(int file, off_t& at, std::uint64_t length) noexcept override;
    void end() noexcept override;
    std::string_view failure() const noexcept override { return failure_; }
    std::string_view protocol() const noexcept override;

private:
    Transfer outcome_of(int result) noexcept;
    Transferred copy_file(int file, off_t& at, std::uint64_t length) noexcept;

    std::shared_ptr<const TlsConfiguration> configuration_;
    SslHandle ssl_;
    std::string failure_;
    bool starved_ = false;  // what is buffered is less than a record
    bool usable_ = false;   // the handshake is done, and nothing went wrong since
};

LIBNET_DECL TlsStream::Handshake OpensslStream::handshake() noexcept
{
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        usable_ = true;
        return Handshake::done;
    }
    const auto code = ERR_peek_error();
    switch (outcome_of(result)) {
    case Transfer::want_read:
        return Handshake::want_read;
    case Transfer::want_write:
        return Handshake::want_write;
    default:
        break;
    }
    const auto reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
    if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST) return Handshake::plain_http;
    if (code == 0 || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return Handshake::closed;
    const char* const text = ERR_reason_error_string(code);
    failure_ = std::string{"The TLS handshake failed: "} + (text != nullptr ? text : "for an unknown reason") + '.';
    return Handshake::failed;
}

/// What a call has come to that returned no success. The thread's queue of errors was empty before it.
LIBNET_DECL Transfer OpensslStream::outcome_of(int result) noexcept
{
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return Transfer::want_read;
    case SSL_ERROR_WANT_WRITE:
        return Transfer::want_write;
    case SSL_ERROR_ZERO_RETURN:
        return Transfer::ended;
    default:
        usable_ = false;
        return Transfer::failed;
    }
}

LIBNET_DECL Transferred OpensslStream::receive(std::span<char> room) noexcept
{
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &size);
    starved_ = result != 1;
    if (result == 1) return {Transfer::done, size};
    return {outcome_of(result)};
}

LIBNET_DECL Transferred OpensslStream::send(std::string_view bytes) noexcept
{
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    if (result == 1) return {Transfer::done, size};
    return {outcome_of(result)};
}

LIBNET_DECL Transferred OpensslStream::send_file(int file, off_t& at, std::uint64_t length) noexcept
{
    if (BIO_get_ktls_send(SSL_get_wbio(ssl_.get())) == 0) return copy_file(file, at, length);
    ERR_clear_error();
    const auto size = SSL_sendfile(ssl_.get(), file, at, length, 0);
    if (size == 0) return {Transfer::ended};
    if (size < 0) return {outcome_of(static_cast<int>(size))};
    at += size;
    return {Transfer::done, static_cast<std::size_t>(size)};
}

/// Without the kernel's help: reads the file, a few records at a time, and encrypts it here.
LIBNET_DECL Transferred OpensslStream::copy_file(int file, off_t& at, std::uint64_t length) noexcept
{
    thread_local std::array<char, 4 * SSL3_RT_MAX_PLAIN_LENGTH> room;
    const auto read = ::pread(file, room.data(), std::min<std::uint64_t>(length, room.size()), at);
    if (read == 0) return {Transfer::ended};
    if (read < 0) return {Transfer::file_failed};
    std::string_view rest{room.data(), static_cast<std::size_t>(read)};
    Transferred sent{Transfer::done};
    while (!rest.empty()) {
        const auto [outcome, size] = send(rest);
        rest.remove_prefix(size);
        at += static_cast<off_t>(size);
        sent.size += size;
        if (outcome == Transfer::done) continue;
        if (sent.size == 0) sent.outcome = outcome;  // else the next call will say so again
        break;
    }
    return sent;
}

LIBNET_DECL void OpensslStream::end() noexcept
{
    if (!std::exchange(usable_, false)) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

LIBNET_DECL std::string_view OpensslStream::protocol() const noexcept
{
    const unsigned char* data = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &data, &size);
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace libnet::io::detail

#endif
