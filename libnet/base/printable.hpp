#pragma once
// Text from strangers, as it may stand on a terminal or in a log.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace libnet::inline v0::base {

/// Appends the text with \xHH for every byte that is a control character, beyond ASCII, or one of `special`.
inline void append_escaped(std::string& out, std::string_view text, std::string_view special = {})
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto is_plain = [special](char c) { return c >= ' ' && c <= '~' && special.find(c) == special.npos; };
    while (!text.empty()) {
        const auto end = std::find_if_not(text.begin(), text.end(), is_plain);
        const auto size = static_cast<std::size_t>(end - text.begin());
        out.append(text.substr(0, size));
        text.remove_prefix(size);
        if (text.empty()) return;
        const auto byte = static_cast<unsigned char>(text.front());
        out.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
        text.remove_prefix(1);
    }
}

/// The text as it may be shown on a terminal: control characters and bytes beyond ASCII become \xHH, and what is longer
/// than a line is cut.
inline std::string printable(std::string_view text)
{
    constexpr std::size_t limit = 60;
    std::string shown;
    append_escaped(shown, text.substr(0, limit));
    return text.size() > limit ? shown + "..." : shown;
}

}  // namespace libnet::inline v0::base
