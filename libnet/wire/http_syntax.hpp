#pragma once
// Which bytes may stand where in an HTTP/1 message: one table, one bit for each class.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace libnet::wire {

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
constexpr auto char_classes = [] {
    constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~",
                               reg_name_marks = "-._~!$&'()*+,;=", never_in_target = "#\"<>";
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

constexpr bool is(CharClass bit, char c) noexcept
{
    return (detail::char_classes[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(bit)) != 0;
}

/// Whether the text is not empty and all of one class.
constexpr bool consists_of(CharClass bit, std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, [bit](char c) { return is(bit, c); });
}

/// A token (RFC 9110 section 5.6.2).
constexpr bool is_token(std::string_view text) noexcept { return consists_of(CharClass::token, text); }

}  // namespace libnet::wire
