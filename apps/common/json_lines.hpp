#pragma once
// JSON Lines on standard output: one event a line, each line valid JSON in UTF-8 whatever names the network gave us,
// written at once.
//
//   apps::print_json({{"event", "reply"}, {"from", address.to_string()}, {"seq", 7}, {"rtt_ms", 0.043}});
//   apps::print_json({{"event", "lost"}, {"from", nullptr}});
//
//   {"event":"reply","from":"127.0.0.1","seq":7,"rtt_ms":0.043}
//
// Numbers are numbers: at most six decimals, and no exponent that a shell script couldn't read. What is no number
// (nan, inf) becomes null. Keys keep their order.

#include <apps/common/output.hpp>
#include <libnet/base/utf8.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string>

namespace libnet::apps {

/// The value on one line, without a line feed. Always valid JSON in UTF-8.
std::string to_json(const boost::json::value& value);

/// Prints an event at once. Throws OutputClosed when standard output is no longer read, see apps/common/output.hpp.
inline void print_json(const boost::json::object& event) { print_text(to_json(event) + '\n'); }

// ---------------------------------------------------------------------------------------------------------------

namespace detail {

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
    else if (value.is_string()) out += base::to_utf8(boost::json::serialize(value));
    else out += boost::json::serialize(value);
}

}  // namespace detail

inline std::string to_json(const boost::json::value& value)
{
    std::string text;
    detail::append_json(text, value);
    return text;
}

}  // namespace libnet::apps
