#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/basic_credentials.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::wire {

namespace detail {

inline constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace detail

LIBNETXX_DECL std::optional<std::string> decode_base64(std::string_view text)
{
    constexpr auto alphabet = detail::base64_digits;
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string decoded;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text.substr(0, text.size() - padding)) {
        const auto digit = alphabet.find(c);
        if (digit == alphabet.npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        decoded += static_cast<char>(bits >> count & 0xFF);
    }
    if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;  // two texts for one value
    return decoded;
}

LIBNETXX_DECL std::string encode_base64(std::string_view octets)
{
    std::string encoded;
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto group = octets.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<std::uint8_t>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            encoded += i <= group.size() ? detail::base64_digits[bits >> (18 - 6 * i) & 63] : '=';
    }
    return encoded;
}

LIBNETXX_DECL std::optional<BasicCredentials> parse_basic_credentials(std::string_view value)
{
    const auto space = value.find(' ');
    if (space == value.npos || !base::iequals(value.substr(0, space), "Basic")) return std::nullopt;
    const auto decoded = decode_base64(base::trim(value.substr(space)));
    if (!decoded) return std::nullopt;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    const auto colon = decoded->find(':');
    if (colon == std::string::npos || std::ranges::any_of(*decoded, is_control)) return std::nullopt;
    return BasicCredentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

LIBNETXX_DECL std::string basic_challenge(std::string_view realm)
{
    std::string challenge{"Basic realm=\""};
    for (const char c : realm)
        if (c >= ' ' && c <= '~' && c != '"' && c != '\\') challenge += c;
    return challenge + "\", charset=\"UTF-8\"";
}

}  // namespace libnet::inline v0::wire
