#pragma once

#include <libnet/io/access/token_file.hpp>
#include <libnet/io/files/read_text.hpp>

#include <stdexcept>
#include <utility>

#if defined(LIBNETXX_TLS)
#  include <openssl/evp.h>
#endif

namespace libnet::inline v0::io {

namespace detail {

/// Nothing: OpenSSL has no memory left, or no SHA-256.
LIBNETXX_DECL std::optional<engine::TokenDigest> digest_of(std::string_view token) noexcept
{
#if defined(LIBNETXX_TLS)
    engine::TokenDigest digest{};
    unsigned size = 0;
    if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1) return digest;
#else
    static_cast<void>(token);
#endif
    return std::nullopt;
}

}  // namespace detail

LIBNETXX_DECL TokenFile::TokenFile(std::string file) : file_{std::move(file)}, tokens_{read()} {}

LIBNETXX_DECL std::function<void()> TokenFile::prepare_reload()
{
    return [this, fresh = read()]() mutable {
        const std::lock_guard lock{mutex_};
        tokens_.swap(fresh);
    };
}

LIBNETXX_DECL std::optional<std::string> TokenFile::find(std::string_view token) const
{
    if (token.size() < engine::shortest_token) return std::nullopt;
    const auto digest = detail::digest_of(token);
    if (!digest) return std::nullopt;
    const std::lock_guard lock{mutex_};
    const auto name = tokens_->find(*digest);
    return name ? std::optional<std::string>{*name} : std::nullopt;
}

LIBNETXX_DECL TokenFile::Tokens TokenFile::read() const
try {
#if !defined(LIBNETXX_TLS)
    throw std::invalid_argument{"tokens need a build with TLS (LIBNETXX_TLS)"};
#endif
    return std::make_shared<const engine::TokenTable>(read_text(file_));
} catch (const std::invalid_argument& error) {
    throw std::runtime_error{"tokens '" + file_ + "': " + error.what()};
}

}  // namespace libnet::inline v0::io
