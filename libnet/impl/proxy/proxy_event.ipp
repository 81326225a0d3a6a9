#pragma once
// The JSON Lines of a ForwardProxy.

#include <libnet/base/json_string.hpp>
#include <libnet/config.hpp>
#include <libnet/proxy_event.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <charconv>
#include <chrono>
#include <concepts>
#include <ctime>
#include <optional>
#include <string_view>

namespace libnet::inline v0 {

namespace detail {

/// Writes the members of one object, each with a comma in front.
class JsonMembers {
public:
    explicit JsonMembers(std::string& out) : out_{out} {}

    void text(std::string_view name, std::string_view value)
    {
        key(name);
        base::append_json_string(out_, value);
    }
    void text_if_any(std::string_view name, std::string_view value)
    {
        if (!value.empty()) text(name, value);
    }
    void number(std::string_view name, std::unsigned_integral auto value)
    {
        key(name);
        out_ += std::to_string(value);
    }
    void flag(std::string_view name, bool value)
    {
        key(name);
        out_ += value ? "true" : "false";
    }
    void seconds(std::string_view name, std::optional<std::chrono::nanoseconds> value)
    {
        if (!value) return;
        key(name);
        char digits[32];
        const double in_seconds = std::chrono::duration<double>{*value}.count();
        const auto written = std::to_chars(digits, digits + sizeof digits, in_seconds, std::chars_format::fixed, 6);
        out_.append(digits, written.ptr);
    }

private:
    void key(std::string_view name) { out_.append(",\"").append(name).append("\":"); }

    std::string& out_;
};

/// "2026-11-28T10:00:08.123Z"
LIBNETXX_DECL std::string json_time(std::chrono::system_clock::time_point when)
{
    const auto since = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
    const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(since).count());
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[40];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &utc);
    auto fraction = std::to_string(1000 + since.count() % 1000);
    return std::string{text, size} + fraction.substr(1) + "Z";
}

LIBNETXX_DECL void append_forwarding(JsonMembers& members, const engine::HttpForwarding& of)
{
    members.text_if_any("host", of.host);
    if (of.port != 0) members.number("port", of.port);
    members.text("verdict", of.verdict);
    members.text_if_any("rule", of.rule);
    if (of.rule_line > 0) members.number("line", of.rule_line);
    members.flag("reported", of.is_reported);
    members.text_if_any("parent", of.parent);
    if (of.upstream.is_unspecified()) return;
    members.text("upstream", of.upstream.to_string());
    members.flag("reused", of.was_connected);
}

}  // namespace detail

LIBNETXX_DECL void append_json_line(std::string& line, ProxyEvent event, const AccessRecord& record)
{
    const engine::HttpForwarding nothing;
    const auto& forwarding = record.forwarding != nullptr ? *record.forwarding : nothing;
    line += "{\"v\":1,\"event\":";
    line += event == ProxyEvent::tunnel ? "\"tunnel\"" : "\"end\"";
    detail::JsonMembers members{line};
    members.text("time", detail::json_time(record.started));
    members.text("id", forwarding.request_id);
    members.text("client", wire::unmapped(record.client.address()).to_string());
    members.number("client_port", record.client.port());
    members.text_if_any("user", record.user);
    if (const auto* const identity = forwarding.identity.get()) {
        if (!identity->certificate.empty()) members.text("certificate", identity->certificate.front());
        if (identity->uid) members.number("uid", *identity->uid);
    }
    members.text_if_any("method", record.method);
    members.text("target", record.target);
    members.text("version", record.version == 10 ? "1.0" : "1.1");
    detail::append_forwarding(members, forwarding);
    members.number("status", record.status);
    if (event == ProxyEvent::end) {
        members.number("sent", record.bytes_sent);
        members.number("received", record.bytes_received);
        members.seconds("duration", record.duration);
    }
    members.seconds("name", forwarding.name);
    members.seconds("connect", forwarding.connect);
    members.seconds("first_byte", forwarding.first_byte);
    members.text_if_any("reason", record.reason);
    line += "}\n";
}

}  // namespace libnet::inline v0
