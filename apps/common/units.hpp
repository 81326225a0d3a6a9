#pragma once
// Values with a unit behind them: "1d", "1M".
//
//   const auto read = apps::period(0s, 87600h);
//   read("1d");     // 24 h

#include <apps/common/option_values.hpp>
#include <libnet/base/parse_seconds.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::apps {

/// Reads a whole number of octets; K, M, G and T behind it stand for powers of 1024, as curl has it.
inline auto octets(std::uint64_t least, std::uint64_t most)
{
    return [=](std::string_view text) {
        constexpr std::string_view units = "kmgt";
        const auto digits = text.substr(0, text.find_last_of("0123456789") + 1);
        const auto unit = text.substr(digits.size());
        const auto power = unit.size() == 1 ? units.find(base::to_lower(unit.front())) : units.npos;
        const auto number = base::parse_number<std::uint64_t>(digits);
        const auto shift = unit.empty() ? 0U : 10U * static_cast<unsigned>(power + 1);
        const bool good = number && (unit.empty() || power != units.npos) && *number <= most >> shift;
        if (!good || *number << shift < least)
            throw BadValue{fmt::format("'{}' is not a number from {} to {}, with K, M, G or T behind it if need be",
                                       printable(text), least, most)};
        return *number << shift;
    };
}

namespace detail {

/// The units of times, and their letters; those without one are seconds.
constexpr std::array<std::pair<std::string_view, std::chrono::nanoseconds>, 6> time_units{
    {{"ms", std::chrono::milliseconds{1}},
     {"s", std::chrono::seconds{1}},
     {"m", std::chrono::minutes{1}},
     {"h", std::chrono::hours{1}},
     {"d", std::chrono::days{1}},
     {"w", std::chrono::weeks{1}}}};

/// A whole number of milliseconds, in the largest unit that has it whole: "1ms", "24h"; "0".
inline std::string time_text(std::chrono::nanoseconds time)
{
    if (time.count() == 0) return "0";
    for (const std::size_t unit : {3U, 2U, 1U})
        if (time % time_units[unit].second == std::chrono::nanoseconds{0})
            return fmt::format("{}{}", time / time_units[unit].second, time_units[unit].first);
    return fmt::format("{}ms", time / std::chrono::milliseconds{1});
}

/// The nanoseconds of "500ms" or "1.5h"; nothing: it is none, or more than `most`.
inline std::optional<std::chrono::nanoseconds> read_time(std::string_view text, std::chrono::nanoseconds most)
{
    std::int64_t factor = 1, divisor = 1;
    for (const auto& [letters, unit] : time_units) {
        if (!text.ends_with(letters)) continue;
        text.remove_suffix(letters.size());
        if (letters == "ms") divisor = 1000;
        else factor = unit / std::chrono::seconds{1};
        break;
    }
    const auto number = base::parse_seconds(text);
    if (!number || *number / divisor > most / factor) return std::nullopt;
    return *number / divisor * factor;
}

}  // namespace detail

/// Reads a duration in seconds, with a fraction if need be; ms, s, m, h, d and w behind it stand for other units.
inline auto period(std::chrono::nanoseconds least, std::chrono::nanoseconds most)
{
    return [=](std::string_view text) {
        const auto time = detail::read_time(text, most);
        if (!time || *time < least)
            throw BadValue{fmt::format("'{}' is not a time from {} to {}: give one such as 30, 500ms, 30s, 5m or 1h",
                                       printable(text), detail::time_text(least), detail::time_text(most))};
        return *time;
    };
}

}  // namespace libnet::apps
