#pragma once
// Text from an untrusted source, as it may stand on a terminal or in a log.

#include <libnet/base/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace libnet::inline v0::base {

/// Octets of text that one untrusted octet may become.
constexpr std::size_t max_escaped = 4;

namespace detail {

/// Whether one of eight octets is a control character, beyond ASCII, or one of `special`: what is computed for all of them at
/// once (after "Bit Twiddling Hacks", S. E. Anderson: haszero, hasless) may also be true for none, which costs time only.
inline bool needs_escape(std::uint64_t octets, std::string_view special) noexcept
{
    constexpr std::uint64_t each = 0x0101010101010101U, top = each * 0x80U;
    std::uint64_t found = octets;             // beyond ASCII
    found |= octets - each * 0x20U;           // below a space
    found |= (octets ^ each * 0x7FU) - each;  // DEL
    for (const char c : special) found |= (octets ^ each * std::uint64_t{static_cast<unsigned char>(c)}) - each;
    return (found & top) != 0;
}

}  // namespace detail

/// Writes the text to `out`, which has room for `max_escaped` times as much, with \xHH for every byte that is a control
/// character, beyond ASCII, or one of `special`. Returns where it ends.
inline char* write_escaped(char* out, std::string_view text, std::string_view special = {})
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    // find() would call memchr(3) for each octet; there are two or three special ones.
    const auto is_special = [special](char c) {
        return std::any_of(special.begin(), special.end(), [c](char s) { return c == s; });
    };
    std::size_t plain = 0;  // octets in front of which none is left to be looked at
    for (std::size_t i = 0; i < text.size();) {
        constexpr std::size_t word = sizeof(std::uint64_t);
        if (i >= plain && text.size() - i >= word) {  // most of it needs no escape: eight octets at a time
            std::uint64_t octets = 0;
            std::memcpy(&octets, text.data() + i, word);
            if (!detail::needs_escape(octets, special)) {
                std::memcpy(out, &octets, word);
                out += word;
                i += word;
                continue;
            }
            plain = i + word;
        }
        const char c = text[i++];
        if (c >= ' ' && c <= '~' && !is_special(c)) {
            *out++ = c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        for (const char shown : {'\\', 'x', digits[byte >> 4], digits[byte & 15]}) *out++ = shown;
    }
    return out;
}

/// Appends the same.
inline void append_escaped(std::string& out, std::string_view text, std::string_view special = {})
{
    const auto size = out.size();
    out.resize(size + max_escaped * text.size());
    const char* const end = write_escaped(out.data() + size, text, special);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

/// The text as it may be shown on a terminal: UTF-8 as it is, but for what `visible_length` keeps out; that, and what is no
/// UTF-8, becomes \xHH. What is longer than `limit` octets, which leave room in a line, is cut.
inline std::string printable(std::string_view text, std::size_t limit = 60)
{
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const auto rest = text.substr(at);
        const auto visible = visible_length(rest), length = visible == 0 ? 1 : visible;
        if (at + length > limit) return shown + "...";
        if (visible == 0) append_escaped(shown, rest.substr(0, 1));
        else shown += rest.substr(0, length);
        at += length;
    }
    return shown;
}

/// The text in one line, for what may quote a stranger or a file's name: no octet of it begins a line, or commands a terminal.
/// Control characters become \xHH; nothing is cut.
inline std::string without_controls(std::string_view text)
{
    std::string shown;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7F) append_escaped(shown, std::string_view{&c, 1});
        else shown += c;
    }
    return shown;
}

}  // namespace libnet::inline v0::base
