#pragma once
// What the values of trace++'s options may be.

#include <apps/common/option_values.hpp>
#include <libnet/tracer.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netdb.h>

namespace libnet::apps {

namespace asio = boost::asio;

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

/// Reads MAX[,HERE[,NEAR]] as traceroute does, with slashes too: a factor that isn't given is 0, which means that it doesn't count.
inline auto wait_times()
{
    return [](std::string_view text) {
        const auto factor = [](std::string_view part) {
            return number_up_to(
                part, 1000,
                fmt::format("'{}' is not MAX,HERE,NEAR: the factors are numbers from 0 to 1000", printable(part)));
        };
        const auto next_part = [&text] {
            const auto comma = std::min(text.find_first_of(",/"), text.size());
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

/// What the flags of methods choose, such as -I, -M and -P.
struct TraceModule {
    TraceProbe method = TraceProbe::udp;
    std::uint8_t protocol = 253;  ///< of raw packets
    bool connects = false;        ///< TCP by connect(2)
    friend bool operator==(const TraceModule&, const TraceModule&) = default;
};

/// Reads the number of an IP protocol that raw packets may be of.
inline std::uint8_t raw_protocol(std::string_view text)
try {
    return integer<std::uint8_t>(1, 254)(text);
} catch (const BadValue&) {
    throw BadValue{fmt::format("'{}' is no IP protocol: give a number from 1 to 254, or a name of /etc/protocols",
                               printable(text))};
}

/// Reads the name of one of traceroute's modules. "default" is UDP to rising ports there, and to one port here, unless
/// `--classic` says so.
inline auto trace_module()
{
    return choice<TraceModule>({{"default", {.method = TraceProbe::udp}},
                                {"udp", {.method = TraceProbe::udp_constant}},
                                {"icmp", {.method = TraceProbe::icmp}},
                                {"tcp", {.method = TraceProbe::tcp}},
                                {"tcpconn", {.method = TraceProbe::tcp, .connects = true}},
                                {"udplite", {.method = TraceProbe::udp_lite}},
                                {"dccp", {.method = TraceProbe::dccp}},
                                {"raw", {.method = TraceProbe::raw}}});
}

/// The number of an IP protocol that has a name, here or in /etc/protocols, with its aliases; nullopt: it has none.
inline std::optional<int> named_protocol(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, int>, 6> well_known{
        {{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"dccp", 33}, {"ipv6-icmp", 58}, {"udplite", 136}}};
    for (const auto& [name, number] : well_known)
        if (text == name) return number;
    const std::string name{text};
    const auto* const entry = ::getprotobyname(name.c_str());
    return entry != nullptr ? std::optional{entry->p_proto} : std::nullopt;
}

/// Reads an IP protocol, by its number or name. Of a protocol that has probes of its own, these are taken: packets without
/// a header of it would say less about the path.
inline auto trace_protocol()
{
    return [](std::string_view text) {
        const auto named = named_protocol(text);
        if (named && (*named < 1 || *named > 254))
            throw BadValue{
                fmt::format("'{}' is protocol {}: an IP header has room for 1 to 254", printable(text), *named)};
        const auto protocol = named ? static_cast<std::uint8_t>(*named) : raw_protocol(text);
        switch (protocol) {
        case 1:
        case 58:
            return TraceModule{.method = TraceProbe::icmp};
        case 6:
            return TraceModule{.method = TraceProbe::tcp};
        case 17:
            return TraceModule{.method = TraceProbe::udp_constant};
        case 33:
            return TraceModule{.method = TraceProbe::dccp};
        case 136:
            return TraceModule{.method = TraceProbe::udp_lite};
        default:
            return TraceModule{.method = TraceProbe::raw, .protocol = protocol};
        }
    };
}

/// Reads the addresses of gateways, with commas between them.
inline auto gateways()
{
    return [](std::string_view text) {
        std::vector<asio::ip::address_v4> read;
        for (const auto& word : texts("gateway")(text)) {
            const auto one = address()(word);
            if (!one.is_v4())
                throw BadValue{
                    fmt::format("'{}': gateways are IPv4 addresses: the type 0 routing headers of IPv6 are "
                                "dropped everywhere (RFC 5095)",
                                printable(word))};
            read.push_back(one.to_v4());
        }
        return read;
    };
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
