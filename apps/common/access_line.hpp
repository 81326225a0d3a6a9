#pragma once
// The line of one request in the combined format of Apache and nginx, which every log reader knows:
//
//   127.0.0.1 - - [23/Nov/2026:08:36:41 +0000] "GET /a.html HTTP/1.1" 200 1024 "-" "curl/7.88.1"
//   127.0.0.1 - alice [23/Nov/2026:08:36:41 +0000] "GET /b.html HTTP/1.1" 200 1024 "-" "curl/7.88.1"
//   127.0.0.1 - - [23/Nov/2026:08:36:42 +0000] "GET /../x HTTP/1.1" 400 187 "-" "-" "path leaves the root"
//
// Nobody can forge a line: every byte from the network that is a quote, a backslash, a control character or no ASCII
// is written as \xHH. The reason stands as one more quoted field after the combined ones, and only where a request was
// refused or failed, so that what reads combined logs reads all that were served, too.

#include <libnet/access_record.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <iterator>
#include <string>
#include <string_view>

namespace libnet::apps {

/// Room for a usual line without an allocation.
using LogLine = fmt::basic_memory_buffer<char, 1000>;

namespace detail {

/// Appends text from the network so that it can't end a field or a line.
inline void append_escaped(LogLine& line, std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
    while (!text.empty()) {
        const auto end = std::find_if_not(text.begin(), text.end(), is_plain);
        const auto size = static_cast<std::size_t>(end - text.begin());
        line.append(text.substr(0, size));
        text.remove_prefix(size);
        if (text.empty()) return;
        const auto byte = static_cast<unsigned char>(text.front());
        line.append(std::string_view{"\\x"});
        line.push_back(digits[byte >> 4]);
        line.push_back(digits[byte & 15]);
        text.remove_prefix(1);
    }
}

/// Appends a field without quotes, which therefore has no space in it; "-" for an empty one.
inline void append_word(LogLine& line, std::string_view text)
{
    if (text.empty()) line.push_back('-');
    for (; !text.empty(); text.remove_prefix(1))
        if (text.front() != ' ') append_escaped(line, text.substr(0, 1));
        else line.append(std::string_view{"\\x20"});
}

/// Appends a field in quotes; "-" for an empty one.
inline void append_field(LogLine& line, std::string_view text)
{
    line.push_back('"');
    append_escaped(line, text.empty() ? "-" : text);
    line.push_back('"');
}

/// Appends the request line as it came, or the line that was no request; "-" where nothing came.
inline void append_request(LogLine& line, const AccessRecord& record)
{
    if (record.method.empty()) return append_field(line, record.target);
    line.push_back('"');
    append_escaped(line, record.method);
    line.push_back(' ');
    append_escaped(line, record.target);
    fmt::format_to(std::back_inserter(line), " HTTP/{}.{}\"", record.version / 10, record.version % 10);
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

/// The client's address; an IPv4 client of a socket for both families shows as IPv4. Each thread keeps the last one: a
/// client sends many requests in a row. Valid until the thread's next call.
inline const std::string& log_address(const boost::asio::ip::address& address)
{
    thread_local boost::asio::ip::address shown;
    thread_local std::string text = shown.to_string();
    if (address == shown) return text;
    const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    text = is_mapped ? boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string()
                     : address.to_string();
    shown = address;
    return text;
}

}  // namespace detail

/// The line of one request, with its line feed.
inline void append_log_line(LogLine& line, const AccessRecord& record)
{
    const auto out = std::back_inserter(line);
    fmt::format_to(out, "{} - ", detail::log_address(record.client.address()));
    detail::append_word(line, record.user);
    fmt::format_to(out, " [{}] ", detail::log_time(record.started));
    detail::append_request(line, record);
    fmt::format_to(out, " {} {} ", record.status, record.bytes_sent);
    detail::append_field(line, record.referer);
    line.push_back(' ');
    detail::append_field(line, record.user_agent);
    if (!record.reason.empty()) {
        line.push_back(' ');
        detail::append_field(line, record.reason);
    }
    line.push_back('\n');
}

}  // namespace libnet::apps
