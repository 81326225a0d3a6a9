#pragma once
// ping++ --json: one event a line, and nothing else on standard output.
//
//   {"event":"reply","target":"example.net","from":"192.0.2.1","seq":1,"ttl":64,"bytes":64,"rtt_ms":0.034}
//   {"event":"lost","target":…,"to":"192.0.2.1","seq":2}
//   {"event":"outstanding","target":…,"to":"192.0.2.1","seq":2}      no answer yet, and the next one goes out (-O)
//   {"event":"late","target":…,"from":…,"seq":2,"ttl":…,"bytes":…,"rtt_ms":1200,"late_ms":200}      its answer after all
//   {"event":"duplicate","target":…,"from":…,"seq":1,"ttl":…,"bytes":…,"rtt_ms":…}
//   {"event":"error","kind":"icmp","target":…,"to":…,"from":…,"seq":3,"type":3,"code":1,"mtu":null,"reason":"Destination …"}
//   {"event":"error","kind":"send","target":…,"to":…,"seq":4,"reason":"Network is unreachable"}
//   {"event":"error","kind":"resolve","target":"no.such.name","reason":"no.such.name: no such host"}
//   {"event":"summary","target":…,"address":…,"sent":4,"received":1,"lost":0,"late":1,"errors":1,"send_errors":1,
//    "duplicates":1,"corrupt":0,"foreign":0,"reordered":0,"pending":0,"unanswered_in_a_row":1,"outage_probes":2,
//    "outage_ms":1000,"loss_percent":50,"rtt_ms":{"min":…,"mean":…,"max":…,"stddev":…,
//    "mdev":…,"p50":…,"p90":…,"p95":…,"p99":…,"p999":…,"last":…,"ewma":…,"jitter":…,"jitter_rfc3550":…}}
//                                                    one per host; rtt_ms is null when no reply came in time
//   {"event":"interval",…}                           the same so far, at SIGQUIT and each --summary-interval
//   {"event":"total","schema":1,"targets":2,"alive":1,"sent":4,"received":1,"rx_dropped":0,
//    "sched_lag_ms":{"p50":…,"p99":…,"max":…}}        the last line

#include <apps/json_lines.hpp>
#include <apps/ping/printer.hpp>

#include <chrono>
#include <variant>

namespace libnet::apps {

class JsonPingPrinter final : public PingPrinter {
public:
    explicit JsonPingPrinter(bool quiet) : quiet_{quiet} {}

    void start(const PingHost&) override {}

    void unresolved(const std::string& name, std::string_view why) override
    {
        print_json({{"event", "error"}, {"kind", "resolve"}, {"target", name}, {"reason", why}});
    }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (quiet_) return;
        std::visit([&](const auto& e) { print_json(to_object(host, e)); }, event);
    }

    void status(const PingHost& host, const PingStatistics& n) override { print_numbers("interval", host, n); }
    void summary(const PingHost& host, const PingStatistics& n) override { print_numbers("summary", host, n); }

    void total(const PingTotal& total) override
    {
        print_json({{"event", "total"},
                    {"schema", 1},
                    {"targets", total.targets},
                    {"alive", total.alive},
                    {"sent", total.sent},
                    {"received", total.received},
                    {"rx_dropped", total.rx_dropped},
                    {"sched_lag_ms",
                     {{"p50", milliseconds(total.sched_lag.p50)},
                      {"p99", milliseconds(total.sched_lag.p99)},
                      {"max", milliseconds(total.sched_lag.max)}}}});
    }

private:
    using Object = boost::json::object;

    static void print_numbers(const char* event, const PingHost& host, const PingStatistics& n)
    {
        const bool resolved = !host.address.is_unspecified();
        print_json({{"event", event},
                    {"target", host.name},
                    {"address", resolved ? boost::json::value(host.address.to_string()) : nullptr},
                    {"sent", n.sent},
                    {"received", n.received},
                    {"lost", n.lost},
                    {"late", n.late},
                    {"errors", n.errors},
                    {"send_errors", n.send_errors},
                    {"duplicates", n.duplicates},
                    {"corrupt", n.corrupt},
                    {"foreign", n.foreign},
                    {"reordered", n.reordered},
                    {"pending", n.pending},
                    {"unanswered_in_a_row", n.unanswered_in_a_row},
                    {"outage_probes", n.longest_outage.probes},
                    {"outage_ms", milliseconds(n.longest_outage.duration)},
                    {"loss_percent", n.loss_percent()},
                    {"rtt_ms", n.received == 0 ? boost::json::value(nullptr) : times(n.rtt)}});
    }

    static double milliseconds(std::chrono::nanoseconds time)
    {
        return std::chrono::duration<double, std::milli>{time}.count();
    }

    static boost::json::value times(const PingTimes& rtt)
    {
        return {{"min", milliseconds(rtt.min)},       {"mean", milliseconds(rtt.mean)},
                {"max", milliseconds(rtt.max)},       {"stddev", milliseconds(rtt.standard_deviation)},
                {"mdev", milliseconds(rtt.mdev)},     {"p50", milliseconds(rtt.p50)},
                {"p90", milliseconds(rtt.p90)},       {"p95", milliseconds(rtt.p95)},
                {"p99", milliseconds(rtt.p99)},       {"p999", milliseconds(rtt.p999)},
                {"last", milliseconds(rtt.last)},     {"ewma", milliseconds(rtt.ewma)},
                {"jitter", milliseconds(rtt.jitter)}, {"jitter_rfc3550", milliseconds(rtt.jitter_rfc3550)}};
    }

    template <typename Answer>
    static Object answer(const char* name, const PingHost& host, const Answer& e)
    {
        return {{"event", name},
                {"target", host.name},
                {"from", e.from.to_string()},
                {"seq", e.sequence},
                {"ttl", e.ttl ? boost::json::value(*e.ttl) : nullptr},
                {"bytes", e.bytes},
                {"rtt_ms", milliseconds(e.rtt)}};
    }

    static Object to_object(const PingHost& host, const PingReply& e) { return answer("reply", host, e); }
    static Object to_object(const PingHost& host, const PingDuplicate& e) { return answer("duplicate", host, e); }
    static Object to_object(const PingHost& host, const PingLate& e)
    {
        auto object = answer("late", host, e);
        object["late_ms"] = milliseconds(e.late_by);
        return object;
    }
    static Object to_object(const PingHost& host, const PingLost& e)
    {
        return {{"event", "lost"}, {"target", host.name}, {"to", e.to.to_string()}, {"seq", e.sequence}};
    }
    static Object to_object(const PingHost& host, const PingOutstanding& e)
    {
        return {{"event", "outstanding"}, {"target", host.name}, {"to", e.to.to_string()}, {"seq", e.sequence}};
    }
    static Object to_object(const PingHost& host, const PingError& e)
    {
        return {{"event", "error"},
                {"kind", "icmp"},
                {"target", host.name},
                {"to", e.to.to_string()},
                {"from", e.from.to_string()},
                {"seq", e.sequence},
                {"type", e.type},
                {"code", e.code},
                {"mtu", e.mtu ? boost::json::value(*e.mtu) : nullptr},
                {"reason", e.words()}};
    }
    static Object to_object(const PingHost& host, const PingSendError& e)
    {
        return {{"event", "error"},       {"kind", "send"},    {"target", host.name},
                {"to", e.to.to_string()}, {"seq", e.sequence}, {"reason", e.error.message()}};
    }

    bool quiet_;
};

}  // namespace libnet::apps
