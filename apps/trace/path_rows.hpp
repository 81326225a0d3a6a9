#pragma once
// A watched path as rows of text for people: what the report in a pipe and the screen have in common.

#include <apps/trace/extension_text.hpp>
#include <apps/trace/report.hpp>
#include <libnet/engine/trace/path_watch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// A hop in words.
struct PathRow {
    std::uint8_t ttl = 0;
    std::string host;                   ///< name, address or both, of the router that answered most; "???": none did
    std::vector<std::string> others{};  ///< the other routers of the hop
    std::string labels{};               ///< MPLS labels and the like, where they are wanted
    HopNumbers numbers{};
    HopVerdict verdict{};
};

/// "AS64500 r1.example (10.0.1.1)", as far as these are wanted and known.
inline std::string host_text(const TraceSettings& settings, const asio::ip::address& address, const Describe& describe)
{
    const auto described = describe(address);
    auto text = address.to_string();
    if (described.name) text = settings.watch ? *described.name : fmt::format("{} ({})", *described.name, text);
    if (described.entry) text += fmt::format(" [{}]", *described.entry);
    return settings.origins ? fmt::format("{:<9} {}", described.origin.value_or("AS???"), text) : text;
}

inline std::vector<PathRow> path_rows(const TraceSettings& settings, const PathWatch& watch, const Describe& describe)
{
    std::vector<PathRow> rows;
    auto verdicts = watch.verdicts();
    for (std::size_t i = 0; i < watch.hops().size(); ++i) {
        const auto& hop = watch.hops()[i];
        PathRow row;
        row.ttl = hop.ttl;
        row.numbers = hop.statistics.numbers();
        row.verdict = std::move(verdicts[i]);
        auto routers = hop.routers;
        std::ranges::stable_sort(routers, std::greater{},
                                 [](const WatchedRouter& router) { return router.statistics.received(); });
        for (const auto& router : routers) row.others.push_back(host_text(settings, router.address, describe));
        if (row.others.empty() && hop.last) row.others.push_back(host_text(settings, hop.last->from, describe));
        if (row.others.empty()) row.others.emplace_back("???");
        row.host = row.others.front();
        row.others.erase(row.others.begin());
        if (settings.extensions && hop.last)
            row.labels = extension_text(hop.last->extensions) + changes_text(*hop.last);
        rows.push_back(std::move(row));
    }
    return rows;
}

/// A column of numbers.
struct PathColumn {
    std::string_view title;
    std::size_t width;
    std::string (*text)(const HopNumbers&);
};

namespace detail {

inline std::string milliseconds(const HopNumbers& numbers, std::chrono::nanoseconds time)
{
    if (numbers.received == 0) return "-";
    const double value = std::chrono::duration<double, std::milli>{time}.count();
    return value < 99.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

}  // namespace detail

namespace path_column {
inline constexpr PathColumn loss{"Loss%", 7, [](const HopNumbers& n) {
                                     return n.sent == 0 ? std::string{"-"} : fmt::format("{:.1f}%", n.loss() * 100);
                                 }};
inline constexpr PathColumn sent{"Snt", 6, [](const HopNumbers& n) { return std::to_string(n.sent); }};
inline constexpr PathColumn last{"Last", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.last); }};
inline constexpr PathColumn mean{"Avg", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.mean); }};
inline constexpr PathColumn best{"Best", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.best); }};
inline constexpr PathColumn worst{"Wrst", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.worst); }};
inline constexpr PathColumn deviation{"StDev", 7,
                                      [](const HopNumbers& n) { return detail::milliseconds(n, n.deviation); }};
inline constexpr PathColumn jitter{"Jttr", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.jitter); }};
inline constexpr PathColumn p50{"p50", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.p50); }};
inline constexpr PathColumn p95{"p95", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.p95); }};
inline constexpr PathColumn p99{"p99", 7, [](const HopNumbers& n) { return detail::milliseconds(n, n.p99); }};
/// The bounds of the loss, 95 %.
inline constexpr PathColumn bounds{"95% of loss", 13, [](const HopNumbers& n) {
                                       return n.sent == 0 ? std::string{"-"}
                                                          : fmt::format("{:.0f}-{:.0f}%", n.loss_bounds.low * 100,
                                                                        n.loss_bounds.high * 100);
                                   }};
}  // namespace path_column

/// Whether a verdict says more than the numbers do.
inline bool is_remarkable(const HopVerdict& verdict)
{
    return verdict.kind != HopKind::forwards && verdict.kind != HopKind::reached;
}

/// "hop 3: rate-limited: answers 38 of 100 probes, ...".
inline std::string verdict_line(const PathRow& row)
{
    return fmt::format("hop {}: {}: {}", row.ttl, name_of(row.verdict.kind), row.verdict.evidence);
}

/// The local time of day, "2026-11-28 13:26:26".
inline std::string time_text(std::chrono::system_clock::time_point at)
{
    const auto seconds = std::chrono::system_clock::to_time_t(at);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
    return {text.data(), size};
}

/// "10.0.1.1 * 10.0.3.1" of the hops that changed.
inline std::string routers_text(const PathRouters& routers, std::uint8_t first_ttl, std::uint8_t last_ttl)
{
    std::string text;
    for (std::size_t ttl = first_ttl; ttl <= last_ttl && ttl <= routers.size(); ++ttl) {
        const auto& router = routers[ttl - 1];
        if (!text.empty()) text += ' ';
        text += router ? router->to_string() : "*";
    }
    return text.empty() ? "nothing" : text;
}

/// "2026-11-28 13:26:26 round 21: the path changed at hop 2: 10.0.2.1, now 10.0.4.1". A path of another length is told to
/// its end.
inline std::string change_line(const PathChange& change)
{
    const auto hops = change.first_ttl == change.last_ttl
                          ? fmt::format("hop {}", change.first_ttl)
                          : fmt::format("hops {} to {}", change.first_ttl, change.last_ttl);
    const auto last = change.before.size() == change.after.size() ? change.last_ttl : std::uint8_t{255};
    return fmt::format("{} round {}: the path changed at {}: {}, now {}", time_text(change.at), change.round, hops,
                       routers_text(change.before, change.first_ttl, last),
                       routers_text(change.after, change.first_ttl, last));
}

}  // namespace libnet::apps
