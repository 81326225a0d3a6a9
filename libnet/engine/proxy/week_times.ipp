#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/week_times.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::array<std::string_view, 7> week_days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/// 0 for Monday.
LIBNETXX_DECL std::optional<std::size_t> week_day(std::string_view word) noexcept
{
    const auto is_it = [word](std::string_view day) { return base::iequals(day, word); };
    const auto found = std::ranges::find_if(week_days, is_it);
    if (found == week_days.end()) return std::nullopt;
    return static_cast<std::size_t>(found - week_days.begin());
}

/// Minutes from 00:00; up to 24:00.
LIBNETXX_DECL std::optional<WeekMinute> minute_of_day(std::string_view text) noexcept
{
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hours = base::parse_number<WeekMinute>(text.substr(0, 2));
    const auto minutes = base::parse_number<WeekMinute>(text.substr(3));
    if (!hours || !minutes || *minutes > 59) return std::nullopt;
    const auto minute = static_cast<WeekMinute>(*hours * 60 + *minutes);
    return minute <= minutes_of_day ? std::optional{minute} : std::nullopt;
}

/// What the words of `times` say, before days and times are put together.
struct WeekWords {
    std::array<bool, 7> days{};
    std::vector<WeekTimes::Range> times{};  // minutes of a day
    bool is_utc = false;
};

LIBNETXX_DECL bool take_days(WeekWords& said, std::string_view word) noexcept
{
    const auto dash = word.find('-');
    const auto first = week_day(word.substr(0, dash));
    const auto last = dash == word.npos ? first : week_day(word.substr(dash + 1));
    if (!first || !last) return false;
    for (auto day = *first;; day = (day + 1) % week_days.size()) {
        said.days[day] = true;
        if (day == *last) return true;
    }
}

LIBNETXX_DECL bool take_times(WeekWords& said, std::string_view word)
{
    const auto dash = word.find('-');
    if (dash == word.npos) return false;
    const auto first = minute_of_day(word.substr(0, dash)), last = minute_of_day(word.substr(dash + 1));
    if (!first || !last || *first == minutes_of_day || *first == *last) return false;
    const bool is_next_day = *last < *first;
    said.times.push_back({*first, static_cast<WeekMinute>(*last + (is_next_day ? minutes_of_day : 0))});
    return true;
}

}  // namespace detail

LIBNETXX_DECL bool WeekTimes::contains(const WeekMoment& moment) const noexcept
{
    const unsigned minute = is_utc ? moment.utc : moment.local;
    const auto has_it = [minute](const Range& range) {
        return (range.first <= minute && minute < range.last) || minute + minutes_of_week < range.last;
    };
    return ranges.empty() || std::ranges::any_of(ranges, has_it);
}

LIBNETXX_DECL WeekTimes parse_week_times(std::span<const std::string_view> words)
{
    detail::WeekWords said;
    for (const auto word : words) {
        if (base::iequals(word, "utc")) said.is_utc = true;
        else if (!detail::take_days(said, word) && !detail::take_times(said, word))
            throw std::invalid_argument{
                "'" + std::string{word} +
                "' is no time: give days such as mon-fri, times such as 08:00-18:00, and utc where "
                "they are not the local time"};
    }
    if (std::ranges::none_of(said.days, [](bool day) { return day; })) said.days.fill(true);
    if (said.times.empty()) said.times.push_back({0, minutes_of_day});
    WeekTimes times{said.is_utc, {}};
    for (std::size_t day = 0; day < said.days.size(); ++day) {
        if (!said.days[day]) continue;
        const auto begin = static_cast<WeekMinute>(day * minutes_of_day);
        for (const auto& each : said.times)
            times.ranges.push_back(
                {static_cast<WeekMinute>(begin + each.first), static_cast<WeekMinute>(begin + each.last)});
    }
    return times;
}

LIBNETXX_DECL std::string to_string(WeekMinute minute)
{
    const auto two_digits = [](unsigned number) { return std::to_string(100 + number).substr(1); };
    const unsigned of_day = minute % minutes_of_day;
    return std::string{detail::week_days[minute / minutes_of_day % 7]} + " " + two_digits(of_day / 60) + ":" +
           two_digits(of_day % 60);
}

}  // namespace libnet::inline v0::engine
