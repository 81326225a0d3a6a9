#pragma once
// Ports of targets.

#include <cstdint>

namespace libnet::inline v0::engine {

/// One port, or the ports from `first` to `last`, both included.
struct PortRange {
    /// Port 0, to which nothing connects.
    PortRange() = default;
    /// This port alone; `{443, 8443}` are two ranges.
    constexpr PortRange(std::uint16_t only) noexcept : first{only}, last{only} {}
    /// `from` to `to`.
    constexpr PortRange(std::uint16_t from, std::uint16_t to) noexcept : first{from}, last{to} {}

    std::uint16_t first = 0, last = 0;  ///< 0 to 65535
    /// It is one of them.
    constexpr bool contains(std::uint16_t port) const noexcept { return first <= port && port <= last; }
    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// Every port that there is.
inline constexpr PortRange every_port{1, 65535};

}  // namespace libnet::inline v0::engine
