#pragma once
// From what the user asked for to what the pinger is told: one stream for each host or range.

#include <apps/ping/settings.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/ping_hosts.hpp>
#include <libnet/wire/ip/address_range.hpp>
#include <libnet/wire/ip/unmapped.hpp>

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

/// What a HOST is, before anybody is asked.
struct HostWord {
    enum class Kind { name, address, range, mistake } kind = Kind::name;
    wire::AddressRange range;  ///< of an address, it twice
    std::string complaint;     ///< why it is a mistake
};

/// A hyphen may stand in a name, a slash may not.
inline HostWord read_host(const std::string& text, io::AddressFamily family)
{
    using Kind = HostWord::Kind;
    boost::system::error_code no_address;
    const auto address = wire::unmapped(asio::ip::make_address(io::resolvable_host(text), no_address));
    const bool wanted = family == io::AddressFamily::any || address.is_v4() == (family == io::AddressFamily::ipv4);
    if (!no_address && wanted && text.find('%') == text.npos) return {Kind::address, {address, address}, {}};
    if (!no_address || text.find_first_of("/-") == text.npos) return {};
    const auto range = wire::parse_address_range(text);
    if (range) return {Kind::range, *range, {}};
    if (text.find('/') == text.npos) return {};
    return {Kind::mistake, {}, fmt::format("{}: expected {}", printable(text), wire::expected(range.error()))};
}

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
    return shown || settings.until;
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
