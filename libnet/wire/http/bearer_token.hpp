#pragma once
// The Bearer authentication scheme, RFC 6750.

#include <libnet/base/text.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// The token in the value of an Authorization field: "Bearer mF_9.B5f-4.1JqM" (RFC 6750 section 2.1). Nothing: another scheme, or
/// no such token.
inline std::optional<std::string_view> parse_bearer_token(std::string_view value) noexcept
{
    constexpr std::string_view scheme = "Bearer";
    if (value.size() <= scheme.size() || !base::iequals(value.substr(0, scheme.size()), scheme)) return std::nullopt;
    auto token = value.substr(scheme.size());
    if (!token.starts_with(' ')) return std::nullopt;
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    auto body = token;
    while (body.ends_with('=')) body.remove_suffix(1);
    constexpr std::string_view others = "-._~+/";
    const auto is_allowed = [others](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != others.npos;
    };
    if (body.empty() || !std::ranges::all_of(body, is_allowed)) return std::nullopt;
    return token;
}

/// The challenge that asks for such a token (section 3). The realm is written as wire::basic_challenge does it.
inline std::string bearer_challenge(std::string_view realm)
{
    std::string challenge{"Bearer realm=\""};
    for (const char c : realm)
        if (c >= ' ' && c <= '~' && c != '"' && c != '\\') challenge += c;
    challenge += '"';
    return challenge;
}

}  // namespace libnet::inline v0::wire
