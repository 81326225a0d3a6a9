#pragma once
// Text that must be valid UTF-8, made from bytes that need not be.

#include <cstddef>
#include <string>
#include <string_view>

namespace libnet::inline v0::base {

/// The length of the UTF-8 sequence (RFC 3629 section 4) that begins the text, or 0 where none does: no overlong forms,
/// no surrogates.
constexpr std::size_t utf8_length(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    const auto continues = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80; };
    if (text.empty()) return 0;
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

/// The length of the UTF-8 sequence that begins the text, if it is a character that is seen; 0 for control characters,
/// what is no UTF-8, and what is invisible or turns the direction of writing (Unicode's Default_Ignorable_Code_Point and
/// Bidi_Control): these would make a name look like another one.
constexpr std::size_t visible_length(std::string_view text) noexcept
{
    const auto length = utf8_length(text);
    if (length == 0) return 0;
    constexpr unsigned masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    unsigned code = static_cast<unsigned char>(text[0]) & masks[length];
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    const auto within = [code](unsigned first, unsigned last) { return code >= first && code <= last; };
    const bool control = code < ' ' || within(0x7F, 0x9F) || within(0xFFF0, 0xFFFB);
    const bool ignored = code == 0xAD || code == 0x34F || code == 0x61C || within(0x115F, 0x1160) ||
                         within(0x17B4, 0x17B5) || within(0x180B, 0x180F) || within(0x200B, 0x200F) ||
                         within(0x2028, 0x202E) || within(0x2060, 0x206F) || code == 0x3164 || within(0xFE00, 0xFE0F) ||
                         code == 0xFEFF || code == 0xFFA0 || within(0x1D173, 0x1D17A) || within(0xE0000, 0xE0FFF);
    return control || ignored ? 0 : length;
}

/// How many characters a text of valid UTF-8 has.
constexpr std::size_t utf8_size(std::string_view text) noexcept
{
    std::size_t size = 0;
    for (const char c : text) size += (static_cast<unsigned char>(c) & 0xC0U) == 0x80 ? 0 : 1;
    return size;
}

/// The text with every byte that is not part of valid UTF-8 replaced by U+FFFD.
inline std::string to_utf8(std::string_view text)
{
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto length = utf8_length(text);
        clean += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return clean;
}

}  // namespace libnet::inline v0::base
