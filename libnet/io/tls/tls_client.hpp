#pragma once
// TLS 1.2 and 1.3 for clients: whom they trust, and connections to servers that prove who they are.

#include <libnet/config.hpp>
#include <libnet/io/tls/tls_options.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <functional>
#include <memory>
#include <string>

namespace libnet::inline v0::io {

/// Options of a `TlsClientContext`.
struct TlsClientOptions {
    /// PEM: the authorities whose certificates are trusted, and no others. Empty: those that the system trusts, which are where
    /// OpenSSL looks for them: in the environment's `SSL_CERT_FILE` and `SSL_CERT_DIR`, else where it was built to look.
    std::string ca_file{};

    TlsVersion least_version = TlsVersion::tls_1_2;  ///< that a server may choose
};

/// What connections to servers have in common: whom they trust.
///
/// A server has to have a certificate for the host that was asked for, that is good now, and that leads to a trusted
/// one. There is no way to do without. Several threads may use one object at a time. It looks up no revocations.
class TlsClientContext {
public:
    /// Reads the file. Those that the system trusts are read when the first connection needs them: it takes 50 ms and 5 MB.
    /// @throws boost::system::system_error  it can't be read or has no certificate, or libnet was built without TLS
    ///         (`operation_not_supported`); `what()` names it. An option out of its range (`invalid_argument`)
    explicit TlsClientContext(TlsClientOptions options = {});

    ~TlsClientContext();
    TlsClientContext(const TlsClientContext&) = delete;
    TlsClientContext& operator=(const TlsClientContext&) = delete;

    /// Reads the file again, for the connections to come, and changes nothing yet: what is returned does that, cannot
    /// fail, and must not outlive this. Those that there are go on.
    /// @throws boost::system::system_error  as the constructor
    std::function<void()> prepare_reload();

    /// A stream over a connected, non-blocking socket, which must outlive it. `host`: whose certificate the server has to have: a
    /// name, which it is also told (SNI, RFC 6066 section 3), or an address without brackets. It speaks HTTP/1.1 (ALPN,
    /// RFC 7301).
    /// @throws std::bad_alloc, or boost::system::system_error: OpenSSL can't look for what the system trusts
    std::unique_ptr<TlsStream> connect(int socket, const std::string& host) const;

private:
    TlsClientOptions options_;
    struct Trust;
    std::unique_ptr<Trust> trust_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tls/tls_client.ipp>
#endif
