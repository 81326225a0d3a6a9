#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/credentials.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

/// RFC 4648 section 4.
LIBNETXX_DECL std::string to_base64(std::string_view octets)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto octet = [&](std::size_t i) -> std::uint32_t {
            return at + i < octets.size() ? static_cast<unsigned char>(octets[at + i]) : 0U;
        };
        const auto bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        for (int shift = 18; shift >= 0; shift -= 6) text += digits[bits >> shift & 0x3F];
    }
    const auto padding = (3 - octets.size() % 3) % 3;
    for (std::size_t i = 0; i < padding; ++i) text[text.size() - 1 - i] = '=';
    return text;
}

}  // namespace detail

LIBNETXX_DECL CredentialTarget parse_credential_target(std::string_view text)
{
    const bool and_below = text.starts_with('.');
    const auto authority = wire::parse_authority(and_below ? text.substr(1) : text);
    const auto host = authority ? wire::canonical_host(authority->host) : std::nullopt;
    if (!host || (and_below && host->address))
        throw std::invalid_argument{
            "'" + std::string{text} +
            "' is no host: give one like api.example.org, .example.org or api.example.org:8080"};
    return {(and_below ? "." : "") + host->name, authority->port};
}

LIBNETXX_DECL std::string authorization_of(std::string_view text)
{
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    const auto is_visible = [](char c) { return c >= ' ' && c != 0x7F; };
    if (text.empty()) throw std::invalid_argument{"there is no credential in it"};
    if (!std::ranges::all_of(text, is_visible) || text.starts_with(' ') || text.ends_with(' '))
        throw std::invalid_argument{"it has more than one line, or octets that are no visible ASCII"};
    const auto space = text.find(' ');
    if (space != text.npos && wire::is_token(text.substr(0, space))) return std::string{text};
    if (text.find(':') == text.npos)
        throw std::invalid_argument{
            "it holds neither 'user:password' nor a scheme and what belongs to it: 'Bearer abc'"};
    return "Basic " + detail::to_base64(text);
}

LIBNETXX_DECL std::string_view Credentials::find(const wire::CanonicalHost& host, std::uint16_t port) const noexcept
{
    for (const auto& [target, authorization] : entries_) {
        if (target.port && *target.port != port) continue;
        const bool and_below = target.host.starts_with('.');
        const std::string_view name = host.name, below = target.host;
        const bool fits =
            and_below ? !host.address && (name == below.substr(1) || name.ends_with(below)) : name == below;
        if (fits) return authorization;
    }
    return {};
}

}  // namespace libnet::inline v0::engine
