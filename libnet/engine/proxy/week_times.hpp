#pragma once
// Times of day and days of the week, as rules have them.

#include <libnet/config.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// A minute of the week, from Monday 00:00: 0 to 10079.
using WeekMinute = std::uint16_t;
inline constexpr WeekMinute minutes_of_day = 1440, minutes_of_week = 7 * minutes_of_day;  ///< how many

/// When a client asks, by two clocks. Whoever has a clock fills it in: see io::week_moment.
struct WeekMoment {
    WeekMinute local = 0;  ///< where the proxy is
    WeekMinute utc = 0;    ///< the same moment in UTC
    friend bool operator==(const WeekMoment&, const WeekMoment&) = default;
};

/// When a rule counts.
struct WeekTimes {
    /// From the first minute to the one before the last; past the end of the week it goes on at its beginning.
    struct Range {
        WeekMinute first = 0, last = 0;  ///< `last` is the first one behind it
        friend bool operator==(const Range&, const Range&) = default;
    };
    bool is_utc = false;          ///< else the proxy's local time
    std::vector<Range> ranges{};  ///< empty: always

    bool contains(const WeekMoment& moment) const noexcept;  ///< the moment is in one of the ranges
    bool empty() const noexcept { return ranges.empty(); }   ///< there are no ranges: always
    friend bool operator==(const WeekTimes&, const WeekTimes&) = default;
};

/// Reads "mon-fri", "08:00-18:00", "utc", in any order and number: on each of these days each of these times counts. Without
/// days every day does, without times the whole day. A time that ends at or before its beginning ends on the next day
/// ("fri 22:00-06:00" ends on Saturday); 24:00 is the end of a day. Days are those of the proxy's local time, unless "utc"
/// stands among them.
/// @throws std::invalid_argument  a word is none of these; what() says what would do
WeekTimes parse_week_times(std::span<const std::string_view> words);

/// "mon 08:05".
std::string to_string(WeekMinute minute);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/week_times.ipp>
#endif
