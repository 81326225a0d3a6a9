#pragma once
// trace++ for programs: JSON Lines. A `hop` event for each probe in the order of the hops, and at the end, whatever
// happens, one `path` event. Version 1 of the schema:
//
//   {"event":"hop","target":"web","ttl":1,"probe":1,"from":"10.0.1.1","name":"r1","rtt_ms":0.06,"annotation":null}
//   {"event":"hop","target":"web","ttl":2,"probe":1,"lost":true}
//   {"event":"path","schema":1,"target":"web","address":"10.0.6.2","method":"udp","reached":true,
//    "stop_reason":"reached","error":null,"hops":[{"ttl":1,"probes":[{"from":"10.0.1.1","name":"r1","rtt_ms":0.06,
//    "annotation":null},{"lost":true}]}]}
//
// `target` is what the user gave, `probe` counts from 1, `name` and `annotation` ("!H") are null where there is none.
// `stop_reason` is reached, unreachable, max_ttl, send_failed, interrupted or error; `error` says why for send_failed
// and error, and `address` is null where the target has none.

#include <apps/common/json_lines.hpp>
#include <apps/trace/report.hpp>

#include <chrono>
#include <utility>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

namespace json = boost::json;

class JsonReport final : public TraceReport {
public:
    explicit JsonReport(TraceSubject subject) : subject_{std::move(subject)} {}

    void begin(const asio::ip::address& target) override { address_ = target.to_string(); }

    void probe(const TraceOutcome& outcome, const NameOf& name_of) override
    {
        json::object event{{"event", "hop"}, {"target", subject_.host}};
        std::visit(
            [&](const auto& told) {
                event["ttl"] = told.ttl;
                event["probe"] = told.probe;
            },
            outcome);
        for (const auto& field : fields_of(outcome, name_of)) event.insert(field);
        print_json(event);
    }

    void end(const TracePath& path, std::string_view failure, const NameOf& name_of) override
    {
        const bool broken = !failure.empty() && path.stop_reason == TraceStop::interrupted;
        const auto error = path.error ? path.error.message() : std::string{failure};
        json::object event{{"event", "path"},
                           {"schema", 1},
                           {"target", subject_.host},
                           {"address", address_},
                           {"method", subject_.method},
                           {"reached", path.reached()},
                           {"stop_reason", broken ? "error" : libnet::name_of(path.stop_reason)},
                           {"error", error.empty() ? json::value(nullptr) : json::value(error)},
                           {"hops", json::array{}}};
        auto& hops = event["hops"].get_array();
        for (const auto& hop : path.hops) {
            json::array probes;
            for (const auto& outcome : hop.probes) probes.push_back(fields_of(outcome, name_of));
            hops.push_back({{"ttl", hop.ttl}, {"probes", std::move(probes)}});
        }
        print_json(event);
    }

private:
    static json::object fields_of(const TraceOutcome& outcome, const NameOf& name_of)
    {
        const auto* hop = std::get_if<TraceHop>(&outcome);
        if (!hop) return {{"lost", true}};
        const auto name = name_of(hop->from);
        return {{"from", hop->from.to_string()},
                {"name", name ? json::value(*name) : json::value(nullptr)},
                {"rtt_ms", std::chrono::duration<double, std::milli>{hop->rtt}.count()},
                {"annotation", hop->annotation.empty() ? json::value(nullptr) : json::value(hop->annotation)}};
    }

    TraceSubject subject_;
    json::value address_;  // null until it is known
};

}  // namespace libnet::apps
