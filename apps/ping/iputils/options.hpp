#pragma once
// The table of options of iputils' ping, and its words for what is wrong with them.

#include <apps/ping/getopt_table.hpp>
#include <apps/ping/iputils/fault.hpp>
#include <apps/ping/iputils/node_request.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/base/parse_seconds.hpp>
#include <libnet/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace libnet::apps::iputils {

/// What a command line says, beside the settings.
struct Request {
    std::vector<std::string> operands;
    std::string origin;  ///< -I
    bool help = false, version = false, strict_source = false;
    NodeRequest node;           ///< -N
    bool prespecified = false;  ///< -T tsprespec: the operands in front of the last one write their times down
};

/// The words of -N are the answer.
struct NodeHelpWanted {};

using Text = const std::string&;

/// A whole number, as strtol(3) reads it.
inline std::int64_t number(Text text, std::int64_t least, std::int64_t most)
{
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(text.c_str(), &end, 10);
    const auto why = errno == 0 ? std::string{} : fmt::format(": {}", std::strerror(errno));
    if (text.empty() || *end != '\0' || errno != 0) throw Fault{1, fmt::format("invalid argument: '{}'{}", text, why)};
    if (value < least || value > most)
        throw Fault{1, fmt::format("invalid argument: '{}': out of range: {} <= value <= {}", text, least, most)};
    return value;
}

/// Seconds, with a fraction, as strtod(3) reads them: "0x10", " 3". What stands behind the number is complained of, and no
/// more: scripts get by with "-i eth0".
inline std::chrono::nanoseconds seconds_of(const PingSettings& settings, Text text, std::string_view complaint)
{
    constexpr double most = std::numeric_limits<int>::max() / 1000.0;
    const auto fault = [&](std::string_view why) { return Fault{2, fmt::format("{}: {}{}", complaint, text, why)}; };
    if (text.empty()) throw fault("");
    char* end = nullptr;
    errno = 0;
    const double value = std::strtod(text.c_str(), &end);
    if (errno != 0 || end == text.c_str() || *end != '\0') {
        complain(settings.program, fmt::format("option argument contains garbage: {}", end));
        complain(settings.program, "this will become fatal error in the future");
    }
    const int kind = std::fpclassify(value);
    if (kind != FP_NORMAL && kind != FP_ZERO) throw fault(": Numerical result out of range");
    if (value < 0 || value > most) throw fault("");
    return std::chrono::nanoseconds{std::llround(value * 1e9)};
}

/// Whole seconds, or a fraction.
inline std::chrono::nanoseconds deadline_of(Text text)
{
    if (text.find('.') == std::string::npos)
        return std::chrono::seconds{number(text, 0, std::numeric_limits<int>::max())};
    const auto fraction = base::parse_seconds(text);
    if (!fraction) throw Fault{1, fmt::format("invalid argument: '{}'", text)};
    return *fraction;
}

/// Hexadecimal digits; those beyond 16 octets have no room in the pattern, and don't count.
inline PingPattern pattern_of(Text text)
{
    const auto bad = std::find_if_not(text.begin(), text.end(), [](char c) { return base::hex_value(c) >= 0; });
    if (bad != text.end() || text.empty())
        throw Fault{2, fmt::format("patterns must be specified as hex digits: {}",
                                   text.substr(static_cast<std::size_t>(bad - text.begin())))};
    return ping_pattern()(text.substr(0, 2 * PingPattern::max_size));
}

inline std::uint64_t hexadecimal_or_decimal(Text text, const std::string& complaint)
{
    const auto digits = without_0x(text);
    char* end = nullptr;
    const std::string copy{digits};
    const auto value = std::strtoull(copy.c_str(), &end, digits == text ? 10 : 16);
    if (copy.empty() || copy.front() == '-' || *end != '\0') throw Fault{2, fmt::format("{}: {}", complaint, text)};
    return value;
}

