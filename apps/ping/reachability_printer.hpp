#pragma once
// ping++ --alive, --unreachable: which hosts answer, and which don't, a line each as soon as it is known, and nothing else.
//
//   10.20.3.1                   with one of the options
//   10.20.3.7 is alive          with both
//   10.20.3.9 is unreachable
//
// With --json: {"event":"host","target":"10.20.3.0/24","address":"10.20.3.1","alive":true}, and the `total` of
// json_printer.hpp as the last line.

#include <apps/common/output.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/ping/json_printer.hpp>
#include <apps/ping/printer.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/ping_reachability.hpp>

#include <string_view>

namespace libnet::apps {

class ReachabilityPrinter final : public PingPrinter {
public:
    explicit ReachabilityPrinter(const PingSettings& settings) : settings_{settings}, known_{settings.count} {}

    void start(const PingHost&) override {}
    void moved(const PingHost&, const asio::ip::address&) override {}
    void trouble(const PingHost&, std::string_view why) override { complain("ping++", why); }
    void bad_target(std::string_view why) override { complain("ping++", why); }
    void status(const PingHost&, const PingStatistics&) override {}

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (const auto verdict = known_.note(host, event)) tell(host, *verdict);
    }

    void results(const PingHosts& hosts, const PingTotal& total) override
    {
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const PingHost& host = hosts.host(i);
            if (host.known()) known_.settle(host, [&](const PingVerdict& verdict) { tell(host, verdict); });
        }
        if (as_json()) JsonPingPrinter::print_total(total);
    }

private:
    bool as_json() const { return settings_.format == PingFormat::json; }

    void tell(const PingHost& host, const PingVerdict& verdict) const
    {
        if (verdict.alive ? !settings_.alive : !settings_.unreachable) return;
        const auto address = verdict.address.to_string();
        if (as_json())
            return print_json(
                {{"event", "host"}, {"target", host.name}, {"address", address}, {"alive", verdict.alive}});
        const auto name = host.range ? address : printable_name(host.name);
        if (settings_.alive != settings_.unreachable) print("{}\n", name);
        else print("{} is {}\n", name, verdict.alive ? "alive" : "unreachable");
    }

    const PingSettings& settings_;
    PingReachability known_;
};

}  // namespace libnet::apps
