#pragma once
// JSON Lines on standard output: one event a line, each line valid JSON in UTF-8 whatever names the network gave us,
// written at once.
//
//   apps::print_json({{"event", "reply"}, {"from", address.to_string()}, {"seq", 7}, {"rtt_ms", 0.043}});
//   apps::print_json({{"event", "lost"}, {"from", nullptr}});
//
//   {"event":"reply","from":"127.0.0.1","seq":7,"rtt_ms":0.043}
//
// Numbers are numbers: at most six decimals, and no exponent that a shell script would stumble over. What is no number
// (nan, inf) becomes null. Keys keep their order.

#include <apps/output.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace libnet::apps {

/// The text with every byte that is not part of valid UTF-8 (RFC 3629) replaced by U+FFFD.
std::string to_utf8(std::string_view text);

/// The value on one line, without a line feed. Always valid JSON in UTF-8.
std::string to_json(const boost::json::value& value);

/// Prints an event at once. Throws OutputClosed when nobody reads any more, see apps/output.hpp.
inline void print_json(const boost::json::object& event) { print_text(to_json(event) + '\n'); }

// ---------------------------------------------------------------------------------------------------------------

namespace detail {

/// The length of the UTF-8 sequence that begins the text, or 0 where none does: no overlong forms, no surrogates.
inline std::size_t utf8_length(std::string_view text)
{
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    const auto continues = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80; };
    const unsigned first = byte(0), second = byte(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first < 0xF5) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool beyond = first == 0xF4 && second > 0x8F;  // U+10FFFF is the last one
        return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

/// 0.043, 12, 1234.5: fixed notation, six decimals at most, no zeros at the end.
inline std::string number_text(double number)
{
    constexpr double exact = 1e15;  // from here on a double has no decimals to show
    if (!std::isfinite(number)) return "null";
    if (std::abs(number) >= exact) return fmt::format("{}", number);
    auto text = fmt::format("{:.6f}", number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

inline void append_json(std::string& out, const boost::json::value& value);

inline void append_json(std::string& out, const boost::json::object& object)
{
    out += '{';
    for (const auto& [key, value] : object) {
        if (out.back() != '{') out += ',';
        append_json(out, boost::json::string{key});
        out += ':';
        append_json(out, value);
    }
    out += '}';
}

inline void append_json(std::string& out, const boost::json::array& array)
{
    out += '[';
    for (const auto& value : array) {
        if (out.back() != '[') out += ',';
        append_json(out, value);
    }
    out += ']';
}

inline void append_json(std::string& out, const boost::json::value& value)
{
    // Boost would write 0.5 as 5E-1, and bytes as they come.
    if (value.is_object()) append_json(out, value.get_object());
    else if (value.is_array()) append_json(out, value.get_array());
    else if (value.is_double()) out += number_text(value.get_double());
    else if (value.is_string()) out += to_utf8(boost::json::serialize(value));
    else out += boost::json::serialize(value);
}

}  // namespace detail

inline std::string to_utf8(std::string_view text)
{
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto length = detail::utf8_length(text);
        clean += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return clean;
}

inline std::string to_json(const boost::json::value& value)
{
    std::string text;
    detail::append_json(text, value);
    return text;
}

}  // namespace libnet::apps
