#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/credentials.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/basic_credentials.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <algorithm>
#include <stdexcept>

namespace libnet::inline v0::engine {

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
    return "Basic " + wire::encode_base64(text);
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
