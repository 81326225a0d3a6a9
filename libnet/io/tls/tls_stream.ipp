#pragma once

#if defined(LIBNETXX_TLS)

#  include <libnet/io/tls/tls_configuration.ipp>
#  include <libnet/io/tls/tls_openssl.ipp>
#  include <libnet/io/tls/tls_stream.hpp>

#  include <algorithm>
#  include <array>
#  include <cerrno>
#  include <cstddef>
#  include <fstream>
#  include <iterator>
#  include <memory>
#  include <new>
#  include <string>
#  include <utility>

#  include <openssl/bio.h>
#  include <sys/socket.h>
#  include <unistd.h>

namespace libnet::inline v0::io::detail {

/// Records of this many plain bytes are sealed, and leave with one system call.
inline constexpr std::size_t tls_batch = 4 * SSL3_RT_MAX_PLAIN_LENGTH;

/// Room for what is gathered to be sealed. Each thread has one, which is of no use beyond a call.
LIBNETXX_DECL std::span<char> plain_room()
{
    thread_local std::array<char, tls_batch> room;
    return room;
}

/// Sealed records on their way from OpenSSL to the socket, in one call. Each thread has one, empty between calls.
LIBNETXX_DECL std::string& sealed_records()
{
    thread_local std::string records;
    return records;
}

LIBNETXX_DECL int collect_records(BIO* bio, const char* data, int size)
{
    BIO_clear_retry_flags(bio);
    try {
        sealed_records().append(data, static_cast<std::size_t>(size));
        return size;
    } catch (const std::bad_alloc&) {
        return -1;  // an exception can't pass through OpenSSL's C
    }
}

LIBNETXX_DECL long control_collector(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

/// What OpenSSL writes to instead of a socket.
LIBNETXX_DECL BIO* make_collector()
{
    static BIO_METHOD* const method = [] {
        auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "record collector");
        if (made == nullptr) throw std::bad_alloc{};
        BIO_meth_set_write(made, collect_records);
        BIO_meth_set_ctrl(made, control_collector);
        return made;
    }();
    auto* const bio = BIO_new(method);
    if (bio != nullptr) BIO_set_init(bio, 1);
    return bio;
}

/// Whether the kernel can seal records itself (CONFIG_TLS): then OpenSSL hands it the keys and writes to the socket.
LIBNETXX_DECL bool kernel_has_tls()
{
    static const bool has = [] {
        std::ifstream protocols{"/proc/sys/net/ipv4/tcp_available_ulp"};
        const std::istream_iterator<std::string> first{protocols}, last;
        return std::find(first, last, "tls") != last;
    }();
    return has;
}

/// A TlsStream over OpenSSL.
///
/// OpenSSL reads the socket itself. What it writes is collected, and leaves in one call for several records; where the
/// kernel seals the records, it goes straight to the socket.
class OpensslStream final : public TlsStream {
public:
    /// `ssl` knows which end it is. The configuration is kept as long as this is; null: there is none to keep.
    OpensslStream(std::shared_ptr<const TlsConfiguration> configuration, SslHandle ssl, int socket)
        : configuration_{std::move(configuration)},
          socket_{socket},
          ssl_{std::move(ssl)}
    {
        if (!ssl_ || SSL_set_fd(ssl_.get(), socket) != 1) throw std::bad_alloc{};
        if (!kernel_has_tls()) SSL_set0_wbio(ssl_.get(), make_collector());
        if (SSL_get_wbio(ssl_.get()) == nullptr) throw std::bad_alloc{};
    }

    Handshake handshake() noexcept override;
    Transferred receive(std::span<char> room) noexcept override;
    bool pending() const noexcept override { return !starved_ && SSL_has_pending(ssl_.get()) == 1; }
    Transferred send(std::string_view head, std::string_view content) noexcept override;
    Transferred send_file(int file, off_t& at, std::uint64_t length) noexcept override;
    void end() noexcept override;
    std::string_view failure() const noexcept override { return failure_; }
    Fault fault() const noexcept override { return fault_; }
    std::vector<std::string> peer_names() const override;
    std::string_view protocol() const noexcept override;

private:
    Handshake explain_failure(unsigned long code);
    Transfer outcome_of(int result) noexcept;
    Transferred seal(std::string_view bytes) noexcept;
    Transfer flush() noexcept;
    Transferred finish() noexcept;
    Transferred copy_file(int file, off_t& at, std::uint64_t length) noexcept;

    std::shared_ptr<const TlsConfiguration> configuration_;
    int socket_;
    SslHandle ssl_;
    std::string waiting_;           // sealed records that the socket didn't take yet
    std::size_t waiting_size_ = 0;  // so many plain bytes are in them, and not yet reported as sent
    std::string failure_;
    Fault fault_ = Fault::none;
    bool starved_ = false;  // what is buffered is less than a record
    bool usable_ = false;   // the handshake is done, and nothing went wrong since
};

LIBNETXX_DECL TlsStream::Handshake OpensslStream::handshake() noexcept
{
    ERR_clear_error();
    if (flush() == Transfer::want_write) return Handshake::want_write;
    const int result = SSL_do_handshake(ssl_.get());
    const auto code = ERR_peek_error();
    const auto outcome = result == 1 ? Transfer::done : outcome_of(result);
    const auto flushed = flush();
    if (flushed == Transfer::want_write) return Handshake::want_write;
    if (flushed == Transfer::failed) return Handshake::closed;
    switch (outcome) {
    case Transfer::done:
        usable_ = true;
        return Handshake::done;
    case Transfer::want_read:
        return Handshake::want_read;
    case Transfer::want_write:
        return Handshake::want_write;
    default:
        return explain_failure(code);
    }
}

LIBNETXX_DECL TlsStream::Handshake OpensslStream::explain_failure(unsigned long code)
{
    const auto reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
    if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST) return Handshake::plain_http;
    const bool is_reset = ERR_SYSTEM_ERROR(code) && SSL_is_server(ssl_.get()) == 0;
    if (code == 0 || is_reset || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return Handshake::closed;
    const char* text = ERR_reason_error_string(code);
    fault_ = reason >= SSL_AD_REASON_OFFSET ? Fault::alert : Fault::protocol;
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        fault_ = Fault::certificate;
        text = X509_verify_cert_error_string(SSL_get_verify_result(ssl_.get()));
    }
    failure_ = std::string{"The TLS handshake failed: "} + (text != nullptr ? text : "for an unknown reason") + '.';
    return Handshake::failed;
}

