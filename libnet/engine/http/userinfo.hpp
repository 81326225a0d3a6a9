#pragma once
// Credentials in the URL of a request: "http://user:secret@host/" (RFC 3986 section 3.2.1).

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace libnet::inline v0::engine {

/// The userinfo in the first line of what has come, with the "@" behind it; empty: there is none.
inline std::span<char> userinfo_of(std::span<char> octets) noexcept
{
    const std::string_view text{octets.data(), octets.size()};
    const auto begin = std::min(text.find_first_not_of("\r\n"), text.size());
    const auto line = text.substr(0, std::min(text.find_first_of("\r\n", begin), text.size()));
    const auto scheme_end = line.find("://");
    if (scheme_end == line.npos || line.find_first_of("/?") < scheme_end) return {};
    const auto authority = line.substr(scheme_end + 3);
    const auto last = authority.substr(0, authority.find_first_of("/?# ")).rfind('@');
    return last == line.npos ? std::span<char>{} : octets.subspan(scheme_end + 3, last + 1);
}

/// Takes it out: what stands before it moves right, and so many octets at the front are of no use any more. A recipient may
/// refuse such a URL as well (RFC 9110 section 4.2.4).
inline std::size_t remove_userinfo(std::span<char> octets) noexcept
{
    const auto userinfo = userinfo_of(octets);
    if (userinfo.empty()) return 0;
    std::copy_backward(octets.data(), userinfo.data(), userinfo.data() + userinfo.size());
    return userinfo.size();
}

/// What may be credentials in the line of a refused request, for which no grammar can be relied on; empty: nothing. In a
/// target that begins with no slash that is all up to the last "@"; where the line ends within a URL's authority that has
/// a colon, all of that.
inline std::span<char> possible_userinfo_of(std::span<char> line) noexcept
{
    const std::string_view text{line.data(), line.size()};
    const auto space = text.find(' ');
    if (space == text.npos || text.substr(space + 1).starts_with('/')) return {};
    const auto scheme = text.find("://", space);
    const auto begin = scheme == text.npos ? space + 1 : scheme + 3;
    const auto target = text.substr(begin, text.find(' ', begin) - begin);
    const auto last = target.rfind('@');
    if (last != target.npos) return line.subspan(begin, last);
    const bool is_cut = scheme != text.npos && begin + target.size() == text.size() &&
                        target.find(':') != target.npos && target.find_first_of("/?") == target.npos;
    return is_cut ? line.subspan(begin) : std::span<char>{};
}

/// Makes it unreadable, for a log.
inline void hide_userinfo(std::span<char> line) noexcept { std::ranges::fill(possible_userinfo_of(line), '*'); }

}  // namespace libnet::inline v0::engine
