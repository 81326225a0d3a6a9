#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

/// Fields whose meaning is the proxy's own business.
LIBNETXX_DECL bool is_untouchable(std::string_view name)
{
    constexpr std::string_view names[] = {"Connection",
                                          "Content-Length",
                                          "Date",
                                          "Expect",
                                          "Host",
                                          "HTTP2-Settings",
                                          "Keep-Alive",
                                          "Max-Forwards",
                                          "Proxy-Connection",
                                          "Proxy-Authenticate",
                                          "Proxy-Authorization",
                                          "TE",
                                          "Trailer",
                                          "Transfer-Encoding",
                                          "Upgrade",
                                          "Via"};
    return std::ranges::any_of(names, [name](std::string_view each) { return base::iequals(each, name); });
}

/// Fields that tell who asks, or from where.
LIBNETXX_DECL bool tells_who_asks(std::string_view name) noexcept
{
    constexpr std::string_view names[] = {
        "Client-IP", "CF-Connecting-IP", "Forwarded",   "Forwarded-For",       "From",
        "Referer",   "True-Client-IP",   "X-Client-IP", "X-Cluster-Client-IP", "X-Originating-IP",
        "X-Real-IP", "X-Remote-Addr",    "X-Remote-IP"};
    constexpr std::string_view prefix = "X-Forwarded";
    if (name.size() >= prefix.size() && base::iequals(name.substr(0, prefix.size()), prefix)) return true;
    return std::ranges::any_of(names, [name](std::string_view each) { return base::iequals(each, name); });
}

LIBNETXX_DECL bool is_listed(const std::vector<std::string>& names, std::string_view name) noexcept
{
    return std::ranges::any_of(names, [name](const std::string& each) { return base::iequals(each, name); });
}

LIBNETXX_DECL bool is_set(const std::vector<HeaderField>& fields, std::string_view name) noexcept
{
    return std::ranges::any_of(fields, [name](const HeaderField& each) { return base::iequals(each.name, name); });
}

LIBNETXX_DECL void check_header_name(const std::string& name)
{
    if (!wire::is_token(name)) throw std::invalid_argument{"'" + name + "' is no name of a header field"};
    if (is_untouchable(name))
        throw std::invalid_argument{"the field " + name + " can't be changed: the connection depends on it"};
}

LIBNETXX_DECL void check_header_field(const HeaderField& field)
{
    check_header_name(field.name);
    const auto is_good = [](char c) { return (c >= ' ' && c != 0x7F) || c == '\t' || static_cast<signed char>(c) < 0; };
    const bool has_margin = field.value.starts_with(' ') || field.value.ends_with(' ');
    if (!std::ranges::all_of(field.value, is_good) || has_margin)
        throw std::invalid_argument{"the value of the field " + field.name + " has octets that a field can't have"};
}

}  // namespace detail

LIBNETXX_DECL void check_header_rules(const HeaderRules& rules)
{
    for (const auto* names : {&rules.strip_request, &rules.strip_response})
        for (const auto& name : *names) detail::check_header_name(name);
    for (const auto* fields : {&rules.set_request, &rules.set_response})
        for (const auto& field : *fields) detail::check_header_field(field);
}

LIBNETXX_DECL bool keeps_request_field(const HeaderRules& rules, std::string_view name) noexcept
{
    using Rule = ClientAddressRule;
    const bool is_forwarded = base::iequals(name, "Forwarded"), is_x = base::iequals(name, "X-Forwarded-For");
    if ((is_forwarded || is_x) && rules.client_address != Rule::pass) {
        const bool is_ours = is_forwarded == (rules.client_field == wire::ForwardingField::forwarded);
        if (rules.client_address != Rule::add || !is_ours) return false;
    }
    if (rules.anonymous && detail::tells_who_asks(name)) return false;
    return !detail::is_listed(rules.strip_request, name) && !detail::is_set(rules.set_request, name);
}

LIBNETXX_DECL bool keeps_response_field(const HeaderRules& rules, std::string_view name) noexcept
{
    return !detail::is_listed(rules.strip_response, name) && !detail::is_set(rules.set_response, name);
}

LIBNETXX_DECL void append_request_additions(std::string& out, const HeaderRules& rules, const ForwardedClient& client)
{
    using Rule = ClientAddressRule;
    const auto rule = rules.anonymous ? Rule::remove : rules.client_address;
    const auto address = wire::unmapped(client.address);
    if (rule != Rule::pass && rule != Rule::remove) {
        const bool hides = rule == Rule::obfuscate;
        if (rules.client_field == wire::ForwardingField::x_forwarded_for) {
            wire::append_field(out, "X-Forwarded-For", hides ? "unknown" : address.to_string());
        } else {
            const auto node = hides ? "_" + std::string{client.request_id} : wire::to_forwarded_node(address);
            wire::append_field(out, "Forwarded", "for=" + node);
        }
    }
    for (const auto& field : rules.set_request) wire::append_field(out, field.name, field.value);
}

LIBNETXX_DECL void append_response_additions(std::string& out, const HeaderRules& rules)
{
    for (const auto& field : rules.set_response) wire::append_field(out, field.name, field.value);
}

}  // namespace libnet::inline v0::engine
