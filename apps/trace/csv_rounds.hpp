#pragma once
// trace++ --report N --csv: a line for each hop, below a line of names. Times in milliseconds, shares in percent.
//
//   target,address,ttl,from,name,as,loss,loss_low,loss_high,sent,last,avg,best,worst,stdev,jitter,p50,p95,p99,verdict
//
// With --mmdb there is one column more, `mmdb`.

#include <apps/trace/csv_report.hpp>
#include <apps/trace/rounds_report.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace libnet::apps {

class CsvRounds final : public RoundsReport {
public:
    explicit CsvRounds(const TraceSettings& settings) : settings_{settings} {}

    void begin(const asio::ip::address& target, std::size_t) override
    {
        address_ = target.to_string();
        print(
            "target,address,ttl,from,name,as,loss,loss_low,loss_high,sent,last,avg,best,worst,stdev,jitter,p50,p95,"
            "p99,verdict{}\n",
            settings_.databases.empty() ? "" : ",mmdb");
    }

    void round(const PathRound&, const PathWatch&, const Describe&) override {}

    void end(const PathWatch& watch, std::string_view, const Describe& describe) override
    {
        const auto verdicts = watch.verdicts();
        for (std::size_t i = 0; i < watch.hops().size(); ++i) {
            const auto& hop = watch.hops()[i];
            const auto n = hop.statistics.numbers();
            std::string entry;
            std::string text = fmt::format("{},{},{},{},{:.1f},{:.1f},{:.1f},{}", csv_field(settings_.host), address_,
                                           hop.ttl, router_fields(hop, describe), n.loss() * 100,
                                           n.loss_bounds.low * 100, n.loss_bounds.high * 100, n.sent);
            for (const auto time : {n.last, n.mean, n.best, n.worst, n.deviation, n.jitter, n.p50, n.p95, n.p99})
                text += n.received == 0
                            ? std::string{","}
                            : fmt::format(",{:.3f}", std::chrono::duration<double, std::milli>{time}.count());
            if (!settings_.databases.empty()) entry = ',' + entry_of(hop, describe);
            print("{},{}{}\n", text, name_of(verdicts[i].kind), entry);
        }
    }

private:
    static std::string entry_of(const WatchedHop& hop, const Describe& describe)
    {
        const auto entry = hop.last ? describe(hop.last->from).entry : std::nullopt;
        return csv_field(entry.value_or(""));
    }

    /// Address, name and AS of the hop's last answer.
    static std::string router_fields(const WatchedHop& hop, const Describe& describe)
    {
        if (!hop.last) return ",,";
        const auto described = describe(hop.last->from);
        return fmt::format("{},{},{}", hop.last->from.to_string(), csv_field(described.name.value_or("")),
                           described.origin.value_or(""));
    }

    const TraceSettings& settings_;
    std::string address_;
};

}  // namespace libnet::apps
