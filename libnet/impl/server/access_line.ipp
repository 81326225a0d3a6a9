#pragma once
// The line of a request in an access log.

#include <libnet/access_log_format.hpp>
#include <libnet/base/printable.hpp>

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <concepts>
#include <ctime>

namespace libnet::inline v0 {

namespace detail {

constexpr std::string_view log_quotes = "\"\\";

inline void append_number(std::string& line, std::unsigned_integral auto number)
{
    char digits[20];
    line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// Appends a field without quotes, which therefore has no space in it; "-" for an empty one.
inline void append_word(std::string& line, std::string_view text)
{
    if (text.empty()) line += '-';
    else base::append_escaped(line, text, "\"\\ ");
}

/// Appends a field in quotes; "-" for an empty one.
inline void append_field(std::string& line, std::string_view text)
{
    line += '"';
    base::append_escaped(line, text.empty() ? "-" : text, log_quotes);
    line += '"';
}

/// Appends the request line as it came, or the line that was no request; "-" where nothing came.
inline void append_request(std::string& line, const AccessRecord& record)
{
    if (record.method.empty()) return append_field(line, record.target);
    line += '"';
    base::append_escaped(line, record.method, log_quotes);
    line += ' ';
    base::append_escaped(line, record.target, log_quotes);
    line += " HTTP/";
    append_number(line, record.version / 10);
    line += '.';
    append_number(line, record.version % 10);
    line += '"';
}

/// "23/Nov/2026:08:36:41 +0000" in local time. Asking for the time zone is slow, so each thread does it once a second.
inline std::string_view log_time(std::chrono::system_clock::time_point when)
{
    thread_local std::time_t shown = -1;
    thread_local char text[40] = "-";
    const auto second = std::chrono::system_clock::to_time_t(when);
    if (second != shown) {
        std::tm local{};
        localtime_r(&second, &local);
        std::strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S %z", &local);
        shown = second;
    }
    return text;
}

/// The client's address; an IPv4 client of a socket for both families shows as IPv4, one of a Unix socket as "unix:", since it
/// has none. Each thread keeps the last one: a
/// client sends many requests in a row. Valid until the thread's next call.
inline const std::string& log_address(const boost::asio::ip::address& address)
{
    thread_local boost::asio::ip::address shown;  // unspecified at first
    thread_local std::string text = "unix:";
    if (address == shown) return text;
    const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    text = is_mapped ? boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string()
                     : address.to_string();
    if (address.is_unspecified()) text = "unix:";
    shown = address;
    return text;
}

}  // namespace detail

LIBNETXX_DECL void append_log_line(std::string& line, const AccessRecord& record)
{
    line += detail::log_address(record.client.address());
    line += " - ";
    detail::append_word(line, record.user);
    line += " [";
    line += detail::log_time(record.started);
    line += "] ";
    detail::append_request(line, record);
    line += ' ';
    detail::append_number(line, record.status);
    line += ' ';
    detail::append_number(line, record.bytes_sent);
    line += ' ';
    detail::append_field(line, record.referer);
    line += ' ';
    detail::append_field(line, record.user_agent);
    if (!record.reason.empty()) {
        line += ' ';
        detail::append_field(line, record.reason);
    }
    line += '\n';
}

}  // namespace libnet::inline v0
