#pragma once
// The kernel's counters of what it did with packets, as /proc/net/snmp and /proc/net/snmp6 tell them (proc(5)).

#include <libnet/base/text.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

//  Icmp: InMsgs InErrors InCsumErrors ...      a line of names for each protocol,
//  Icmp: 4 0 0 ...                             and one of their values

/// The counter of a protocol in /proc/net/snmp, such as ("Icmp:", "InCsumErrors"); nullopt: it isn't there.
inline std::optional<std::uint64_t> snmp_counter(std::string_view text, std::string_view protocol,
                                                 std::string_view name) noexcept
{
    while (!text.empty()) {
        auto names = base::take_line(text);
        if (base::take_word(names) != protocol) continue;
        auto values = base::take_line(text);
        if (base::take_word(values) != protocol) return std::nullopt;
        while (!names.empty() && !values.empty()) {
            const bool wanted = base::take_word(names) == name;
            const auto value = base::take_word(values);
            if (wanted) return base::parse_number<std::uint64_t>(value);
        }
    }
    return std::nullopt;
}

//  Icmp6InCsumErrors               	0       a line for each counter

/// A counter in /proc/net/snmp6, such as "Icmp6InCsumErrors"; nullopt: it isn't there.
inline std::optional<std::uint64_t> snmp6_counter(std::string_view text, std::string_view name) noexcept
{
    while (!text.empty()) {
        auto line = base::take_line(text);
        if (base::take_word(line) == name) return base::parse_number<std::uint64_t>(base::take_word(line));
    }
    return std::nullopt;
}

}  // namespace libnet::inline v0::wire