inline std::uint8_t traffic_class_of(Text text)
{
    const auto value = hexadecimal_or_decimal(text, "bad TOS value");
    if (value > 255) throw Fault{2, fmt::format("the decimal value of TOS bits must be in range 0-255: {}", value)};
    return static_cast<std::uint8_t>(value);
}

inline std::uint32_t flow_label_of(Text text)
{
    const auto value = hexadecimal_or_decimal(text, "bad value for flowinfo");
    if (value > 0xF'FFFF) throw Fault{2, fmt::format("flow value is greater than 20 bits: {}", text)};
    return static_cast<std::uint32_t>(value);
}

/// A value that the own options' reader takes, or this complaint.
template <typename Reader>
auto read_or(Reader&& reader, Text text, std::string_view complaint)
{
    try {
        return reader(text);
    } catch (const BadValue&) {
        throw Fault{2, fmt::format("{}: {}", complaint, text)};
    }
}

inline void set_family(PingSettings& s, io::AddressFamily family)
{
    if (s.family != io::AddressFamily::any && s.family != family)
        throw Fault{2, "only one -4 or -6 option may be specified"};
    s.family = family;
}

/// `prespecified` is a kind of timestamps, too: which hosts write theirs down is known when the operands are.
inline void set_record(PingSettings& s, Request& request, PingRecord record, bool prespecified = false)
{
    const bool route = s.options.record == PingRecord::route, times = !route && s.options.record != PingRecord::nothing;
    if (record == PingRecord::route ? times : route) throw Fault{2, "only one of -T or -R may be used"};
    s.options.record = record;
    request.prespecified = prespecified;
}

inline void set_timestamps(PingSettings& s, Request& request, Text text)
{
    if (text == "tsprespec") return set_record(s, request, PingRecord::timestamps_and_addresses, true);
    set_record(s, request, read_or(timestamp_record(), text, "invalid timestamp type"));
}

inline void add_probe_options(GetoptTable& table, PingSettings& s, Request& request)
{
    auto& o = s.options;
    constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max(), most = std::numeric_limits<int>::max();
    table.add('4', {}, {}, "IPv4 only", [&s](Text) { set_family(s, io::AddressFamily::ipv4); })
        .add('6', {}, {}, "IPv6 only", [&s](Text) { set_family(s, io::AddressFamily::ipv6); })
        .flag('A', {}, "send at the pace of the round trip", s.adaptive)
        .flag('b', {}, "allow a broadcast address", o.broadcast)
        .flag('B', {}, "keep the source address", request.strict_source)
        .add('c', {}, "<count>", "stop after so many answers",
             [&s](Text text) { s.count = static_cast<std::uint64_t>(number(text, 1, longest)); })
        .flag('C', {}, "connect(2) the socket", o.connect)
        .flag('d', {}, "set SO_DEBUG", o.debug)
        .add('e', {}, "<identifier>", "of the requests; 0 takes a raw socket",
             [&o](Text text) { o.identifier = static_cast<std::uint16_t>(number(text, 0, 65'535)); })
        .add('F', {}, "<flowlabel>", "of IPv6", [&o](Text text) { o.flow_label = flow_label_of(text); })
        .add('i', {}, "<interval>", "seconds from one request to the next (1)",
             [&s](Text text) { s.interval = seconds_of(s, text, "bad timing interval"); })
        .add('I', {}, "<interface>", "or address to send from", [&request](Text text) { request.origin = text; })
        .add('l', {}, "<preload>", "requests at once first",
             [&s](Text text) { s.preload = static_cast<std::uint32_t>(number(text, 1, 65'536)); })
        .add('L', {}, {}, "multicasts don't come back", [&o](Text) { o.multicast_loopback = false; })
        .add('m', {}, "<mark>", "of the packets",
             [&o](Text text) { o.mark = static_cast<std::uint32_t>(number(text, 0, 0xFFFF'FFFF)); })
        .add('M', {}, "<pmtud opt>", "do, dont, want or probe",
             [&o](Text text) { o.path_mtu_discovery = read_or(path_mtu_discovery(), text, "invalid -M argument"); })
        .add('N', {}, "<nodeinfo opt>", "ask an IPv6 node for its names or addresses; -N help shows how",
             [&request](Text text) {
                 if (!read_node_option(request.node, text)) throw NodeHelpWanted{};
             })
        .add('p', {}, "<pattern>", "hexadecimal octets of the payload",
             [&o](Text text) { o.pattern = pattern_of(text); })
        .add('Q', {}, "<tclass>", "traffic class", [&o](Text text) { o.traffic_class = traffic_class_of(text); })
        .flag('r', {}, "to hosts on the local links only", o.dont_route)
        .add('R', {}, {}, "record the route (IPv4)",
             [&s, &request](Text) { set_record(s, request, PingRecord::route); })
        .add('s', {}, "<size>", "octets of payload (56)",
             [&o](Text text) { o.payload_size = static_cast<std::size_t>(number(text, 0, most)); })
        .add('S', {}, "<size>", "of the send buffer",
             [&o](Text text) { o.send_buffer = static_cast<int>(number(text, 1, most)); })
        .add('t', {}, "<ttl>", "time to live, or hop limit",
             [&o](Text text) { o.ttl = static_cast<int>(number(text, 0, 255)); })
        .add('T', {}, "<timestamp>", "record times (IPv4): tsonly, tsandaddr, or tsprespec for those of up to 4 <hop>s",
             [&s, &request](Text text) { set_timestamps(s, request, text); });
    table.add('w', {}, "<deadline>", "seconds until the end", [&s](Text text) {
        const auto deadline = deadline_of(text);
        s.deadline.reset();
        if (deadline.count() != 0) s.deadline = deadline;
    });
    table.add('W', {}, "<timeout>", "seconds to wait for the last answers (10); 0: without an end",
              [&s](Text text) { s.plain->linger = seconds_of(s, text, "bad linger time"); });
}

inline void add_output_options(GetoptTable& table, PingSettings& s, Request& request)
{
    table.flag('3', {}, "round trips to the microsecond", s.plain->precise)
        .flag('a', {}, "ring the bell at each answer", s.audible)
        .flag('D', {}, "the time in front of each line", s.timestamps)
        .add('f', {}, {}, "as fast as answers come",
             [&s](Text) {
                 s.flood = true;
                 s.names = PingNames::never;
             })
        .add('H', {}, {}, "look names up", [&s](Text) { s.names = PingNames::always; })
        .add('j', {}, {}, "JSON Lines", [&s](Text) { s.format = PingFormat::json; })
        .add('n', {}, {}, "addresses, no names", [&s](Text) { s.names = PingNames::never; })
        .flag('O', {}, "tell what is unanswered at the next request", s.outstanding)
        .flag('q', {}, "only the summary", s.quiet)
        .add('U', {}, {}, "times as a program sees them", [&s](Text) { s.options.clock = PingClock::user; })
        .flag('v', {}, "tell more", s.verbose)
        .flag('V', {}, "version", request.version)
        .flag('h', {}, "help", request.help)
        .flag('?', {}, "help", request.help);
}

/// "\nUsage\n  ping [options] <destination>\n ...", as scripts show it.
inline std::string usage_text(const GetoptTable& table)
{
    std::string text{
        "\nUsage\n  ping [options] <destination>\n  ping [options] <hop> ... <destination>\n\nOptions:\n"
        "  <destination>      dns name or ip address\n"
        "  <hop>              by way of these, up to 9 (IPv4; -r: by no other)\n"};
    for (const auto& entry : table.entries())
        text += fmt::format(
            "  {:<18} {}\n",
            fmt::format("-{}{}{}", entry.letter, entry.placeholder.empty() ? "" : " ", entry.placeholder), entry.help);
    return text;
}

}  // namespace libnet::apps::iputils
