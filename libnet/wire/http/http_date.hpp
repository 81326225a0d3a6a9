#pragma once
// Dates in fields, RFC 9110 section 5.6.7.

#include <libnet/config.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

//    Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate: the only one that is written
//    Sunday, 06-Nov-94 08:49:37 GMT    RFC 850: obsolete, read only
//    Sun Nov  6 08:49:37 1994          asctime: obsolete, read only

/// Room for an IMF-fixdate.
using HttpDateBuffer = std::array<char, 29>;

/// Writes an IMF-fixdate and returns it. Times outside the years 0 to 9999 become the nearest time inside.
std::string_view format_http_date(std::chrono::sys_seconds time, HttpDateBuffer& buffer) noexcept;

/// Reads a date of any of the three formats that fills the text. Nothing for what is no date: an unknown name, a day
/// that the month doesn't have, 25 o'clock. The name of the day need not fit the date. A leap second is the second
/// after it. The two digits of an RFC 850 year are the last such year that is no more than 50 years after `now`.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, std::chrono::sys_seconds now) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_date.ipp>
#endif
