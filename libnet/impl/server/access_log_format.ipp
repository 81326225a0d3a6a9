#pragma once
// Bodies of libnet/access_log_format.hpp.

#include <libnet/access_log_format.hpp>
#include <libnet/impl/server/access_line.ipp>

#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// "2026-11-23T08:36:41.123Z"
inline void append_iso_time(std::string& line, std::chrono::system_clock::time_point when)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(when);
    const auto time = std::chrono::system_clock::to_time_t(second);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[40];
    line.append(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts));
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(when - second).count();
    std::snprintf(text, sizeof text, ".%03dZ", static_cast<int>(milliseconds));
    line += text;
}

/// "0.001234"
inline void append_seconds(std::string& line, std::chrono::nanoseconds duration)
{
    char text[40];
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    std::snprintf(text, sizeof text, "%lld.%06d", static_cast<long long>(microseconds / 1'000'000),
                  static_cast<int>(microseconds % 1'000'000));
    line += text;
}

/// `"name":"text"` with what JSON wants escaped; an octet above 127 becomes the character of that number, so that the line is
/// JSON whatever a client has sent.
inline void append_json_text(std::string& line, std::string_view name, std::string_view text)
{
    line.append(",\"").append(name).append("\":");
    if (text.empty()) {
        line += "null";
        return;
    }
    line += '"';
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet >= 0x7F) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", octet);
            line += escape;
        } else {
            if (c == '"' || c == '\\') line += '\\';
            line += c;
        }
    }
    line += '"';
}

inline void append_json_number(std::string& line, std::string_view name, std::uint64_t number)
{
    line.append(",\"").append(name).append("\":");
    append_number(line, number);
}

inline void append_json_seconds(std::string& line, std::string_view name, std::optional<std::chrono::nanoseconds> time)
{
    line.append(",\"").append(name).append("\":");
    if (time) append_seconds(line, *time);
    else line += "null";
}

/// The address of the server; empty: none was connected to.
inline std::string upstream_text(const engine::HttpForwarding& of)
{
    return of.upstream.is_unspecified() ? std::string{} : of.upstream.to_string();
}

inline std::string_view version_text_of(const AccessRecord& record)
{
    if (record.method.empty()) return {};
    return record.version == 10 ? "1.0" : "1.1";
}

/// What is escaped within a field between two texts of a format: its quotes, or else what parts it from its neighbours.
inline std::string escaped_between(std::string_view before, std::string_view behind)
{
    std::string escaped = "\"\\";
    if (before.ends_with('"')) return escaped;
    escaped += ' ';
    const std::string_view neighbours[] = {before.substr(before.empty() ? 0 : before.size() - 1), behind.substr(0, 1)};
    for (const auto neighbour : neighbours)
        if (!neighbour.empty() && !std::isalnum(static_cast<unsigned char>(neighbour.front()))) escaped += neighbour;
    return escaped;
}

}  // namespace detail

LIBNETXX_DECL AccessLogFormat::AccessLogFormat(std::string_view text)
{
    if (text == "combined") return;
    kind_ = text == "json" ? Kind::json : Kind::text;
    if (kind_ == Kind::json) return;
    Part part;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (static_cast<unsigned char>(c) < 0x20) throw std::invalid_argument{"a line has no control characters"};
        if (c != '{' || text.substr(i, 2) == "{{") {
            part.text += c;
            if (c == '{') ++i;
            continue;
        }
        const auto end = text.find('}', i);
        if (end == text.npos) throw std::invalid_argument{"a field ends with a brace, as in {status}; {{ is a brace"};
        part.field = field_of(text.substr(i + 1, end - i - 1));
        parts_.push_back(std::exchange(part, {}));
        i = end;
    }
    if (parts_.empty())
        throw std::invalid_argument{"there is no field in it: give combined, json or one like {status}"};
    parts_.push_back(std::move(part));
    for (std::size_t i = 0; i + 1 < parts_.size(); ++i)
        parts_[i].escaped = detail::escaped_between(parts_[i].text, parts_[i + 1].text);
}

LIBNETXX_DECL AccessLogFormat::Field AccessLogFormat::field_of(std::string_view name)
{
    static constexpr std::array<std::string_view, 26> names{
        "",       "client",     "port",    "user",       "time",       "time_iso",       "request",
        "method", "target",     "version", "status",     "bytes_sent", "bytes_received", "duration",
        "queue",  "first_byte", "referer", "user_agent", "reason",     "request_id",     "verdict",
        "host",   "upstream",   "name",    "connect",    "cache"};
    std::string known;
    for (std::size_t i = 1; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Field>(i);
        known.append(known.empty() ? "" : ", ").append(names[i]);
    }
    throw std::invalid_argument{"there is no field {" + std::string{name} + "}: give one of " + known};
}

