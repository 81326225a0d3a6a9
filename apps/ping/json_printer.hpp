#pragma once
// ping++ --json: one event a line, and nothing else on standard output.
//
//   {"event":"start","schema":1,"target":"example.net","address":"192.0.2.1","bytes":56}
//   {"event":"moved","target":…,"address":"192.0.2.2","was":"192.0.2.1"}      the name has another address now
//   {"event":"reply","target":"example.net","from":"192.0.2.1","seq":1,"ttl":64,"bytes":64,"rtt_ms":0.034}
//     with --latency-split: "stack_sent_ms":0.004,"stack_received_ms":0.011      before and after these rtt_ms
//     with -R: "route":["192.0.2.9",…]      with -T: "times":[{"address":…,"ms":40000000,"standard":true},…]
//       and "to":"192.0.2.2" in reply, late and duplicate when another address than the pinged one has answered
//   {"event":"lost","target":…,"to":"192.0.2.1","seq":2}
//   {"event":"outstanding","target":…,"to":"192.0.2.1","seq":2}      no answer yet, and the next one goes out (-O)
//   {"event":"late","target":…,"from":…,"seq":2,"ttl":…,"bytes":…,"rtt_ms":1200,"late_ms":200}      its answer after all
//   {"event":"duplicate","target":…,"from":…,"seq":1,"ttl":…,"bytes":…,"rtt_ms":…}
//   {"event":"error","kind":"icmp","target":…,"to":…,"from":…,"seq":3,"type":3,"code":1,"mtu":null,"reason":"Destination …"}
//   {"event":"error","kind":"send","target":…,"to":…,"seq":4,"reason":"Network is unreachable"}
//   {"event":"error","kind":"resolve","target":"no.such.name","reason":"no.such.name: no such host"}      each reason once
//   {"event":"error","kind":"target","reason":"hosts:7: 'what?' is no host: …"}      a line of --targets, or a HOST that
//                                                                    can't be pinged: then with "target"
//   {"event":"summary","target":…,"state":"known","address":…,"hosts":1,"alive":1,"sent":4,"received":1,"lost":0,"late":1,"errors":1,
//    "send_errors":1,"duplicates":1,"corrupt":0,"foreign":0,"other_address":0,"reordered":0,"pending":0,"pipe":1,
//    "unanswered_in_a_row":1,"outage_probes":2,"outage_ms":1000,"sending_ms":3000,"loss_percent":50,"rtt_ms":{"min":…,"mean":…,"max":…,
//    "stddev":…,"mdev":…,"p50":…,"p90":…,"p95":…,"p99":…,"p999":…,"last":…,"ewma":…,"jitter":…,"jitter_rfc3550":…},
//    "stack_ms":{"sent":…,"received":…}}
//                                one per host or range (of `hosts`, of which `alive` have answered); state is known, unresolved or failed; rtt_ms and stack_ms are null when no
//                                reply came in time, address when there is none
//   {"event":"interval",…}       the same so far, at SIGQUIT and each --summary-interval
//   {"event":"total","schema":1,"targets":2,"alive":1,"unresolved":0,"sent":4,"received":1,"rx_dropped":0,
//    "sched_lag_ms":{"p50":…,"p99":…,"max":…}}      the last line
//
// With -D, the events of probes end with "time": seconds since 1970.

#include <apps/common/json_lines.hpp>
#include <apps/ping/host_order.hpp>
#include <apps/ping/printer.hpp>
#include <apps/ping/settings.hpp>

#include <chrono>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

class JsonPingPrinter final : public PingPrinter {
public:
    explicit JsonPingPrinter(const PingSettings& settings) : settings_{settings} {}

    void start(const PingHost& host) override
    {
        print_json({{"event", "start"},
                    {"schema", 1},
                    {"target", host.name},
                    {"address", host.address.to_string()},
                    {"bytes", settings_.options.payload_size}});
    }

    void moved(const PingHost& host, const asio::ip::address& before) override
    {
        print_json({{"event", "moved"},
                    {"target", host.name},
                    {"address", host.address.to_string()},
                    {"was", before.to_string()}});
    }

    void trouble(const PingHost& host, std::string_view why) override
    {
        const bool unresolved = host.state == PingHost::State::unresolved;
        print_json(
            {{"event", "error"}, {"kind", unresolved ? "resolve" : "target"}, {"target", host.name}, {"reason", why}});
    }

