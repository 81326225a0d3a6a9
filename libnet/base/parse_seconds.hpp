#pragma once
// Durations as people and protocols write them: seconds with a fraction.

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace libnet::inline v0::base {

/// Reads a number of seconds that fills the text: `0.2`, `5`, `1e-3`. No sign, unit, white space, nan or inf, and at most
/// what nanoseconds can count (292 years).
inline std::optional<std::chrono::nanoseconds> parse_seconds(std::string_view text) noexcept
{
    constexpr double most = 9.2e9;
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    const bool number = error == std::errc{} && stopped == end && !std::signbit(value);
    if (!number || !(value <= most)) return std::nullopt;
    // Rounded, for 0.001 s is no double, and the nearest one may be a little less.
    return std::chrono::nanoseconds{std::llround(value * 1e9)};
}

}  // namespace libnet::inline v0::base
