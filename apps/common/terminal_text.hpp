#pragma once
// Text that has to fit columns of a terminal, and the characters that bars are drawn with.

#include <libnet/base/printable.hpp>
#include <libnet/base/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cwchar>
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

/// The text's first character, of UTF-8; an octet of what is none.
inline std::string_view first_character(std::string_view text)
{
    return text.substr(0, std::max<std::size_t>(base::utf8_length(text), 1));
}

/// How many columns of a terminal a text takes: of a Chinese character two, of a combining one none (wcwidth(3)). Only a
/// locale of UTF-8 knows that; in others each character has one.
inline std::size_t display_width(std::string_view text)
{
    std::size_t width = 0;
    while (!text.empty()) {
        const auto character = first_character(text);
        std::mbstate_t state{};
        wchar_t code = 0;
        const bool known = std::mbrtowc(&code, character.data(), character.size(), &state) == character.size();
        const int columns = known ? ::wcwidth(code) : 1;
        width += columns < 0 ? 1 : static_cast<std::size_t>(columns);
        text.remove_prefix(character.size());
    }
    return width;
}

/// The text's beginning, of at most so many columns.
inline std::string_view first_of(std::string_view text, std::size_t width)
{
    std::size_t size = 0;
    while (size < text.size()) {
        const auto character = first_character(text.substr(size));
        const auto columns = display_width(character);
        if (columns > width) break;
        width -= columns;
        size += character.size();
    }
    return text.substr(0, size);
}

/// The text's end, of at most so many columns.
inline std::string_view last_of(std::string_view text, std::size_t width)
{
    for (auto size = display_width(text); size > width;) {
        const auto character = first_character(text);
        size -= display_width(character);
        text.remove_prefix(character.size());
    }
    return text;
}

/// A host's name as it may be shown on a terminal, whole, unlike what `printable` makes of a long text: names have up to 253
/// characters (RFC 1035 section 2.3.4), and those of one network often differ at their ends only.
inline std::string printable_name(std::string_view name)
{
    std::string shown;
    while (!name.empty()) {
        const auto character = first_character(name);
        shown += base::printable(character);
        name.remove_prefix(character.size());
    }
    return shown;
}

/// A text in a column: filled up, or cut in the middle to its width.
inline std::string column(std::string_view text, std::size_t width)
{
    constexpr std::string_view gap = "..";
    std::string shown{text};
    if (display_width(text) > width) {
        const auto tail = width < 5 ? 0 : (width - gap.size()) / 2;
        shown = first_of(text, tail == 0 ? width : width - gap.size() - tail);
        if (tail != 0) shown.append(gap).append(last_of(text, tail));
    }
    return shown.append(width - display_width(shown), ' ');
}

}  // namespace libnet::apps