/// What a call has come to that returned no success. The thread's queue of errors was empty before it.
LIBNETXX_DECL Transfer OpensslStream::outcome_of(int result) noexcept
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

LIBNETXX_DECL Transferred OpensslStream::receive(std::span<char> room) noexcept
{
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &size);
    starved_ = result != 1;
    const auto outcome = result == 1 ? Transfer::done : outcome_of(result);
    flush();  // an alert, or an answer to a new key; what has no room goes with the next record
    return {outcome, size};
}

LIBNETXX_DECL Transferred OpensslStream::send(std::string_view head, std::string_view content) noexcept
{
    if (!waiting_.empty()) return finish();
    if (head.empty() || content.empty()) return seal(head.empty() ? content : head);
    const auto room = plain_room();  // so that both are in one record, if they fit into it
    const auto first = head.copy(room.data(), room.size());
    const auto second = content.copy(room.data() + first, room.size() - first);
    return seal({room.data(), first + second});
}

/// Seals the first of the bytes and sends them.
LIBNETXX_DECL Transferred OpensslStream::seal(std::string_view bytes) noexcept
{
    ERR_clear_error();
    bytes = bytes.substr(0, tls_batch);
    std::size_t sealed = 0;
    auto outcome = Transfer::done;
    while (sealed < bytes.size() && outcome == Transfer::done) {
        std::size_t size = 0;
        const auto rest = bytes.substr(sealed);
        const int result = SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &size);
        if (result != 1) outcome = outcome_of(result);
        sealed += size;
    }
    const auto flushed = flush();
    if (flushed == Transfer::want_write) waiting_size_ = sealed;
    if (flushed != Transfer::done) return {flushed};
    return sealed > 0 ? Transferred{Transfer::done, sealed} : Transferred{outcome};
}

/// Sends what was collected. What the socket doesn't take waits; then this returns want_write.
LIBNETXX_DECL Transfer OpensslStream::flush() noexcept
{
    auto& records = sealed_records();
    if (!waiting_.empty()) {
        waiting_ += records;
        records.clear();
    }
    std::string_view rest{waiting_.empty() ? records : waiting_};
    auto outcome = Transfer::done;
    while (!rest.empty() && outcome == Transfer::done) {
        const auto size = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
        else if (errno == EAGAIN || errno == EWOULDBLOCK) outcome = Transfer::want_write;
        else if (errno != EINTR) outcome = Transfer::failed;
    }
    if (outcome == Transfer::failed) usable_ = false;
    std::string left{outcome == Transfer::want_write ? rest : std::string_view{}};
    records.clear();
    waiting_.swap(left);
    return outcome;
}

/// Sends what waits, and reports it.
LIBNETXX_DECL Transferred OpensslStream::finish() noexcept
{
    const auto outcome = flush();
    if (outcome != Transfer::done) return {outcome};
    return {Transfer::done, std::exchange(waiting_size_, 0)};
}

LIBNETXX_DECL Transferred OpensslStream::send_file(int file, off_t& at, std::uint64_t length) noexcept
{
    if (BIO_get_ktls_send(SSL_get_wbio(ssl_.get())) == 0) return copy_file(file, at, length);
    ERR_clear_error();
    const auto size = SSL_sendfile(ssl_.get(), file, at, length, 0);
    if (size == 0) return {Transfer::ended};
    if (size < 0) return {outcome_of(static_cast<int>(size))};
    at += size;
    return {Transfer::done, static_cast<std::size_t>(size)};
}

/// Without the kernel's help: reads the file, a few records at a time, and seals it here.
LIBNETXX_DECL Transferred OpensslStream::copy_file(int file, off_t& at, std::uint64_t length) noexcept
{
    auto sent = Transferred{Transfer::done};
    if (waiting_.empty()) {
        const auto room = plain_room();
        const auto read = ::pread(file, room.data(), std::min<std::uint64_t>(length, room.size()), at);
        if (read == 0) return {Transfer::ended};
        if (read < 0) return {Transfer::file_failed};
        sent = seal({room.data(), static_cast<std::size_t>(read)});
    } else {
        sent = finish();
    }
    at += static_cast<off_t>(sent.size);
    return sent;
}

LIBNETXX_DECL void OpensslStream::end() noexcept
{
    if (!std::exchange(usable_, false)) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    flush();
    ERR_clear_error();
}

LIBNETXX_DECL std::vector<std::string> OpensslStream::peer_names() const
{
    const auto* const certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
    return identities_in(certificate);
}

LIBNETXX_DECL std::string_view OpensslStream::protocol() const noexcept
{
    const unsigned char* data = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &data, &size);
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace libnet::inline v0::io::detail

#endif
