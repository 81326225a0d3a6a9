#pragma once
// Builds what a TlsContext shares from its options.

#if defined(LIBNETXX_TLS)

#  include <libnet/engine/access/certificate_names.hpp>
#  include <libnet/io/tls/certificate_identities.ipp>
#  include <libnet/io/tls/tls_openssl.ipp>
#  include <libnet/io/tls/tls_options.hpp>
#  include <libnet/io/tls/tls_tickets.ipp>

#  include <algorithm>
#  include <cstddef>
#  include <memory>
#  include <string>
#  include <utility>
#  include <vector>

namespace libnet::inline v0::io::detail {

/// One state of a TlsContext: the streams that it made keep it alive.
struct TlsConfiguration {
    struct Certificate {
        SslContext context;
        std::vector<std::string> names;
    };

    explicit TlsConfiguration(const TlsOptions& options) : tickets{options.ticket_period} {}

    std::vector<Certificate> certificates;  // the first one's context accepts; a name may choose another
    engine::CertificateNames names;
    std::string protocols;  // as ALPN writes them: each behind its length
    TlsTickets tickets;
};

LIBNETXX_DECL TlsConfiguration& configuration_of(SSL* ssl)
{
    return *static_cast<TlsConfiguration*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

LIBNETXX_DECL int on_server_name(SSL* ssl, int*, void*)
{
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    const auto& configuration = configuration_of(ssl);
    SSL_set_SSL_CTX(ssl, configuration.certificates[configuration.names.choose(name)].context.get());
    return SSL_TLSEXT_ERR_OK;
}

LIBNETXX_DECL int on_protocols(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                               const unsigned char* offered, unsigned offered_size, void*)
{
    const auto& ours = configuration_of(ssl).protocols;
    const auto result = SSL_select_next_proto(const_cast<unsigned char**>(chosen), size,
                                              reinterpret_cast<const unsigned char*>(ours.data()),
                                              static_cast<unsigned>(ours.size()), offered, offered_size);
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

LIBNETXX_DECL int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                            int sealing)
{
    return configuration_of(ssl).tickets.prepare(name, iv, cipher, mac, sealing);
}

/// Asks for no passphrase: a daemon has no terminal.
LIBNETXX_DECL int no_passphrase(char*, int, int, void*) { return 0; }

LIBNETXX_DECL void choose_strength(SSL_CTX* context, const TlsOptions& options)
{
    const bool only_1_3 = options.least_version == TlsVersion::tls_1_3;
    SSL_CTX_set_min_proto_version(context, only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    // The server chooses; ChaCha20 where the client prefers it, for it then has no AES in hardware.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_ENABLE_KTLS);
    const auto ciphers =
        options.ciphers.empty() ? std::string{"ECDHE+AESGCM+AES128:ECDHE+AESGCM:ECDHE+CHACHA20"} : options.ciphers;
    if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1) throw_tls_error("TLS ciphers '" + ciphers + "'");
    // AES-128 first: as good for all that is known, and faster.
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    // The hybrid with ML-KEM is in OpenSSL 3.5 and later.
    if (SSL_CTX_set1_groups_list(context, "X25519MLKEM768:X25519:P-256:P-384") != 1)
        SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
    ERR_clear_error();
}

LIBNETXX_DECL void choose_tickets(SSL_CTX* context, const TlsOptions& options)
{
    static constexpr unsigned char scope[] = "libnet";
    SSL_CTX_set_session_id_context(context, scope, sizeof scope - 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, options.ticket_period.count());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
    if (options.ticket_period.count() > 0) return;
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

LIBNETXX_DECL void ask_for_client_certificate(SSL_CTX* context, const TlsOptions& options)
{
    if (options.client_certificate == ClientCertificate::none) return;
    const char* const file = options.client_ca_file.c_str();
    auto* const authorities = SSL_load_client_CA_file(file);
    if (authorities == nullptr) throw_tls_error("client CA '" + options.client_ca_file + "'");
    SSL_CTX_set_client_CA_list(context, authorities);  // which owns them now
    if (SSL_CTX_load_verify_file(context, file) != 1) throw_tls_error("client CA '" + options.client_ca_file + "'");
    const bool required = options.client_certificate == ClientCertificate::required;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
}

LIBNETXX_DECL SslContext make_context(const TlsOptions& options, TlsConfiguration& configuration)
{
    SslContext context{SSL_CTX_new(TLS_server_method())};
    if (!context) throw_tls_error("TLS");
    SSL_CTX_set_app_data(context.get(), &configuration);
    SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    // One record a call, whose bytes may have moved before the next try; no buffers while nothing comes or goes; as
    // much in one read(2) as there is.
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);
    choose_strength(context.get(), options);
    choose_tickets(context.get(), options);
    ask_for_client_certificate(context.get(), options);
    SSL_CTX_set_tlsext_servername_callback(context.get(), on_server_name);
    SSL_CTX_set_alpn_select_cb(context.get(), on_protocols, nullptr);
    return context;
}

LIBNETXX_DECL void load(SSL_CTX* context, const TlsCertificate& certificate)
{
    const auto& key_file = certificate.key_file.empty() ? certificate.chain_file : certificate.key_file;
    if (SSL_CTX_use_certificate_chain_file(context, certificate.chain_file.c_str()) != 1)
        throw_tls_error("certificate '" + certificate.chain_file + "'");
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        throw_tls_error("key '" + key_file + "' of certificate '" + certificate.chain_file + "'");
}

/// The host names that a certificate is for, in alphabetical order.
LIBNETXX_DECL std::vector<std::string> names_in(const X509* certificate)
{
    std::vector<std::string> names;
    const GeneralNames general{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; i < sk_GENERAL_NAME_num(general.get()); ++i) {
        const auto* const name = sk_GENERAL_NAME_value(general.get(), i);
        if (name->type == GEN_DNS) names.push_back(text_of(name->d.dNSName));
    }
    const auto* const subject = X509_get_subject_name(certificate);
    const int common_name = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (names.empty() && common_name >= 0)
        names.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, common_name))));
    std::ranges::sort(names);
    return names;
}

