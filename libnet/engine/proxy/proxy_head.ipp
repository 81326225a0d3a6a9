#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <cstdint>
#include <initializer_list>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names)
{
    for (const auto known : names)
        if (base::iequals(known, name)) return true;
    return false;
}

/// Appends the fields that are forwarded as they are: not those that the caller writes itself, nor those that the rules
/// leave out.
LIBNETXX_DECL void append_end_to_end(std::string& out, const wire::HttpFields& fields, const HeaderRules* rules,
                                     bool (*keeps)(const HeaderRules&, std::string_view) noexcept,
                                     std::initializer_list<std::string_view> written_by_caller)
{
    const auto hop_by_hop = wire::HopByHop::read(fields);
    for (const auto& [name, value] : fields)
        if (hop_by_hop && hop_by_hop->forwards(name) && !is_one_of(name, written_by_caller) &&
            (rules == nullptr || keeps(*rules, name)))
            wire::append_field(out, name, value);
}

/// Via of those who came before us tells where a request comes from.
LIBNETXX_DECL void append_request_via(std::string& out, const wire::RequestHead& request, const ForwardedBy& by)
{
    static const wire::HttpFields none;
    const bool hides = by.rules != nullptr && by.rules->anonymous;
    wire::append_via(out, hides ? none : request.fields, request.version, by.via_name);
}

LIBNETXX_DECL void append_framing(std::string& out, wire::BodyFraming body)
{
    using Kind = wire::BodyFraming::Kind;
    if (body.kind == Kind::length) wire::append_field(out, "Content-Length", std::to_string(body.length));
    if (body.kind == Kind::chunked) out.append("Transfer-Encoding: chunked\r\n");
}

/// Trailer announces fields behind a chunked body: without chunks there is no place for them.
LIBNETXX_DECL void append_trailer_field(std::string& out, const wire::HttpFields& fields, wire::BodyFraming::Kind body)
{
    if (body != wire::BodyFraming::Kind::chunked) return;
    for (const auto& [name, value] : fields)
        if (base::iequals(name, "Trailer")) wire::append_field(out, name, value);
}

/// Upgrade is for this connection only, so Connection has to say so (RFC 9110 section 7.8).
LIBNETXX_DECL void append_upgrade(std::string& out, std::string_view protocols)
{
    if (protocols.empty()) return;
    wire::append_field(out, "Connection", "Upgrade");
    wire::append_field(out, "Upgrade", protocols);
}

LIBNETXX_DECL void append_status_line(std::string& out, const wire::ResponseHead& response)
{
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(response.reason).append("\r\n");
}

LIBNETXX_DECL void append_request_line(std::string& out, const wire::RequestHead& request, std::string_view absolute)
{
    // The last proxy makes an asterisk of a URL without a path; for a parent it stays one.
    const bool asks_server_as_a_whole = request.path.empty() && !request.has_query;  // RFC 9112 section 3.2.4
    out.append(request.method).append(" ").append(absolute);
    if (request.path.empty() && asks_server_as_a_whole && absolute.empty()) out.append("*");
    else if (request.path.empty() && !asks_server_as_a_whole) out.append("/");
    out.append(request.path);
    if (request.has_query) out.append("?").append(request.query);
    out.append(" HTTP/1.1\r\n");
}

}  // namespace detail

LIBNETXX_DECL ProxyResponsePlan plan_response(const wire::RequestHead& request, const wire::ResponseHead& response,
                                              bool may_keep)
{
    using Kind = wire::BodyFraming::Kind;
    const bool modern = request.version == wire::HttpVersion::http_1_1;
    const bool unknown_length = response.body.kind == Kind::chunked || response.body.kind == Kind::until_close;
    ProxyResponsePlan plan;
    plan.body = response.body.kind;
    if (unknown_length) plan.body = modern ? Kind::chunked : Kind::until_close;
    plan.keep_alive = may_keep && modern && request.keep_alive;
    return plan;
}

