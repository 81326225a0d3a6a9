#pragma once
// What the values of trace++'s options may be.

#include <apps/common/option_values.hpp>
#include <libnet/tracer.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::apps {

/// How long an answer is waited for; see TraceOptions.
struct WaitTimes {
    std::chrono::milliseconds timeout{};
    double here_factor = 0;
    double near_factor = 0;
};

/// Reads a number from 0 to `most`.
inline double number_up_to(std::string_view text, double most, const std::string& complaint)
{
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end || !(value >= 0 && value <= most)) throw BadValue{complaint};
    return value;
}

/// Reads MAX[,HERE[,NEAR]] as traceroute does: a factor that isn't given is 0, which means that it doesn't count.
inline auto wait_times()
{
    return [](std::string_view text) {
        const auto factor = [](std::string_view part) {
            return number_up_to(
                part, 1000,
                fmt::format("'{}' is not MAX,HERE,NEAR: the factors are numbers from 0 to 1000", printable(part)));
        };
        const auto next_part = [&text] {
            const auto comma = std::min(text.find(','), text.size());
            const auto part = text.substr(0, comma);
            text.remove_prefix(std::min(comma + 1, text.size()));
            return part;
        };
        const auto max = seconds(std::chrono::milliseconds{1}, std::chrono::hours{1})(next_part());
        WaitTimes times{std::chrono::duration_cast<std::chrono::milliseconds>(max)};
        if (!text.empty()) times.here_factor = factor(next_part());
        if (!text.empty()) times.near_factor = factor(text);
        return times;
    };
}

/// Reads the gap between probes as traceroute does: seconds up to 10, above that milliseconds.
inline auto send_wait()
{
    return [](std::string_view text) {
        constexpr double longest_in_seconds = 10;
        const auto number = number_up_to(
            text, 60'000,
            fmt::format("'{}' is no gap: give seconds up to 10, or milliseconds from 11 to 60000", printable(text)));
        const auto seconds = number > longest_in_seconds ? number / 1000 : number;
        return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{seconds});
    };
}

/// Reads how many probes a second there may be.
inline auto probe_rate()
{
    return [](std::string_view text) {
        const auto complaint =
            fmt::format("'{}' is no rate: give probes a second, more than 0 and up to 1000000", printable(text));
        const auto rate = number_up_to(text, 1e6, complaint);
        if (rate < 0.001) throw BadValue{complaint};
        return rate;
    };
}

/// Reads a whole number in decimal, or with 0x in hexadecimal.
template <std::integral T>
auto any_base(T most)
{
    return [most](std::string_view text) {
        const bool hex = text.starts_with("0x") || text.starts_with("0X");
        const auto number = base::parse_number<T>(hex ? text.substr(2) : text, hex ? 16 : 10);
        if (!number || *number > most)
            throw BadValue{fmt::format("'{}' is not a whole number from 0 to {}", printable(text), most)};
        return *number;
    };
}

/// Reads the name of one of traceroute's modules. "default" is UDP to rising ports there, and to one port here, unless
/// `--classic` says so.
inline auto trace_module()
{
    return [](std::string_view text) {
        for (const std::string_view other : {"udplite", "dccp", "raw", "tcpconn"})
            if (text == other)
                throw BadValue{
                    fmt::format("'{}': there are no such probes here: take default, udp, icmp or tcp", other)};
        return choice<TraceProbe>({{"default", TraceProbe::udp},
                                   {"udp", TraceProbe::udp_constant},
                                   {"icmp", TraceProbe::icmp},
                                   {"tcp", TraceProbe::tcp}})(text);
    };
}

/// Reads an IP protocol, by its number or name, of those that probes can be.
inline auto trace_protocol()
{
    return [](std::string_view text) {
        for (const std::string_view icmp : {"1", "58", "icmp", "ipv6-icmp"})
            if (text == icmp) return TraceProbe::icmp;
        if (text == "17" || text == "udp") return TraceProbe::udp_constant;
        if (text == "6" || text == "tcp") return TraceProbe::tcp;
        throw BadValue{
            fmt::format("'{}': probes are of protocol 1 or 58 (icmp), 6 (tcp) or 17 (udp); raw packets of "
                        "others are not supported",
                        printable(text))};
    };
}

/// An option of traceroute that can't be honoured here: it is refused, not ignored.
inline auto refused(std::string why)
{
    return [why = std::move(why)](std::string_view) -> bool { throw BadValue{why}; };
}

/// Reads the name of an interface.
inline auto interface_name()
{
    return [](std::string_view text) {
        if (text.empty() || text.size() > InterfaceName::max_size)
            throw BadValue{fmt::format("'{}' is not the name of an interface: it has 1 to 15 octets", printable(text))};
        return InterfaceName{text};
    };
}

/// Reads a share in percent.
inline auto percentage()
{
    return [](std::string_view text) {
        auto digits = text;
        if (digits.ends_with('%')) digits.remove_suffix(1);
        return number_up_to(digits, 100, fmt::format("'{}' is not a percentage from 0 to 100", printable(text)));
    };
}

}  // namespace libnet::apps
