#pragma once

#include <libnet/config.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/tls/tls_client.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#if defined(LIBNETXX_TLS)
#  include <libnet/io/tls/tls_openssl.ipp>
#  include <libnet/io/tls/tls_stream.ipp>
#endif

namespace libnet::inline v0::io {

#if defined(LIBNETXX_TLS)

struct TlsClientContext::Trust {
    std::mutex mutex{};
    std::shared_ptr<SSL_CTX> context{};  // none while the system's certificates are not read
};

namespace detail {

LIBNETXX_DECL SslContext make_client_context(const TlsClientOptions& options)
{
    ERR_clear_error();
    SslContext context{SSL_CTX_new(TLS_client_method())};
    if (!context) throw_tls_error("TLS");
    const bool only_1_3 = options.least_version == TlsVersion::tls_1_3;
    SSL_CTX_set_min_proto_version(context.get(), only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_ENABLE_KTLS);
    // As those of servers: see make_context.
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    constexpr unsigned char protocols[] = "\x08http/1.1";
    if (SSL_CTX_set_alpn_protos(context.get(), protocols, sizeof protocols - 1) != 0) throw std::bad_alloc{};
    const bool is_read = options.ca_file.empty()
                             ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                             : SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str()) == 1;
    if (!is_read)
        throw_tls_error(options.ca_file.empty() ? "the system's certificates" : "CA '" + options.ca_file + "'");
    ERR_clear_error();
    return context;
}

/// Whose certificate it has to be. "*.example.org" is for one label, and not for a part of one.
LIBNETXX_DECL bool expect_host(SSL* ssl, const std::string& host)
{
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    boost::system::error_code is_name;
    boost::asio::ip::make_address(host, is_name);
    if (!is_name) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace detail

LIBNETXX_DECL TlsClientContext::TlsClientContext(TlsClientOptions options)
    : options_{std::move(options)},
      trust_{std::make_unique<Trust>()}
{
    require_option(options_.least_version, TlsVersion::tls_1_3, "TLS least version: 1.2 or 1.3");
    if (!options_.ca_file.empty()) trust_->context = detail::make_client_context(options_);
}

LIBNETXX_DECL std::function<void()> TlsClientContext::prepare_reload()
{
    std::shared_ptr<SSL_CTX> fresh;
    if (!options_.ca_file.empty()) fresh = detail::make_client_context(options_);
    return [this, fresh = std::move(fresh)]() mutable {
        const std::lock_guard lock{trust_->mutex};
        trust_->context.swap(fresh);
    };
}

LIBNETXX_DECL std::unique_ptr<TlsStream> TlsClientContext::connect(int socket, const std::string& host) const
{
    std::unique_lock lock{trust_->mutex};
    if (!trust_->context) trust_->context = detail::make_client_context(options_);
    const auto context = trust_->context;
    lock.unlock();
    detail::SslHandle ssl{SSL_new(context.get())};
    if (!ssl || !detail::expect_host(ssl.get(), host)) throw std::bad_alloc{};
    SSL_set_connect_state(ssl.get());
    return std::make_unique<detail::OpensslStream>(nullptr, std::move(ssl), socket);
}

#else

struct TlsClientContext::Trust {};

LIBNETXX_DECL TlsClientContext::TlsClientContext(TlsClientOptions)
{
    throw boost::system::system_error{boost::asio::error::operation_not_supported, "libnet was built without TLS"};
}

LIBNETXX_DECL std::function<void()> TlsClientContext::prepare_reload()
{
    return [] {};
}

LIBNETXX_DECL std::unique_ptr<TlsStream> TlsClientContext::connect(int, const std::string&) const { return nullptr; }

#endif

LIBNETXX_DECL TlsClientContext::~TlsClientContext() = default;

}  // namespace libnet::inline v0::io
