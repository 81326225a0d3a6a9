#pragma once

#include <libnet/config.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/tls/tls_context.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#if defined(LIBNETXX_TLS)
#  include <libnet/io/tls/tls_configuration.ipp>
#  include <libnet/io/tls/tls_stream.ipp>
#endif

namespace libnet::inline v0::io {

namespace detail {

LIBNETXX_DECL const TlsOptions& checked(const TlsOptions& options)
{
    const auto fits = [](const std::string& protocol) { return !protocol.empty() && protocol.size() <= 255; };
    require_option(options.least_version, TlsVersion::tls_1_3, "TLS least version: 1.2 or 1.3");
    require_option(options.client_certificate, ClientCertificate::required,
                   "TLS client certificate: none, optional or required");
    require_option(std::ranges::all_of(options.protocols, fits), "TLS protocols: names of 1 to 255 octets");
    require_option(options.ticket_period.count() >= 0, "TLS ticket period: zero or more");
    return options;
}

}  // namespace detail

#if defined(LIBNETXX_TLS)

struct TlsContext::Current {
    std::mutex mutex;
    std::shared_ptr<const detail::TlsConfiguration> configuration;
};

LIBNETXX_DECL TlsContext::TlsContext(TlsOptions options)
    : options_{std::move(options)},
      current_{std::make_unique<Current>()}
{
    current_->configuration = detail::configure_tls(detail::checked(options_));
}

LIBNETXX_DECL std::function<void()> TlsContext::prepare_reload()
{
    std::shared_ptr<const detail::TlsConfiguration> fresh = detail::configure_tls(options_);
    return [this, fresh = std::move(fresh)]() mutable {
        const std::lock_guard lock{current_->mutex};
        current_->configuration.swap(fresh);
    };
}

LIBNETXX_DECL std::unique_ptr<TlsStream> TlsContext::accept(int socket) const
{
    std::unique_lock lock{current_->mutex};
    auto configuration = current_->configuration;
    lock.unlock();
    detail::SslHandle ssl{SSL_new(configuration->certificates.front().context.get())};
    if (!ssl) throw std::bad_alloc{};
    SSL_set_accept_state(ssl.get());
    return std::make_unique<detail::OpensslStream>(std::move(configuration), std::move(ssl), socket);
}

#else

struct TlsContext::Current {};

LIBNETXX_DECL TlsContext::TlsContext(TlsOptions)
{
    throw boost::system::system_error{boost::asio::error::operation_not_supported, "libnet was built without TLS"};
}

LIBNETXX_DECL std::function<void()> TlsContext::prepare_reload()
{
    return [] {};
}

LIBNETXX_DECL std::unique_ptr<TlsStream> TlsContext::accept(int) const { return nullptr; }

#endif

LIBNETXX_DECL TlsContext::~TlsContext() = default;

}  // namespace libnet::inline v0::io
