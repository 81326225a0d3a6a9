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

/// Reads a duration in seconds, as `seconds` does; s, m, h, d and w behind it stand for other units.
inline auto period(std::chrono::nanoseconds least, std::chrono::nanoseconds most)
{
    return [=](std::string_view text) {
        using namespace std::chrono;
        constexpr std::array<std::pair<char, std::chrono::seconds>, 5> units{
            {{'s', 1s}, {'m', minutes{1}}, {'h', hours{1}}, {'d', days{1}}, {'w', weeks{1}}}};
        for (const auto& [letter, unit] : units) {
            if (!text.ends_with(letter) || text.size() == 1) continue;
            const auto factor = unit / 1s;
            const auto number = base::parse_seconds(text.substr(0, text.size() - 1));
            if (!number || *number > most / factor || *number * factor < least)
                throw BadValue{fmt::format("'{}' is not a time such as 90, 1.5h or 7d, from {} to {} seconds",
                                           printable(text), duration<double>{least}.count(),
                                           duration<double>{most}.count())};
            return factor * *number;
        }
        return libnet::apps::seconds(least, most)(text);
    };
}

}  // namespace libnet::apps
