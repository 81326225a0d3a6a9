#pragma once
// How sure a share is that was counted in a sample.

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace libnet::inline v0::base {

/// Bounds of a share, 0 to 1.
struct ShareInterval {
    double low = 0;
    double high = 1;
    friend bool operator==(const ShareInterval&, const ShareInterval&) = default;
};

/// The score interval of Wilson (1927) for `hits` of `trials`. `z` says how sure it is: 1.96 covers the true share in 95 of 100
/// samples. Unlike the textbook's interval it holds for few trials, and for shares of nothing and of everything: 0 of 10
/// is 0 to 0.28. Without trials it is 0 to 1.
inline ShareInterval wilson_interval(std::uint64_t hits, std::uint64_t trials, double z = 1.96) noexcept
{
    if (trials == 0) return {};
    const auto n = static_cast<double>(trials);
    const double share = static_cast<double>(std::min(hits, trials)) / n;
    const double square = z * z;
    const double centre = share + square / (2 * n);
    const double spread = z * std::sqrt(share * (1 - share) / n + square / (4 * n * n));
    const double whole = 1 + square / n;
    // Rounding must not move the bounds of nothing and of everything.
    return {hits == 0 ? 0 : std::max(0.0, (centre - spread) / whole),
            hits >= trials ? 1 : std::min(1.0, (centre + spread) / whole)};
}

}  // namespace libnet::inline v0::base
