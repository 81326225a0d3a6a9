#pragma once
// Small helpers over ASCII text. None of them looks at the locale.

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace libnet::inline v0::base {

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept
{
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Compares without regard to ASCII case.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

/// Strips optional white space (SP and HTAB, RFC 9110 section 5.6.3) from both ends.
constexpr std::string_view trim(std::string_view text) noexcept
{
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Takes the first line off a text, without its line feed.
constexpr std::string_view take_line(std::string_view& text) noexcept
{
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

/// Takes the next word off a line: what stands between spaces, tabs and carriage returns. Empty: there is none.
constexpr std::string_view take_word(std::string_view& line) noexcept
{
    constexpr std::string_view blank = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    const auto word = line.substr(0, line.find_first_of(blank));
    line.remove_prefix(word.size());
    return word;
}

/// Reads a whole number that fills the text: digits only (a minus sign where the type is signed), no white space, in
/// the range of the type.
template <std::integral T>
std::optional<T> parse_number(std::string_view text, int base = 10) noexcept
{
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Calls `visit(item)` for each non-empty item of a comma-separated list (RFC 9110 section 5.6.1), trimmed. Commas
/// inside quoted strings are not special here: the lists it is used for hold tokens only.
template <typename Visitor>
constexpr void for_each_list_item(std::string_view list, Visitor&& visit)
{
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (const auto item = trim(list.substr(0, comma)); !item.empty()) visit(item);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

}  // namespace libnet::inline v0::base
