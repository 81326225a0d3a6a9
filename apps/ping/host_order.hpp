#pragma once
// In which order a table shows the hosts.

#include <apps/ping/option_readers.hpp>
#include <libnet/ping_hosts.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace libnet::apps {

/// What hosts are compared by: the largest number first, as it is the trouble that one looks for. Times that aren't
/// known come last.
inline double sort_value(PingSort by, const PingStatistics& n)
{
    using enum PingSort;
    const auto time = [&n](std::chrono::nanoseconds value) {
        return n.received == 0 ? -1.0 : static_cast<double>(value.count());
    };
    switch (by) {
    case sent:
        return static_cast<double>(n.sent);
    case received:
        return static_cast<double>(n.received);
    case loss:
        return n.sent == 0 ? 101 : n.loss_percent();  // nothing could be sent: worse than loss
    case last:
        return time(n.rtt.last);
    case min:
        return time(n.rtt.min);
    case mean:
        return time(n.rtt.mean);
    case p95:
        return time(n.rtt.p95);
    case max:
        return time(n.rtt.max);
    case mdev:
        return time(n.rtt.mdev);
    case jitter:
        return time(n.rtt.jitter);
    case given:
    case name:
    case address:
        break;
    }
    return 0;
}

/// The hosts' indices in the order that is wished. Equal ones keep the order in which they were given.
inline std::vector<std::uint32_t> ordered(const PingHosts& hosts, PingSort by)
{
    std::vector<std::uint32_t> order(hosts.size());
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    if (by == PingSort::given) return order;
    if (by == PingSort::name) {
        std::ranges::stable_sort(order, {}, [&](std::uint32_t i) -> const std::string& { return hosts.host(i).name; });
        return order;
    }
    if (by == PingSort::address) {
        std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return hosts.host(i).address; });
        return order;
    }
    std::vector<double> values(hosts.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = sort_value(by, hosts.numbers(i));
    std::ranges::stable_sort(order, std::greater{}, [&](std::uint32_t i) { return values[i]; });
    return order;
}

}  // namespace libnet::apps
