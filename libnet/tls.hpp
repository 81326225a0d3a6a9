#pragma once
// TLS of a server: its certificates, and what it negotiates about them; and of a client: whom it trusts.

#include <libnet/io/tls/tls_client.hpp>
#include <libnet/io/tls/tls_context.hpp>
#include <libnet/io/tls/tls_options.hpp>
#include <libnet/shared_objects.hpp>

namespace libnet::inline v0 {

using io::TlsCertificate;    ///< a certificate and its key, in files
using io::TlsClientOptions;  ///< of a TlsClientContext
using io::TlsOptions;        ///< of a TlsContext
using io::TlsVersion;        ///< the lowest that a client may choose

/// Whether clients show a certificate.
using TlsClientCertificate = io::ClientCertificate;

}  // namespace libnet::inline v0