LIBNETXX_DECL void append_forwarded_request(std::string& out, const wire::RequestHead& request, const ForwardedBy& by,
                                            std::string_view upgrade)
{
    const bool counts_hops = request.method == "OPTIONS" || request.method == "TRACE";
    detail::append_request_line(out, request, by.absolute);
    const auto scheme_ends = by.absolute.find("://");
    wire::append_field(
        out, "Host",
        by.absolute.empty() ? wire::to_string(request.authority) : std::string{by.absolute.substr(scheme_ends + 3)});
    if (!by.proxy_authorization.empty()) wire::append_field(out, "Proxy-Authorization", by.proxy_authorization);
    detail::append_end_to_end(out, request.fields, by.rules, keeps_request_field,
                              {"Host", "Content-Length", "Via", "Trailer", "Expect", "Max-Forwards",
                               by.authorization.empty() ? "Host" : "Authorization"});
    if (!by.authorization.empty()) wire::append_field(out, "Authorization", by.authorization);
    if (by.rules != nullptr) append_request_additions(out, *by.rules, by.client);
    for (const auto& [name, value] : request.fields) {
        // An HTTP/1.0 client can't read the 100 that it would bring (RFC 9110 section 10.1.1).
        if (base::iequals(name, "Expect") && request.version == wire::HttpVersion::http_1_1)
            wire::append_field(out, name, value);
        if (!base::iequals(name, "Max-Forwards")) continue;
        const auto hops = counts_hops ? base::parse_number<std::uint32_t>(value) : std::nullopt;
        wire::append_field(out, name, hops ? std::to_string(*hops - 1) : std::string{value});
    }
    detail::append_trailer_field(out, request.fields, request.body.kind);
    detail::append_request_via(out, request, by);
    detail::append_upgrade(out, upgrade);
    detail::append_framing(out, request.body);
    out.append("\r\n");
}

LIBNETXX_DECL void append_forwarded_response(std::string& out, const wire::ResponseHead& response,
                                             ProxyResponsePlan plan, const ForwardedBy& by, std::string_view date)
{
    using Kind = wire::BodyFraming::Kind;
    detail::append_status_line(out, response);
    detail::append_end_to_end(out, response.fields, by.rules, keeps_response_field,
                              {"Content-Length", "Via", "Trailer"});
    if (by.rules != nullptr) append_response_additions(out, *by.rules);
    if (!response.fields.find("Date")) wire::append_field(out, "Date", date);
    detail::append_trailer_field(out, response.fields, plan.body);
    wire::append_via(out, response.fields, response.version, by.via_name);
    // An answer to HEAD, and a 304, tell the length of a body that they don't have.
    if (plan.body == Kind::none && response.status != 204 && response.content_length)
        wire::append_field(out, "Content-Length", std::to_string(*response.content_length));
    detail::append_framing(out, {plan.body, response.body.length});
    if (!plan.keep_alive) out.append("Connection: close\r\n");
    out.append("\r\n");
}

LIBNETXX_DECL void append_forwarded_interim(std::string& out, const wire::ResponseHead& response, const ForwardedBy& by,
                                            std::string_view upgrade)
{
    detail::append_status_line(out, response);
    detail::append_end_to_end(out, response.fields, by.rules, keeps_response_field,
                              {"Content-Length", "Via", "Trailer"});
    wire::append_via(out, response.fields, response.version, by.via_name);
    detail::append_upgrade(out, upgrade);
    out.append("\r\n");
}

LIBNETXX_DECL void append_traced_request(std::string& out, const wire::RequestHead& request)
{
    const bool modern = request.version == wire::HttpVersion::http_1_1;
    out.append(request.method).append(" ").append(request.target).append(modern ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
    for (const auto& [name, value] : request.fields)
        if (!detail::is_one_of(name, {"Authorization", "Proxy-Authorization", "Cookie"}))
            wire::append_field(out, name, value);
    out.append("\r\n");
}

}  // namespace libnet::inline v0::engine
