#pragma once
// fping's way to write times, and its words for ICMP errors.

#include <apps/ping/fping/plan.hpp>
#include <libnet/engine/ping/ping_events.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

namespace libnet::apps::fping {

/// Milliseconds with three significant digits: 0.034, 1.25, 20.3, 145.
inline std::string time_text(std::chrono::nanoseconds time)
{
    const double t = static_cast<double>(time.count()) / 1e6;
    if (t >= 1'000'000) return fmt::format("{:.3e}", t);
    return fmt::format("{:.{}f}", t, t < 1 ? 3 : t < 10 ? 2 : t < 100 ? 1 : 0);
}

inline std::tm local_time(std::time_t seconds)
{
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
}

/// Now, as -D and --timestamp-format have it.
inline std::string now_text(TimeFormat format)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    if (format == TimeFormat::seconds) return fmt::format("{:.5f}", std::chrono::duration<double>{now}.count());
    const auto parts = local_time(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    const char* const how = format == TimeFormat::ctime ? "%c"
                            : format == TimeFormat::iso ? "%Y-%m-%dT%H:%M:%S%z"
                                                        : "%Y-%m-%d %H:%M:%S";
    char text[100];
    return {text, std::strftime(text, sizeof text, how, &parts)};
}

inline std::string error_text_v4(const PingError& e)
{
    constexpr std::array<std::string_view, 16> unreachable = {
        "ICMP Network Unreachable",
        "ICMP Host Unreachable",
        "ICMP Protocol Unreachable",
        "ICMP Port Unreachable",
        "ICMP Unreachable (Fragmentation Needed)",
        "ICMP Unreachable (Source Route Failed)",
        "ICMP Unreachable (Destination Network Unknown)",
        "ICMP Unreachable (Destination Host Unknown)",
        "ICMP Unreachable (Source Host Isolated)",
        "ICMP Unreachable (Communication with Network Prohibited)",
        "ICMP Unreachable (Communication with Host Prohibited)",
        "ICMP Unreachable (Network Unreachable For Type Of Service)",
        "ICMP Unreachable (Host Unreachable For Type Of Service)",
        "ICMP Unreachable (Communication Administratively Prohibited)",
        "ICMP Unreachable (Host Precedence Violation)",
        "ICMP Unreachable (Precedence cutoff in effect)"};
    switch (e.type) {
    case 3:
        return std::string{e.code < unreachable.size() ? unreachable[e.code] : "ICMP Unreachable (Invalid Code)"};
    case 4:
        return "ICMP Source Quench";
    case 11:
        return "ICMP Time Exceeded";
    case 12:
        return "ICMP Parameter Problem";
    default:
        return fmt::format("ICMP {}", e.type);
    }
}

/// "ICMP Host Unreachable from 192.0.2.1 for ICMP Echo sent to host"
inline std::string error_line(const PingError& e, std::string_view host)
{
    const auto from = e.from.to_string();
    if (e.from.is_v4()) return fmt::format("{} from {} for ICMP Echo sent to {}\n", error_text_v4(e), from, host);
    constexpr std::array<std::string_view, 4> kinds = {"Destination Unreachable", "Packet Too Big", "Time Exceeded",
                                                       "Parameter Problem"};
    const bool known = e.type >= 1 && e.type <= kinds.size();
    const auto what = known ? fmt::format("ICMPv6 {}", kinds[e.type - 1U]) : fmt::format("ICMPv6 Type {}", e.type);
    const auto detail = e.type == 2 ? std::string{} : fmt::format(" ({})", e.words());
    return fmt::format("{}{} from {} for ICMPv6 Echo Request sent to {}\n", what, detail, from, host);
}

}  // namespace libnet::apps::fping
