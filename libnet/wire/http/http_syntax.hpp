#pragma once
// Which bytes may stand where in an HTTP/1 message: one table, one bit for each class.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace libnet::inline v0::wire {

/// Classes of bytes.
enum class CharClass : std::uint8_t {
    token = 1,        ///< tchar: methods, field names, codings (RFC 9110 section 5.6.2)
    target = 2,       ///< a request target: visible ASCII but `#`, `"`, `<` and `>`, see below
    field_value = 4,  ///< VCHAR, obs-text, SP, HTAB (RFC 9110 section 5.5)
    reg_name = 8,     ///< unreserved and sub-delims; percent triplets apart (RFC 3986 section 3.2.2)
    visible = 16,     ///< VCHAR: visible ASCII
};

namespace detail {

// RFC 3986 allows fewer bytes in a target. Browsers send `[ ] { | } ^ \` and the backquote in queries as they are
// (WHATWG URL), every server takes them, and none of them can end a target. What they never send is refused.
inline constexpr auto char_classes = [] {
    constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
    constexpr std::string_view reg_name_marks = "-._~!$&'()*+,;=";
    constexpr std::string_view never_in_target = "#\"<>";
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = static_cast<char>(i);
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        const bool visible = i > 0x20 && i < 0x7F;
        const auto set = [&](CharClass bit, bool is_member) {
            if (is_member) table[i] |= static_cast<std::uint8_t>(bit);
        };
        set(CharClass::token, alphanumeric || token_marks.find(c) != token_marks.npos);
        set(CharClass::target, visible && never_in_target.find(c) == never_in_target.npos);
        set(CharClass::field_value, visible || i >= 0x80 || c == ' ' || c == '\t');
        set(CharClass::reg_name, alphanumeric || reg_name_marks.find(c) != reg_name_marks.npos);
        set(CharClass::visible, visible);
    }
    return table;
}();

}  // namespace detail

/// Whether a byte is of a class.
constexpr bool is(CharClass bit, char c) noexcept
{
    return (detail::char_classes[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(bit)) != 0;
}

namespace detail {

/// Steps over words of eight bytes without a control character: most of most heads.
inline std::size_t skip_plain_words(std::string_view text, std::size_t from) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101, high_bits = 0x80 * ones;
    for (std::uint64_t word; text.size() - from >= sizeof word; from += sizeof word) {
        std::memcpy(&word, text.data() + from, sizeof word);
        const auto deletes = word ^ 0x7F * ones;
        const auto below_space = (word - 0x20 * ones) & ~word, is_delete = (deletes - ones) & ~deletes;
        if (((below_space | is_delete) & high_bits) != 0) break;
    }
    return from;
}

}  // namespace detail

/// Where the bytes of one class end that begin at `from`.
inline std::size_t end_of_run(CharClass bit, std::string_view text, std::size_t from = 0) noexcept
{
    if (bit == CharClass::field_value) from = detail::skip_plain_words(text, from);
    while (from < text.size() && is(bit, text[from])) ++from;
    return from;
}

/// Whether the text is not empty and all of one class.
inline bool consists_of(CharClass bit, std::string_view text) noexcept
{
    return !text.empty() && end_of_run(bit, text) == text.size();
}

/// A token (RFC 9110 section 5.6.2).
inline bool is_token(std::string_view text) noexcept { return consists_of(CharClass::token, text); }

}  // namespace libnet::inline v0::wire
