#pragma once
// What the TLS of io takes from OpenSSL: handles that free themselves, and its errors.

#if defined(LIBNETXX_TLS)

#  include <libnet/config.hpp>

#  include <boost/asio/ssl/error.hpp>
#  include <boost/system/system_error.hpp>

#  include <memory>
#  include <string>

#  include <openssl/err.h>
#  include <openssl/ssl.h>
#  include <openssl/x509v3.h>

namespace libnet::inline v0::io::detail {

template <auto function>
struct Freed {
    template <typename T>
    void operator()(T* pointer) const noexcept
    {
        function(pointer);
    }
};

using SslContext = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Freed<SSL_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

/// Throws the first error of this thread's queue, the one that made the others. `what` says what it is about.
[[noreturn]] LIBNETXX_DECL void throw_tls_error(const std::string& what)
{
    const auto first = ERR_get_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(first))
        throw boost::system::system_error{ERR_GET_REASON(first), boost::system::system_category(), what};
    throw boost::system::system_error{static_cast<int>(first), boost::asio::error::get_ssl_category(), what};
}

}  // namespace libnet::inline v0::io::detail

#endif