LIBNETXX_DECL void add_certificate(TlsConfiguration& configuration, const TlsOptions& options,
                                   const TlsCertificate& certificate)
{
    auto context = make_context(options, configuration);
    load(context.get(), certificate);
    const auto* const x509 = SSL_CTX_get0_certificate(context.get());
    auto names = names_in(x509);
    // The same names with a key of another kind: one context holds both, and OpenSSL takes what the client can verify.
    const auto kind = [](const SSL_CTX* of) { return EVP_PKEY_get_base_id(SSL_CTX_get0_privatekey(of)); };
    const auto twin = std::ranges::find_if(configuration.certificates, [&](const auto& other) {
        return other.names == names && kind(other.context.get()) != kind(context.get());
    });
    if (twin != configuration.certificates.end()) return load(twin->context.get(), certificate);

    for (const auto& name : names) configuration.names.add(name, configuration.certificates.size());
    configuration.certificates.push_back({std::move(context), std::move(names)});
}

LIBNETXX_DECL std::shared_ptr<TlsConfiguration> configure_tls(const TlsOptions& options)
{
    ERR_clear_error();
    auto configuration = std::make_shared<TlsConfiguration>(options);
    for (const auto& protocol : options.protocols) {
        configuration->protocols += static_cast<char>(protocol.size());
        configuration->protocols += protocol;
    }
    for (const auto& certificate : options.certificates) add_certificate(*configuration, options, certificate);
    if (configuration->certificates.empty())
        throw boost::system::system_error{boost::asio::error::invalid_argument, "TLS without a certificate"};
    return configuration;
}

}  // namespace libnet::inline v0::io::detail

#endif