/// False: it is no field of a proxy's.
LIBNETXX_DECL bool AccessLogFormat::append_forwarding_value(std::string& line, const AccessRecord& record,
                                                            const Part& part)
{
    static const engine::HttpForwarding none{.verdict = {}};
    const auto& of = record.forwarding != nullptr ? *record.forwarding : none;
    const auto word = [&](std::string_view text) {
        if (text.empty()) line += '-';
        else base::append_escaped(line, text, part.escaped);
        return true;
    };
    const auto time = [&](const std::optional<std::chrono::nanoseconds>& duration) {
        if (duration) detail::append_seconds(line, *duration);
        else line += '-';
        return true;
    };
    switch (part.field) {
    case Field::request_id:
        return word(of.request_id);
    case Field::verdict:
        return word(of.verdict);
    case Field::host:
        return word(of.host);
    case Field::upstream:
        return word(detail::upstream_text(of));
    case Field::name:
        return time(of.name);
    case Field::connect:
        return time(of.connect);
    default:
        return false;
    }
}

LIBNETXX_DECL void AccessLogFormat::append_field_value(std::string& line, const AccessRecord& record,
                                                       const Part& part) const
{
    const auto word = [&](std::string_view text) {
        if (text.empty()) line += '-';
        else base::append_escaped(line, text, part.escaped);
    };
    if (append_forwarding_value(line, record, part)) return;
    switch (part.field) {
    case Field::client:
        line += detail::log_address(record.client.address());
        return;
    case Field::port:
        return detail::append_number(line, record.client.port());
    case Field::user:
        return word(record.user);
    case Field::time:
        line += detail::log_time(record.started);
        return;
    case Field::time_iso:
        return detail::append_iso_time(line, record.started);
    case Field::request: {
        std::string request;
        detail::append_request(request, record);
        line.append(request, 1, request.size() - 2);  // the quotes are the format's
        return;
    }
    case Field::method:
        return word(record.method);
    case Field::target:
        return word(record.target);
    case Field::version:
        return word(detail::version_text_of(record));
    case Field::status:
        return detail::append_number(line, record.status);
    case Field::bytes_sent:
        return detail::append_number(line, record.bytes_sent);
    case Field::bytes_received:
        return detail::append_number(line, record.bytes_received);
    case Field::duration:
        return detail::append_seconds(line, record.duration);
    case Field::queue:
        return detail::append_seconds(line, record.queue);
    case Field::first_byte:
        return detail::append_seconds(line, record.first_byte);
    case Field::referer:
        return word(record.referer);
    case Field::user_agent:
        return word(record.user_agent);
    case Field::reason:
        return word(record.reason);
    case Field::cache:
        return word(engine::name_of(record.cache));
    default:
        return;
    }
}

LIBNETXX_DECL void AccessLogFormat::append_json(std::string& line, const AccessRecord& record)
{
    using namespace detail;
    line += "{\"time\":\"";
    append_iso_time(line, record.started);
    line += '"';
    append_json_text(line, "client", log_address(record.client.address()));
    append_json_number(line, "port", record.client.port());
    append_json_text(line, "user", record.user);
    append_json_text(line, "method", record.method);
    append_json_text(line, "target", record.target);
    append_json_text(line, "version", version_text_of(record));
    append_json_number(line, "status", record.status);
    append_json_number(line, "bytes_sent", record.bytes_sent);
    append_json_number(line, "bytes_received", record.bytes_received);
    append_json_seconds(line, "duration", record.duration);
    append_json_seconds(line, "queue", record.queue);
    append_json_seconds(line, "first_byte", record.first_byte);
    append_json_text(line, "referer", record.referer);
    append_json_text(line, "user_agent", record.user_agent);
    append_json_text(line, "reason", record.reason);
    if (record.forwarding != nullptr) {
        append_json_text(line, "request_id", record.forwarding->request_id);
        append_json_text(line, "verdict", record.forwarding->verdict);
        append_json_text(line, "host", record.forwarding->host);
        append_json_text(line, "upstream", upstream_text(*record.forwarding));
        append_json_seconds(line, "name", record.forwarding->name);
        append_json_seconds(line, "connect", record.forwarding->connect);
    } else {
        append_json_text(line, "cache", engine::name_of(record.cache));
    }
    line += "}\n";
}

LIBNETXX_DECL void AccessLogFormat::append(std::string& line, const AccessRecord& record) const
{
    if (kind_ == Kind::combined) return append_log_line(line, record);
    if (kind_ == Kind::json) return append_json(line, record);
    for (const auto& part : parts_) {
        line += part.text;
        append_field_value(line, record, part);
    }
    line += '\n';
}

}  // namespace libnet::inline v0