    void bad_target(std::string_view why) override
    {
        print_json({{"event", "error"}, {"kind", "target"}, {"reason", why}});
    }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (settings_.quiet) return;
        auto object = std::visit([&](const auto& e) { return to_object(host, e); }, event);
        if (const auto* reply = std::get_if<PingReply>(&event)) add_details(object, *reply);
        if (settings_.timestamps) object["time"] = seconds_since_1970();
        print_json(object);
    }

    void status(const PingHost& host, const PingStatistics& n) override { print_numbers("interval", host, n); }

    void results(const PingHosts& hosts, const PingTotal& total) override
    {
        for (const auto index : ordered(hosts, settings_.sort.value_or(PingSort::given)))
            print_numbers("summary", hosts.host(index), hosts.numbers(index));
        print_total(total);
    }

    static void print_total(const PingTotal& total)
    {
        print_json({{"event", "total"},
                    {"schema", 1},
                    {"targets", total.targets},
                    {"alive", total.alive},
                    {"unresolved", total.unresolved},
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
        const bool silent = n.received == 0;
        print_json({{"event", event},
                    {"target", host.name},
                    {"state", state_of(host)},
                    {"address", host.known() ? boost::json::value(host.address.to_string()) : nullptr},
                    {"hosts", n.hosts},
                    {"alive", n.hosts_answered},
                    {"sent", n.sent},
                    {"received", n.received},
                    {"lost", n.lost},
                    {"late", n.late},
                    {"errors", n.errors},
                    {"send_errors", n.send_errors},
                    {"duplicates", n.duplicates},
                    {"corrupt", n.corrupt},
                    {"foreign", n.foreign},
                    {"other_address", n.other_address},
                    {"reordered", n.reordered},
                    {"pending", n.pending},
                    {"pipe", n.pipe},
                    {"unanswered_in_a_row", n.unanswered_in_a_row},
                    {"outage_probes", n.longest_outage.probes},
                    {"outage_ms", milliseconds(n.longest_outage.duration)},
                    {"sending_ms", milliseconds(n.sending)},
                    {"loss_percent", n.loss_percent()},
                    {"rtt_ms", silent ? boost::json::value(nullptr) : times(n.rtt)},
                    {"stack_ms", silent ? boost::json::value(nullptr) : stack(n.stack)}});
    }

    static const char* state_of(const PingHost& host)
    {
        using State = PingHost::State;
        return host.state == State::known ? "known" : host.state == State::unresolved ? "unresolved" : "failed";
    }

    static double seconds_since_1970()
    {
        return std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()}.count();
    }

    static boost::json::value stack(const PingStackTimes& stack)
    {
        return {{"sent", milliseconds(stack.sent)}, {"received", milliseconds(stack.received)}};
    }

    void add_details(Object& object, const PingReply& e) const
    {
        if (settings_.latency_split) {
            object["stack_sent_ms"] = milliseconds(e.stack_sent);
            object["stack_received_ms"] = milliseconds(e.stack_received);
        }
        for (const auto& option : wire::decode_ipv4_options(e.ip_options.octets())) {
            if (const auto* route = std::get_if<wire::RecordedRoute>(&option)) object["route"] = array_of(*route);
            if (const auto* times = std::get_if<wire::RecordedTimes>(&option)) object["times"] = array_of(*times);
        }
    }

    static boost::json::array array_of(const wire::RecordedRoute& route)
    {
        boost::json::array array;
        for (const auto& address : route.addresses) array.emplace_back(address.to_string());
        return array;
    }

    static boost::json::array array_of(const wire::RecordedTimes& recorded)
    {
        boost::json::array array;
        for (const auto& time : recorded.times)
            array.emplace_back(
                boost::json::object{{"address", time.address ? boost::json::value(time.address->to_string()) : nullptr},
                                    {"ms", time.milliseconds},
                                    {"standard", time.standard}});
        return array;
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
        Object object{{"event", name},
                      {"target", host.name},
                      {"from", e.from.to_string()},
                      {"seq", e.sequence},
                      {"ttl", e.ttl ? boost::json::value(*e.ttl) : nullptr},
                      {"bytes", e.bytes},
                      {"rtt_ms", milliseconds(e.rtt)}};
        if (e.from != e.to) object["to"] = e.to.to_string();
        return object;
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

    const PingSettings& settings_;
};

}  // namespace libnet::apps
