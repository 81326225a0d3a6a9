#pragma once
// trace++ for programs: JSON Lines. A `hop` event for each probe in the order of the hops, and at the end, whatever
// happens, one `path` event. Version 2 of the schema:
//
//   {"event":"hop","target":"web","ttl":1,"probe":1,"from":"10.0.1.1","name":"r1","rtt_ms":0.06,"annotation":null,
//    "answer":"time_exceeded"}
//   {"event":"hop","target":"web","ttl":2,"probe":1,"lost":true}
//   {"event":"path","schema":2,"target":"web","address":"10.0.6.2","method":"udp","reached":true,
//    "stop_reason":"reached","error":null,"access":"datagram","hops":[{"ttl":1,"probes":[{"from":"10.0.1.1",
//    "name":"r1","rtt_ms":0.06,"annotation":null,"answer":"time_exceeded"},{"lost":true}]}]}
//
//   {"event":"mtu","schema":2,"target":"web","address":"10.0.6.2","mtu":1300,"limit":"black_hole","probes":9,"links":[
//    {"ttl":1,"next_ttl":2,"router":"10.0.1.1","mtu":1400,"told":true},{"ttl":3,"next_ttl":4,"router":"10.0.3.1","mtu":1300,
//    "told":false}]}
//
// The last one with --mtu only, before `path`; `limit` is interface, router, black_hole, unknown (at least `mtu`) or
// no_answer (`mtu` is null), and a link's `mtu` is null where the router doesn't tell it; `ttl` 0 is our own host, or with a
// `router` one that the trace hasn't seen.
// `target` is what the user gave, `probe` counts from 1, `name` and `annotation` ("!H") are null where there is none.
// `answer` is time_exceeded, reached or unreachable. Only where it is known or not usual: `as` (with -A: "AS64500"), `mmdb` (with
// --mmdb: "AS64500 Example Net, DE Berlin"),
// `tcp_flags` ("syn,ack": those of HOST's segment), `flow` (from 1, of several), `reply_ttl`, `quoted_ttl`, `mtu`, `changes` ([{"field":"dscp","sent":8,"quoted":0}]), `mpls`
// ([{"label":16,"tc":0,"bottom":true,"ttl":1}]), `interfaces` ([{"role":"incoming","name":"ge-0/0/1","index":5,
// "address":"10.0.0.1","mtu":1500}]) and `objects` ([{"class":3,"type":1,"hex":"00ff"}]).
// `path`, and `report` of many rounds, end with `forged`, `unmatched` and `anonymous`: messages that were refused, as
// libnet/engine/trace/trace_counters.hpp has them; not of many destinations, and not where nothing was sent.
// `stop_reason` is reached, unreachable, max_ttl, gap, send_failed, interrupted or error; `error` says why for send_failed
// and error, and `address` is null where the target has none. Version 1 had no `answer`, `access` and `gap`.

#include <apps/common/json_lines.hpp>
#include <apps/trace/method_options.hpp>
#include <apps/trace/report.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

namespace json = boost::json;

/// Of all that trace++ --json prints.
constexpr int trace_schema = 2;

constexpr std::string_view name_of_answer(TraceAnswer kind)
{
    switch (kind) {
    case TraceAnswer::time_exceeded:
        return "time_exceeded";
    case TraceAnswer::reached:
        return "reached";
    case TraceAnswer::unreachable:
        break;
    }
    return "unreachable";
}

constexpr std::string_view name_of_access(TraceAccess access)
{
    switch (access) {
    case TraceAccess::raw:
        return "raw";
    case TraceAccess::datagram:
        return "datagram";
    case TraceAccess::automatic:
        break;
    }
    return "none";
}

constexpr std::string_view name_of_limit(PathMtuLimit limit)
{
    switch (limit) {
    case PathMtuLimit::interface:
        return "interface";
    case PathMtuLimit::router:
        return "router";
    case PathMtuLimit::black_hole:
        return "black_hole";
    case PathMtuLimit::unknown:
        return "unknown";
    case PathMtuLimit::no_answer:
        break;
    }
    return "no_answer";
}

inline json::value or_null(const std::optional<std::string>& text)
{
    return text ? json::value(*text) : json::value(nullptr);
}

/// Adds what was refused, where it is known.
inline void add_refused(json::object& event, const std::optional<TraceCounters>& counters)
{
    if (!counters) return;
    event["forged"] = counters->forged;
    event["unmatched"] = counters->unmatched;
    event["anonymous"] = counters->anonymous;
}

/// Adds what routers tell in extensions of their answers (RFC 4884).
inline void add_extensions(json::object& fields, const wire::IcmpExtensions& extensions)
{
    json::array labels, interfaces, objects;
    for (const auto& label : extensions.mpls)
        labels.push_back(
            {{"label", label.label}, {"tc", label.traffic_class}, {"bottom", label.bottom}, {"ttl", label.ttl}});
    for (const auto& interface : extensions.interfaces) {
        json::object told{{"role", name_of(interface.role)}};
        if (!interface.name.empty()) told["name"] = printable(interface.name);
        if (interface.index) told["index"] = *interface.index;
        if (interface.address) told["address"] = interface.address->to_string();
        if (interface.mtu) told["mtu"] = *interface.mtu;
        interfaces.push_back(std::move(told));
    }
    for (const auto& object : extensions.others) {
        std::string hex;
        for (const auto octet : object.payload) hex += fmt::format("{:02x}", static_cast<unsigned>(octet));
        objects.push_back({{"class", object.class_number}, {"type", object.type}, {"hex", std::move(hex)}});
    }
    if (!labels.empty()) fields["mpls"] = std::move(labels);
    if (!interfaces.empty()) fields["interfaces"] = std::move(interfaces);
    if (!objects.empty()) fields["objects"] = std::move(objects);
}

