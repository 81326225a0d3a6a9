#pragma once
// fping -J: an object on each line, all on standard output.
//
//   {"resp": {"host": "192.0.2.1", "seq": 0, "size": 64, "rtt": 1.25}}
//   {"timeout": {"host": "192.0.2.1", "seq": 1}}
//   {"summary": {"host": "192.0.2.1", "xmt": 2, "rcv": 1, "loss": 50, "rttMin": 1.25, "rttAvg": 1.25, "rttMax": 1.25}}
//   {"vSum": {"host": "192.0.2.1", "values": [1.25, null]}}     with -C, in place of the summary
//   intSum (-Q), stats (-s), warning (a name without an address)

#include <apps/ping/fping/printer.hpp>

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace libnet::apps::fping {

class JsonPrinter final : public Printer {
public:
    using Printer::Printer;

    void unknown(const std::string& name, const std::string& why) override
    {
        Printer::unknown(name, why);
        line("warning", fmt::format("\"host\": {}, \"message\": {}", quoted(name), quoted(why)));
    }

    void reply(const Host& host, const Answer& a) override
    {
        auto fields = fmt::format("{}, \"seq\": {}, \"size\": {}, \"rtt\": {}", head(host), a.sequence - 1, a.bytes,
                                  time_text(a.rtt));
        if (const auto& t = a.details.timestamps)
            fields += fmt::format(
                ", \"timestamps\": {{\"originate\": {}, \"receive\": {}, \"transmit\": {}, \"localreceive\": {}}}",
                t->originate, t->receive, t->transmit, t->arrived);
        if (plan().print_source) fields += fmt::format(", \"src\": \"{}\"", source_text(a));
        if (plan().print_tos)
            fields += fmt::format(", \"tos\": {}", a.details.traffic_class ? int{*a.details.traffic_class} : -1);
        if (plan().print_ttl) fields += fmt::format(", \"ttl\": {}", a.ttl.value_or(-1));
        line("resp", fields);
    }

    void timed_out(const Host& host, std::uint64_t sequence) override
    {
        line("timeout", fmt::format("{}, \"seq\": {}", head(host), sequence - 1));
    }

    void summary_so_far(const Hosts& hosts) override
    {
        for (const Host& host : hosts)
            line("intSum", fmt::format("\"time\": {}, \"host\": {}, {}", std::time(nullptr), quoted(host.shown),
                                       numbers(host.split)));
    }

    void summary(const Hosts& hosts) override
    {
        for (const Host& host : hosts) {
            const auto name = fmt::format("\"host\": {}, ", quoted(host.shown));
            if (plan().every_time) line("vSum", fmt::format("{}\"values\": [{}]", name, values(host)));
            else line("summary", name + numbers(host.all));
        }
    }

    void statistics(const Totals& t, std::size_t hosts, std::chrono::nanoseconds elapsed) override
    {
        line("stats",
             fmt::format("\"targets\": {}, \"alive\": {}, \"unreachable\": {}, \"unknownAddresses\": {}, \"timeouts\": "
                         "{}, \"icmpEchosSent\": {}, \"icmpEchoRepliesReceived\": {}, \"otherIcmpReceived\": {}, "
                         "\"rttMin\": {}, \"rttAvg\": {}, \"rttMax\": {}, \"elapsed\": {:.3f}",
                         hosts, t.alive, hosts - t.alive, t.unknown, t.timeouts, t.sent, t.answers, t.other_icmp,
                         time_text(t.times.min), time_text(t.times.mean()), time_text(t.times.max),
                         std::chrono::duration<double>{elapsed}.count()));
    }

private:
    static std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::value(text)); }

    void line(std::string_view kind, const std::string& fields)
    {
        outlet().out(fmt::format("{{\"{}\": {{{}}}}}\n", kind, fields));
    }

    std::string head(const Host& host) const
    {
        const auto time =
            plan().timestamps ? fmt::format("\"timestamp\": \"{}\", ", now_text(plan().time_format)) : std::string{};
        return fmt::format("{}\"host\": {}", time, quoted(host.shown));
    }

    std::string numbers(const Numbers& n) const
    {
        auto text = fmt::format("\"xmt\": {}, \"rcv\": {}, \"loss\": {}", n.sent, n.received,
                                n.received <= n.sent ? n.loss() : 0);
        if (plan().outage) text += fmt::format(", \"outage(ms)\": {}", outage_ms(n));
        if (n.received != 0)
            text += fmt::format(", \"rttMin\": {}, \"rttAvg\": {}, \"rttMax\": {}", time_text(n.min),
                                time_text(n.mean()), time_text(n.max));
        return text;
    }

    static std::string values(const Host& host)
    {
        std::string text;
        for (const auto time : host.times)
            text += fmt::format("{}{}", text.empty() ? "" : ", ", time < time.zero() ? "null" : time_text(time));
        return text;
    }
};

}  // namespace libnet::apps::fping
