#pragma once
// Upgrade through a proxy: RFC 9110 section 7.8, and the WebSockets of RFC 6455.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_request.hpp>
#include <libnet/wire/http/http_response.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// The protocols that a request asks its connection to become, as the value of an Upgrade field; empty: none that is passed
/// on. A request with a body, or of HTTP/1.0, asks for none, and HTTP/2 without TLS ("h2c") is not passed on: what follows
/// in its tunnel would be requests again, which no rule of the proxy would see.
inline std::string requested_upgrade(const wire::RequestHead& request)
{
    if (request.version != wire::HttpVersion::http_1_1 || request.body.kind != wire::BodyFraming::Kind::none) return {};
    bool asks = false;
    wire::for_each_item(request.fields, "Connection",
                        [&asks](std::string_view item) { asks = asks || base::iequals(item, "upgrade"); });
    std::string protocols;
    if (!asks) return protocols;
    wire::for_each_item(request.fields, "Upgrade", [&protocols](std::string_view item) {
        if (base::iequals(item, "h2c")) return;
        if (!protocols.empty()) protocols += ", ";
        protocols += item;
    });
    return protocols;
}

/// Whether an answer with status 101 takes up one of the protocols that were asked for. The value of its Upgrade field.
inline std::string accepted_upgrade(std::string_view requested, const wire::ResponseHead& response)
{
    std::string accepted;
    bool all_were_asked_for = true;
    wire::for_each_item(response.fields, "Upgrade", [&](std::string_view item) {
        bool asked = false;
        for (auto rest = requested; !rest.empty();) {
            const auto comma = rest.find(", ");
            asked = asked || base::iequals(rest.substr(0, comma), item);
            rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 2);
        }
        all_were_asked_for = all_were_asked_for && asked;
        if (!accepted.empty()) accepted += ", ";
        accepted += item;
    });
    return all_were_asked_for ? accepted : std::string{};
}

}  // namespace libnet::inline v0::engine