inline json::value json_of(const TraceChange::Value& value)
{
    if (const auto* number = std::get_if<std::uint32_t>(&value)) return json::value(*number);
    return json::value(std::get<asio::ip::address>(value).to_string());
}

/// The fields of an outcome, those that a `hop` event and a hop's `probes` share.
inline json::object outcome_fields(const TraceOutcome& outcome, const Describe& describe, bool with_origin)
{
    const auto* hop = std::get_if<TraceHop>(&outcome);
    if (!hop) return {{"lost", true}};
    const auto described = describe(hop->from);
    json::object fields{{"from", hop->from.to_string()},
                        {"name", or_null(described.name)},
                        {"rtt_ms", std::chrono::duration<double, std::milli>{hop->rtt}.count()},
                        {"annotation", hop->annotation.empty() ? json::value(nullptr) : json::value(hop->annotation)},
                        {"answer", name_of_answer(hop->kind)}};
    if (with_origin) fields["as"] = or_null(described.origin);
    if (described.entry) fields["mmdb"] = *described.entry;
    if (hop->tcp_flags) fields["tcp_flags"] = tcp_flags_text(*hop->tcp_flags);
    if (hop->reply_ttl) fields["reply_ttl"] = *hop->reply_ttl;
    if (hop->quoted_ttl) fields["quoted_ttl"] = *hop->quoted_ttl;
    if (hop->mtu) fields["mtu"] = *hop->mtu;
    if (!hop->changes.empty()) {
        json::array changes;
        for (const auto& change : hop->changes)
            changes.push_back(
                {{"field", name_of(change.field)}, {"sent", json_of(change.sent)}, {"quoted", json_of(change.quoted)}});
        fields["changes"] = std::move(changes);
    }
    add_extensions(fields, hop->extensions);
    return fields;
}

class JsonReport final : public TraceReport {
public:
    explicit JsonReport(const TraceSettings& settings) : settings_{settings}, host_{settings.host} {}

    void begin(const std::string& host, const asio::ip::address& target, std::size_t) override
    {
        host_ = host;
        address_ = target.to_string();
    }

    /// A trace that can't begin, for its host has no address.
    void begin_unknown(const std::string& host)
    {
        host_ = host;
        address_ = nullptr;
    }

    void probe(const TraceOutcome& outcome, const Describe& describe) override
    {
        json::object event{{"event", "hop"}, {"target", host_}};
        std::visit(
            [&](const auto& told) {
                event["ttl"] = told.ttl;
                event["probe"] = told.probe;
                if (settings_.trace.flows > 1) event["flow"] = told.flow;
            },
            outcome);
        for (const auto& field : outcome_fields(outcome, describe, settings_.origins)) event.insert(field);
        print_json(event);
    }

    void mtu(const FoundMtu& found) override
    {
        const auto number_or_null = [](std::uint32_t number) {
            return number == 0 ? json::value(nullptr) : json::value(number);
        };
        json::array links;
        for (const auto& link : found.narrow.links)
            links.push_back(
                {{"ttl", link.ttl},
                 {"next_ttl", link.next_ttl},
                 {"router", link.router.is_unspecified() ? json::value(nullptr) : json::value(link.router.to_string())},
                 {"mtu", number_or_null(link.mtu)},
                 {"told", link.told}});
        print_json({{"event", "mtu"},
                    {"schema", trace_schema},
                    {"target", host_},
                    {"address", address_},
                    {"mtu", number_or_null(found.mtu.mtu)},
                    {"limit", name_of_limit(found.mtu.limit)},
                    {"probes", found.probes()},
                    {"links", std::move(links)}});
    }

    void counters(const TraceCounters& counters) override { counters_ = counters; }

    void end(const TracePath& path, std::string_view failure, const Describe& describe) override
    {
        const bool broken = !failure.empty() && path.stop_reason == TraceStop::interrupted;
        const auto error = path.error ? path.error.message() : std::string{failure};
        json::object event{{"event", "path"},
                           {"schema", trace_schema},
                           {"target", host_},
                           {"address", address_},
                           {"method", method_name(settings_.trace.method)},
                           {"reached", path.reached()},
                           {"stop_reason", broken ? "error" : libnet::name_of(path.stop_reason)},
                           {"error", error.empty() ? json::value(nullptr) : json::value(error)},
                           {"access", name_of_access(path.access)},
                           {"hops", json::array{}}};
        auto& hops = event["hops"].get_array();
        for (const auto& hop : path.hops) {
            json::array probes;
            for (const auto& outcome : hop.probes)
                probes.push_back(outcome_fields(outcome, describe, settings_.origins));
            hops.push_back({{"ttl", hop.ttl}, {"probes", std::move(probes)}});
        }
        add_refused(event, counters_);
        print_json(event);
    }

private:
    const TraceSettings& settings_;
    std::string host_;
    json::value address_;  // null until it is known
    std::optional<TraceCounters> counters_;
};

}  // namespace libnet::apps
