#pragma once
// Text that has to fit columns of a terminal, and the characters that bars are drawn with.

#include <libnet/base/printable.hpp>
#include <libnet/base/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace libnet::apps {

/// The characters that bars are drawn with, from low to high; and the one for a loss.
struct Bars {
    std::array<std::string_view, 8> levels;
    std::string_view loss;
};
inline constexpr Bars unicode_bars{{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "×"};
inline constexpr Bars ascii_bars{{"_", ".", "-", ":", "=", "+", "*", "#"}, "x"};

/// So many characters of the text's beginning.
inline std::string_view first_of(std::string_view text, std::size_t width)
{
    std::size_t size = 0;
    for (; width > 0 && size < text.size(); --width)
        size += std::max<std::size_t>(base::utf8_length(text.substr(size)), 1);
    return text.substr(0, size);
}

/// A host's name as it may be shown on a terminal, whole, unlike what `printable` makes of a long text: names have up to 253
/// characters (RFC 1035 section 2.3.4), and those of one network often differ at their ends only.
inline std::string printable_name(std::string_view name)
{
    std::string shown;
    while (!name.empty()) {
        const auto character = name.substr(0, std::max<std::size_t>(base::utf8_length(name), 1));
        shown += base::printable(character);
        name.remove_prefix(character.size());
    }
    return shown;
}

/// A text in a column: filled up, or cut in the middle to its width.
inline std::string column(std::string_view text, std::size_t width)
{
    constexpr std::string_view gap = "..";
    const auto size = base::utf8_size(text);
    if (size <= width) return std::string{text}.append(width - size, ' ');
    if (width < 5) return std::string{first_of(text, width)};
    const auto tail = (width - gap.size()) / 2, head = width - gap.size() - tail;
    return fmt::format("{}{}{}", first_of(text, head), gap, text.substr(first_of(text, size - tail).size()));
}

}  // namespace libnet::apps
