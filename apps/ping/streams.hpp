#pragma once
// From what the user asked for to what the pinger is told: one stream for each host or range.

#include <apps/common/host_word.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/ping_hosts.hpp>
#include <libnet/wire/ip/address_range.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

/// A range that would never come to an end by itself; empty if it is none.
inline std::string too_large(const std::string& text, const wire::AddressRange& range, const PingSettings& settings)
{
    constexpr std::uint64_t most = std::uint64_t{1} << 24;
    if (range.size() <= most || settings.count != 0 || settings.deadline || settings.rate) return {};
    return fmt::format("{}: {} hosts are too many without -c, -w or --rate", printable(text), range.size());
}

/// Without events, a stream costs less. They are needed to show them, and to stop at one.
inline bool needs_events(const PingSettings& settings)
{
    const bool dots = settings.flood && settings.format == PingFormat::text;
    const bool shown = settings.watch || settings.lists() || (!settings.quiet && !dots);
    const bool told_anyway = settings.plain && settings.outstanding;  // iputils' -O, with -q
    return shown || told_anyway || settings.until;
}

inline PingTargetOptions range_options(const PingSettings& settings)
{
    PingTargetOptions options;
    options.count = settings.count;
    options.quiet = !needs_events(settings);
    if (settings.rate) options.interval = std::chrono::nanoseconds{0};  // the rate is the pinger's
    return options;
}

/// With -w, answers of a host are counted in place of its probes, and an ICMP error ends it. Of a range -w ends all.
inline bool stops_at_events(const PingSettings& settings, const PingHost& host)
{
    return settings.deadline && !host.range && !host.of_range;
}

/// A host that is one of `hosts` that begin together, so long ago: each has its moment in the interval, lest they be a
/// burst.
inline PingTargetOptions host_options(const PingSettings& settings, const PingHost& host, std::size_t hosts,
                                      std::chrono::nanoseconds since_start)
{
    constexpr std::chrono::nanoseconds longest_share = std::chrono::milliseconds{10}, at_once{0};
    const auto count = static_cast<std::int64_t>(std::max<std::size_t>(hosts, 1));
    const auto moment =
        std::min(longest_share, settings.options.interval / count) * static_cast<std::int64_t>(host.index);
    PingTargetOptions options;
    const bool counts_answers = stops_at_events(settings, host);
    options.count = counts_answers ? 0 : settings.count;
    options.quiet = !counts_answers && !needs_events(settings);
    options.delay = std::max(moment - since_start, at_once);
    options.rhythm = settings.rhythm();
    options.window = settings.window();
    options.tell_outstanding = settings.outstanding;
    return options;
}

}  // namespace libnet::apps
