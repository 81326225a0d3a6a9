#pragma once
// The results of several hosts as a table, a row each.
//
//   host   address     sent  recv    loss      min     mean      p95      max     mdev
//   alpha  10.0.4.2      20    20      0%    0.031    0.050    0.060    0.110    0.012
//   beta   10.0.5.2      20    15     25%    0.040    0.066    0.090    0.120    0.018  5 lost, 1 late
//   gone   unresolved     0     0       -        -        -        -        -        -  no such host

#include <apps/common/terminal_text.hpp>
#include <apps/ping/host_order.hpp>
#include <libnet/base/utf8.hpp>
#include <libnet/ping_hosts.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::apps {

/// What isn't in the columns: "2 late, 1 duplicate, 3 errors".
inline std::string remarks_of(const PingStatistics& n)
{
    std::string text;
    const auto add = [&text](std::uint64_t number, std::string_view what) {
        if (number != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, what);
    };
    if (n.hosts > 1) text = fmt::format("{} of {} alive", n.hosts_answered, n.hosts);
    add(n.lost, "lost");
    add(n.late, "late");
    add(n.errors, "errors");
    add(n.send_errors, "not sent");
    add(n.duplicates, "duplicates");
    add(n.corrupt, "corrupted");
    add(n.foreign, "foreign");
    add(n.other_address, "from another address");
    add(n.reordered, "reordered");
    add(n.pending, "pending");
    return text;
}

/// Why a host can't be pinged, without its name in front.
inline std::string_view reason_without_name(std::string_view why, std::string_view name)
{
    if (why.starts_with(name) && why.substr(name.size()).starts_with(": ")) return why.substr(name.size() + 2);
    return why;
}

class HostTable {
public:
    explicit HostTable(const PingHosts& hosts) : hosts_{hosts}
    {
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            name_width_ = std::max(name_width_, base::utf8_size(printable_name(hosts.host(i).name)));
            address_width_ = std::max(address_width_, address(i).size());
        }
        name_width_ = std::min(name_width_, widest_name);
    }

    std::string head() const
    {
        return fmt::format("{:<{}}  {:<{}} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8}", "host", name_width_,
                           "address", address_width_, "sent", "recv", "loss", "min", "mean", "p95", "max", "mdev");
    }

    std::string row(std::size_t index) const
    {
        const auto n = hosts_.numbers(index);
        const auto time = [&n](std::chrono::nanoseconds t) {
            if (n.received == 0) return std::string{"-"};
            return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>{t}.count());
        };
        const bool known_loss = n.sent != n.pending;
        const auto why = reason_without_name(hosts_.trouble(index), hosts_.host(index).name);
        const auto remarks = why.empty() ? remarks_of(n) : std::string{why};
        return fmt::format("{}  {:<{}} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8}{}{}",
                           column(printable_name(hosts_.host(index).name), name_width_), address(index), address_width_,
                           n.sent, n.received, known_loss ? fmt::format("{:.4g}%", n.loss_percent()) : "-",
                           time(n.rtt.min), time(n.rtt.mean), time(n.rtt.p95), time(n.rtt.max), time(n.rtt.mdev),
                           remarks.empty() ? "" : "  ", remarks);
    }

private:
    std::string address(std::size_t index) const
    {
        const auto& host = hosts_.host(index);
        if (host.state == PingHost::State::unresolved) return "unresolved";
        return host.known() ? host.address.to_string() : "-";
    }

    static constexpr std::size_t widest_name = 60;  ///< a longer one is cut in its middle

    const PingHosts& hosts_;
    std::size_t name_width_ = 4, address_width_ = 7;
};

}  // namespace libnet::apps
