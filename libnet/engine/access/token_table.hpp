#pragma once
// Who has which bearer token: names, and the SHA-256 of tokens.

#include <libnet/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What SHA-256 (FIPS 180-4) makes of a token.
using TokenDigest = std::array<std::uint8_t, 32>;

/// Tokens that are shorter, in octets, can be guessed, and nobody has them.
inline constexpr std::size_t shortest_token = 16;

/// The text of a file of tokens, read. A line is `name:digest`, with the digest in 64 hexadecimal digits; a name may have several
/// tokens. Empty lines and those that begin with # mean nothing.
///
/// A fast hash is enough for a token of 128 random bits, as for a key; it would be none for a password.
class TokenTable {
public:
    TokenTable() = default;

    /// @throws std::invalid_argument  a line isn't valid; `what()` says which one and why, and shows no digest
    explicit TokenTable(std::string_view text);

    /// Whose token has this digest; nothing: nobody's. The view is good as long as the table.
    std::optional<std::string_view> find(const TokenDigest& digest) const noexcept;

    std::size_t size() const noexcept { return names_.size(); }  ///< tokens

private:
    std::map<TokenDigest, std::string> names_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/access/token_table.ipp>
#endif
