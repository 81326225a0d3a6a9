#pragma once
// The line of a request in an access log.

#include <libnet/access_log_format.hpp>
#include <libnet/base/printable.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

namespace libnet::inline v0 {

namespace detail {

inline void append_number(std::string& line, std::unsigned_integral auto number)
{
    char digits[20];
    line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
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

/// Room for a line on the stack, or on the heap where that is too small: it isn't initialised, and what becomes of it is copied
/// once, as the pieces are many and short, and to append each would cost more.
class LineRoom {
public:
    explicit LineRoom(std::size_t size) : large_{size > sizeof small_ ? new char[size] : nullptr} {}
    char* begin() noexcept { return large_ ? large_.get() : small_; }

private:
    char small_[2048];
    const std::unique_ptr<char[]> large_;
};

/// Writes the pieces of a line one behind the other, where there is room for all of them.
class LineWriter {
public:
    explicit LineWriter(char* room) : begin_{room}, at_{room} {}
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    std::string_view written() const noexcept { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

    void text(std::string_view text) { at_ = std::copy(text.begin(), text.end(), at_); }

    void number(std::unsigned_integral auto number) { at_ = std::to_chars(at_, at_ + max_digits, number).ptr; }

    /// A field without quotes, which therefore has no space in it; "-" for an empty one.
    void word(std::string_view word)
    {
        if (word.empty()) text("-");
        else escaped(word, "\"\\ ");
    }

    /// A part of a field in quotes.
    void quoted(std::string_view part) { escaped(part, "\"\\"); }

    /// A field in quotes; "-" for an empty one.
    void field(std::string_view field)
    {
        if (field.empty()) return text("\"-\"");
        text("\"");
        quoted(field);
        text("\"");
    }

    /// The request line as it came, or the line that was no request; "-" where nothing came.
    void request(const AccessRecord& record)
    {
        if (record.method.empty()) return field(record.target);
        text("\"");
        quoted(record.method);
        text(" ");
        quoted(record.target);
        text(record.version == 10 ? " HTTP/1.0\"" : " HTTP/1.1\"");
    }

    static constexpr std::size_t max_digits = 20;
    static constexpr std::size_t all_else = 4 * max_digits + 40;  // octets of a line's numbers, quotes and spaces

private:
    void escaped(std::string_view text, std::string_view special) { at_ = base::write_escaped(at_, text, special); }

    char* const begin_;
    char* at_;
};

/// Appends the request line alone.
inline void append_request(std::string& line, const AccessRecord& record)
{
    LineRoom room{base::max_escaped * (record.method.size() + record.target.size()) + LineWriter::all_else};
    LineWriter writer{room.begin()};
    writer.request(record);
    line.append(writer.written());
}

}  // namespace detail

LIBNETXX_DECL void append_log_line(std::string& line, const AccessRecord& record)
{
    const auto& client = detail::log_address(record.client.address());
    const auto time = detail::log_time(record.started);
    const auto from_strangers = record.user.size() + record.method.size() + record.target.size() +
                                record.referer.size() + record.user_agent.size() + record.reason.size();
    detail::LineRoom room{client.size() + time.size() + base::max_escaped * from_strangers +
                          detail::LineWriter::all_else};
    detail::LineWriter writer{room.begin()};
    writer.text(client);
    writer.text(" - ");
    writer.word(record.user);
    writer.text(" [");
    writer.text(time);
    writer.text("] ");
    writer.request(record);
    writer.text(" ");
    writer.number(record.status);
    writer.text(" ");
    writer.number(record.bytes_sent);
    writer.text(" ");
    writer.field(record.referer);
    writer.text(" ");
    writer.field(record.user_agent);
    if (!record.reason.empty()) {
        writer.text(" ");
        writer.field(record.reason);
    }
    writer.text("\n");
    line.append(writer.written());
}

}  // namespace libnet::inline v0
