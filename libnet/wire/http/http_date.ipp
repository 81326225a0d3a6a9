#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_date.hpp>

#include <algorithm>
#include <cstddef>

namespace libnet::inline v0::wire {

namespace detail {

inline constexpr std::array<std::string_view, 7> day_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                           "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Writes `value` in decimal, padded with zeros to `size` digits.
LIBNETXX_DECL char* put_number(char* out, unsigned value, int size) noexcept
{
    for (int i = size - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
    return out + size;
}

LIBNETXX_DECL char* put_text(char* out, std::string_view text) noexcept { return std::ranges::copy(text, out).out; }

/// Takes a date apart from its front; false as soon as something is not as expected.
class DateReader {
public:
    explicit DateReader(std::string_view text) noexcept : text_{text} {}

    bool literal(std::string_view expected) noexcept
    {
        if (!text_.starts_with(expected)) return false;
        text_.remove_prefix(expected.size());
        return true;
    }

    bool number(std::size_t digits, unsigned& value) noexcept
    {
        const auto parsed = base::parse_number<unsigned>(text_.substr(0, digits));
        if (text_.size() < digits || !parsed) return false;
        value = *parsed;
        text_.remove_prefix(digits);
        return true;
    }

    bool month(unsigned& value) noexcept
    {
        for (value = 1; value <= month_names.size(); ++value)
            if (literal(month_names[value - 1])) return true;
        return false;
    }

    bool day_name(std::size_t letters) noexcept
    {
        return std::ranges::any_of(day_names, [&](std::string_view name) { return literal(name.substr(0, letters)); });
    }

    bool at_end() const noexcept { return text_.empty(); }

private:
    std::string_view text_;
};

struct DateParts {
    unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

LIBNETXX_DECL bool read_time(DateReader& reader, DateParts& parts) noexcept
{
    return reader.number(2, parts.hour) && reader.literal(":") && reader.number(2, parts.minute) &&
           reader.literal(":") && reader.number(2, parts.second);
}

LIBNETXX_DECL bool read_imf_fixdate(DateReader reader, DateParts& parts) noexcept
{
    return reader.day_name(3) && reader.literal(", ") && reader.number(2, parts.day) && reader.literal(" ") &&
           reader.month(parts.month) && reader.literal(" ") && reader.number(4, parts.year) && reader.literal(" ") &&
           read_time(reader, parts) && reader.literal(" GMT") && reader.at_end();
}

/// The year has two digits only.
LIBNETXX_DECL bool read_rfc850_date(DateReader reader, DateParts& parts) noexcept
{
    return reader.day_name(std::string_view::npos) && reader.literal(", ") && reader.number(2, parts.day) &&
           reader.literal("-") && reader.month(parts.month) && reader.literal("-") && reader.number(2, parts.year) &&
           reader.literal(" ") && read_time(reader, parts) && reader.literal(" GMT") && reader.at_end();
}

LIBNETXX_DECL bool read_asctime_date(DateReader reader, DateParts& parts) noexcept
{
    return reader.day_name(3) && reader.literal(" ") && reader.month(parts.month) && reader.literal(" ") &&
           (reader.literal(" ") ? reader.number(1, parts.day) : reader.number(2, parts.day)) && reader.literal(" ") &&
           read_time(reader, parts) && reader.literal(" ") && reader.number(4, parts.year) && reader.at_end();
}

LIBNETXX_DECL std::optional<std::chrono::sys_seconds> to_time(const DateParts& parts) noexcept
{
    namespace chrono = std::chrono;
    const chrono::year_month_day date{chrono::year{static_cast<int>(parts.year)}, chrono::month{parts.month},
                                      chrono::day{parts.day}};
    if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
    return chrono::sys_days{date} + chrono::hours{parts.hour} + chrono::minutes{parts.minute} +
           chrono::seconds{parts.second};
}

/// The last year with these two digits that begins no more than 50 years after `now`.
LIBNETXX_DECL unsigned full_year(unsigned two_digits, std::chrono::sys_seconds now) noexcept
{
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
    const auto last = static_cast<unsigned>(std::clamp(static_cast<int>(today.year()), 50, 9949)) + 50;
    return last - (last - two_digits) % 100;
}

}  // namespace detail

LIBNETXX_DECL std::string_view format_http_date(std::chrono::sys_seconds time, HttpDateBuffer& buffer) noexcept
{
    using namespace std::chrono;
    constexpr sys_seconds first = sys_days{year{0} / 1 / 1}, last = sys_days{year{10000} / 1 / 1} - seconds{1};
    time = std::clamp(time, first, last);
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};

    char* out = buffer.data();
    out = detail::put_text(out, detail::day_names[weekday{day}.c_encoding()].substr(0, 3));
    out = detail::put_text(out, ", ");
    out = detail::put_number(out, unsigned{date.day()}, 2);
    out = detail::put_text(out, " ");
    out = detail::put_text(out, detail::month_names[unsigned{date.month()} - 1]);
    out = detail::put_text(out, " ");
    out = detail::put_number(out, static_cast<unsigned>(int{date.year()}), 4);
    out = detail::put_text(out, " ");
    out = detail::put_number(out, static_cast<unsigned>(clock.hours().count()), 2);
    out = detail::put_text(out, ":");
    out = detail::put_number(out, static_cast<unsigned>(clock.minutes().count()), 2);
    out = detail::put_text(out, ":");
    out = detail::put_number(out, static_cast<unsigned>(clock.seconds().count()), 2);
    out = detail::put_text(out, " GMT");
    return {buffer.data(), buffer.size()};
}

LIBNETXX_DECL std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                                      std::chrono::sys_seconds now) noexcept
{
    const detail::DateReader reader{text};
    detail::DateParts parts;
    if (detail::read_imf_fixdate(reader, parts) || detail::read_asctime_date(reader, parts))
        return detail::to_time(parts);
    if (!detail::read_rfc850_date(reader, parts)) return std::nullopt;
    parts.year = detail::full_year(parts.year, now);
    return detail::to_time(parts);
}

}  // namespace libnet::inline v0::wire
