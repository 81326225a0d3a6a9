#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/access/token_table.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL std::optional<TokenDigest> parse_token_digest(std::string_view text) noexcept
{
    TokenDigest digest{};
    if (text.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const char* const begin = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, digest[i], 16);
        if (error != std::errc{} || end != begin + 2) return std::nullopt;
    }
    return digest;
}

}  // namespace detail

LIBNETXX_DECL TokenTable::TokenTable(std::string_view text)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto line = base::take_line(text);
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = base::trim(line);
        if (line.empty() || line.starts_with('#')) continue;
        const auto where = "line " + std::to_string(number);
        const auto colon = line.rfind(':');
        if (colon == line.npos || colon == 0) throw std::invalid_argument{where + ": no line like 'name:digest'"};
        const auto digest = detail::parse_token_digest(line.substr(colon + 1));
        if (!digest)
            throw std::invalid_argument{where +
                                        ": no SHA-256 in hexadecimal digits: 'printf %s TOKEN | sha256sum' makes one"};
        if (!names_.try_emplace(*digest, line.substr(0, colon)).second)
            throw std::invalid_argument{where + ": this token stands in a line before"};
    }
}

LIBNETXX_DECL std::optional<std::string_view> TokenTable::find(const TokenDigest& digest) const noexcept
{
    const auto found = names_.find(digest);
    if (found == names_.end()) return std::nullopt;
    return found->second;
}

}  // namespace libnet::inline v0::engine
