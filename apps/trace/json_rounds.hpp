#pragma once
// trace++ --report N --json: a `round` event for each round, a `change` event when the path has changed, and at the end,
// whatever happens, one `report`. Of version 2 of the schema, as the events in json_report.hpp:
//
//   {"event":"round","target":"web","round":1,"reached":true,"stop_reason":"reached","hops":[{"ttl":1,"probes":[...]}]}
//   {"event":"change","target":"web","round":21,"certain":22,"time":"2026-11-28T13:29:43Z","first_ttl":2,"last_ttl":2,
//    "before":["10.0.1.1","10.0.2.1",null],"after":["10.0.1.1","10.0.4.1",null]}
//   {"event":"report","schema":2,"target":"web","address":"10.0.6.2","method":"udp","rounds":10,"reached":true,
//    "reached_rounds":10,"changes":0,"error":null,"hops":[{"ttl":1,"sent":10,"received":10,"unreachable":0,"loss":0,
//    "loss_low":0,"loss_high":0.277,"last_ms":0.1,"mean_ms":0.1,"best_ms":0.1,"worst_ms":0.1,"deviation_ms":0,
//    "jitter_ms":0,"jitter_mean_ms":0,"p50_ms":0.1,"p95_ms":0.1,"p99_ms":0.1,"verdict":"forwards","evidence":"...",
//    "path_loss":0,"path_loss_low":0,"path_loss_high":0.05,"routers":[{"from":"10.0.1.1","name":null,"received":10,
//    "mean_ms":0.1,"answer":"time_exceeded"}]}]}
//
// `probes` are those of a `hop` event; shares go from 0 to 1; times are null as long as nothing was answered. The verdicts
// are documented in libnet/engine/trace/hop_verdict.hpp.

#include <apps/trace/json_report.hpp>
#include <apps/trace/rounds_report.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

namespace libnet::apps {

inline std::string utc_time(std::chrono::system_clock::time_point at)
{
    const auto seconds = std::chrono::system_clock::to_time_t(at);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return {text.data(), size};
}

/// The fields of a hop's numbers.
inline json::object json_numbers(const HopNumbers& n)
{
    const auto ms = [&n](std::chrono::nanoseconds time) {
        return n.received == 0 ? json::value(nullptr)
                               : json::value(std::chrono::duration<double, std::milli>{time}.count());
    };
    return {{"sent", n.sent},
            {"received", n.received},
            {"unreachable", n.unreachable},
            {"loss", n.loss()},
            {"loss_low", n.loss_bounds.low},
            {"loss_high", n.loss_bounds.high},
            {"last_ms", ms(n.last)},
            {"mean_ms", ms(n.mean)},
            {"best_ms", ms(n.best)},
            {"worst_ms", ms(n.worst)},
            {"deviation_ms", ms(n.deviation)},
            {"jitter_ms", ms(n.jitter)},
            {"jitter_mean_ms", ms(n.jitter_mean)},
            {"p50_ms", ms(n.p50)},
            {"p95_ms", ms(n.p95)},
            {"p99_ms", ms(n.p99)}};
}

class JsonRounds final : public RoundsReport {
public:
    explicit JsonRounds(const TraceSettings& settings) : settings_{settings} {}

    void begin(const asio::ip::address& target, std::size_t) override { address_ = target.to_string(); }

    void round(const PathRound& round, const PathWatch&, const Describe& describe) override
    {
        json::array hops;
        for (const auto& hop : round.path.hops) {
            json::array probes;
            for (const auto& outcome : hop.probes)
                probes.push_back(outcome_fields(outcome, describe, settings_.origins));
            hops.push_back({{"ttl", hop.ttl}, {"probes", std::move(probes)}});
        }
        print_json({{"event", "round"},
                    {"target", settings_.host},
                    {"round", round.number},
                    {"reached", round.path.reached()},
                    {"stop_reason", libnet::name_of(round.path.stop_reason)},
                    {"hops", std::move(hops)}});
        if (round.change) print_change(*round.change);
    }

    void counters(const TraceCounters& counters) override { counters_ = counters; }

    void end(const PathWatch& watch, std::string_view failure, const Describe& describe) override
    {
        const auto verdicts = watch.verdicts();
        json::array hops;
        for (std::size_t i = 0; i < watch.hops().size(); ++i)
            hops.push_back(json_hop(watch.hops()[i], verdicts[i], describe));
        json::object event{{"event", "report"},
                           {"schema", trace_schema},
                           {"target", settings_.host},
                           {"address", address_},
                           {"method", method_name(settings_.trace.method)},
                           {"rounds", watch.rounds()},
                           {"reached", watch.reached() != 0},
                           {"reached_rounds", watch.reached()},
                           {"changes", watch.changes()},
                           {"error", failure.empty() ? json::value(nullptr) : json::value(failure)},
                           {"hops", std::move(hops)}};
        add_refused(event, counters_);
        print_json(event);
    }

private:
    json::object json_hop(const WatchedHop& hop, const HopVerdict& verdict, const Describe& describe) const
    {
        json::object fields{{"ttl", hop.ttl}};
        for (auto& number : json_numbers(hop.statistics.numbers())) fields.insert(number);
        fields["verdict"] = name_of(verdict.kind);
        fields["evidence"] = verdict.evidence;
        fields["path_loss"] = verdict.path_loss;
        fields["path_loss_low"] = verdict.path_loss_bounds.low;
        fields["path_loss_high"] = verdict.path_loss_bounds.high;
        json::array routers;
        for (const auto& router : hop.routers) {
            const auto described = describe(router.address);
            const auto numbers = router.statistics.numbers();
            json::object told{{"from", router.address.to_string()},
                              {"name", or_null(described.name)},
                              {"received", numbers.received},
                              {"mean_ms", std::chrono::duration<double, std::milli>{numbers.mean}.count()},
                              {"answer", hop.reached ? "reached" : "time_exceeded"}};
            if (settings_.origins) told["as"] = or_null(described.origin);
            routers.push_back(std::move(told));
        }
        fields["routers"] = std::move(routers);
        if (hop.last) add_extensions(fields, hop.last->extensions);
        return fields;
    }

    static json::array json_routers(const PathRouters& routers)
    {
        json::array list;
        for (const auto& router : routers)
            list.push_back(router ? json::value(router->to_string()) : json::value(nullptr));
        return list;
    }

    void print_change(const PathChange& change) const
    {
        print_json({{"event", "change"},
                    {"target", settings_.host},
                    {"round", change.round},
                    {"certain", change.certain},
                    {"time", utc_time(change.at)},
                    {"first_ttl", change.first_ttl},
                    {"last_ttl", change.last_ttl},
                    {"before", json_routers(change.before)},
                    {"after", json_routers(change.after)}});
    }

    const TraceSettings& settings_;
    json::value address_;  // null until it is known
    std::optional<TraceCounters> counters_;
};

}  // namespace libnet::apps
