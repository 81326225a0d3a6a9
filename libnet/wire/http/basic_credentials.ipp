#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/basic_credentials.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::wire {

LIBNETXX_DECL std::optional<std::string> decode_base64(std::string_view text)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
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
