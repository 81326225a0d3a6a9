#pragma once
// How a server speaks TLS.

#include <chrono>
#include <string>
#include <vector>

namespace libnet::inline v0::io {

/// A certificate and its key, in files.
struct TlsCertificate {
    std::string chain_file;     ///< PEM: the certificate, then those that lead to the client's trusted one
    std::string key_file = {};  ///< PEM, without a passphrase; empty: the key is in the chain file
};

/// The lowest version that a client may choose.
enum class TlsVersion {
    tls_1_2,  ///< with forward secrecy and authenticated encryption only
    tls_1_3,
};

/// Whether clients show a certificate.
enum class ClientCertificate {
    none,      ///< they aren't asked
    optional,  ///< they are asked, and may have none; one that doesn't verify ends the handshake
    required,  ///< without a good one there is no connection
};

/// Options of a `TlsContext`.
struct TlsOptions {
    /// At least one. Each answers for the names in it (subjectAltName, else the common name), wildcards included; the
    /// first one answers also where a client names none or an unknown one. Two with the same names, an RSA and an ECDSA
    /// one, are one: each client gets what it can verify.
    std::vector<TlsCertificate> certificates;

    TlsVersion least_version = TlsVersion::tls_1_2;  ///< of the protocol

    /// Cipher suites of TLS 1.2, in OpenSSL's notation (ciphers(1)). Empty: ECDHE with AES-GCM or ChaCha20-Poly1305.
    std::string ciphers = {};

    ClientCertificate client_certificate = ClientCertificate::none;  ///< whether clients show one
    std::string client_ca_file = {};  ///< PEM: who may have signed a client's certificate

    /// The protocols spoken above TLS, the preferred one first (ALPN, RFC 7301). A client that offers only others is
    /// refused; one that offers none gets what it gets without TLS. Names of 1 to 255 octets.
    std::vector<std::string> protocols = {"http/1.1"};

    /// Sessions are resumed with tickets, which the server doesn't store. So long is a key of theirs used, and a ticket
    /// good. Zero: no resumption; not negative.
    std::chrono::seconds ticket_period{12 * 3600};
};

}  // namespace libnet::inline v0::io
