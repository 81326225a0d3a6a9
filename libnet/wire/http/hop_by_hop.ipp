#pragma once

#include <libnet/config.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

namespace detail {

inline constexpr std::string_view always_hop_by_hop[] = {
    "connection", "keep-alive",     "proxy-connection",   "transfer-encoding",         "te",
    "upgrade",    "http2-settings", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
};

inline constexpr std::string_view never_nominated[] = {
    "authorization",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "expires",
    "forwarded",
    "host",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "range",
    "set-cookie",
    "trailer",
    "vary",
    "via",
    "www-authenticate",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
};

LIBNETXX_DECL bool is_among(std::string_view name, const std::string_view* first, const std::string_view* last) noexcept
{
    return std::any_of(first, last, [name](std::string_view known) { return base::iequals(known, name); });
}

/// The received-by of `[protocol-name "/"] protocol-version RWS received-by [RWS comment]`.
LIBNETXX_DECL std::string_view received_by(std::string_view member) noexcept
{
    const auto protocol_end = member.find_first_of(" \t");
    if (protocol_end == member.npos) return {};
    const auto rest = base::trim(member.substr(protocol_end));
    return rest.substr(0, rest.find_first_of(" \t("));
}

}  // namespace detail

LIBNETXX_DECL std::optional<HopByHop> HopByHop::read(const HttpFields& fields)
{
    HopByHop hop;
    bool too_many = false;
    for_each_item(fields, "Connection", [&](std::string_view name) {
        if (detail::is_among(name, std::begin(detail::never_nominated), std::end(detail::never_nominated))) return;
        if (hop.count_ == max_nominations) too_many = true;
        else hop.nominated_[hop.count_++] = name;
    });
    if (too_many) return std::nullopt;
    return hop;
}

LIBNETXX_DECL bool HopByHop::forwards(std::string_view name) const noexcept
{
    return !detail::is_among(name, std::begin(detail::always_hop_by_hop), std::end(detail::always_hop_by_hop)) &&
           !detail::is_among(name, nominated_.data(), nominated_.data() + count_);
}

LIBNETXX_DECL bool has_passed(const HttpFields& fields, std::string_view pseudonym)
{
    bool found = false;
    for_each_item(fields, "Via", [&](std::string_view member) {
        found = found || base::iequals(detail::received_by(member), pseudonym);
    });
    return found;
}

LIBNETXX_DECL void append_via(std::string& out, const HttpFields& fields, HttpVersion received,
                              std::string_view pseudonym)
{
    out.append("Via: ");
    for (const auto& field : fields)
        if (base::iequals(field.name, "Via") && !field.value.empty()) out.append(field.value).append(", ");
    out.append(received == HttpVersion::http_1_0 ? "1.0 " : "1.1 ").append(pseudonym).append("\r\n");
}

}  // namespace libnet::inline v0::wire
