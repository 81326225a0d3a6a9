#pragma once
// ping++ --csv: a line with commas for each event, behind one with the names of the columns (RFC 4180, but for line
// feeds alone at the ends of lines). A field that says nothing is empty.
//
//   time,event,target,address,seq,rtt_ms,ttl,bytes,late_ms,reason,sent,received,loss_percent,min_ms,mean_ms,p95_ms,max_ms,mdev_ms
//   1700000000.123456,reply,example.net,192.0.2.1,1,0.034,64,64,,,,,,,,,,
//   1700000001.123456,lost,example.net,192.0.2.1,2,,,,,,,,,,,,,
//   1700000002.123456,error,example.net,192.0.2.254,3,,,,,Destination Host Unreachable,,,,,,,,
//   1700000003.123456,unresolved,gone.example,,,,,,,gone.example: no such host,,,,,,,,
//   1700000004.123456,summary,example.net,192.0.2.1,,,,,,,3,1,66.666667,0.034,0.034,0.034,0.034,0
//
// Events: start, moved (the reason is the address before), reply, lost, outstanding, late, duplicate, error,
// send_error, unresolved, failed, bad_target, interval, summary. The address of an error is that of who sent it.

#include <apps/common/csv_field.hpp>
#include <apps/common/json_lines.hpp>
#include <apps/common/output.hpp>
#include <apps/ping/host_order.hpp>
#include <apps/ping/printer.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/base/utf8.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

class CsvPingPrinter final : public PingPrinter {
public:
    explicit CsvPingPrinter(const PingSettings& settings) : settings_{settings}
    {
        print(
            "time,event,target,address,seq,rtt_ms,ttl,bytes,late_ms,reason,sent,received,loss_percent,min_ms,"
            "mean_ms,p95_ms,max_ms,mdev_ms\n");
    }

    void start(const PingHost& host) override { print_line("start", host, {.address = host.address.to_string()}); }
    void moved(const PingHost& host, const asio::ip::address& before) override
    {
        print_line("moved", host, {.address = host.address.to_string(), .reason = before.to_string()});
    }
    void trouble(const PingHost& host, std::string_view why) override
    {
        const bool unresolved = host.state == PingHost::State::unresolved;
        print_line(unresolved ? "unresolved" : "failed", host, {.reason = std::string{why}});
    }
    void bad_target(std::string_view why) override { print_line("bad_target", {}, {.reason = std::string{why}}); }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (settings_.quiet) return;
        std::visit([&](const auto& e) { show(host, e); }, event);
    }

    void status(const PingHost& host, const PingStatistics& n) override { print_numbers("interval", host, n); }

    void results(const PingHosts& hosts, const PingTotal&) override
    {
        for (const auto index : ordered(hosts, settings_.sort.value_or(PingSort::given)))
            print_numbers("summary", hosts.host(index), hosts.numbers(index));
    }

private:
    /// The fields that differ from event to event, as texts.
    struct Fields {
        std::string address{}, seq{}, rtt{}, ttl{}, bytes{}, late{}, reason{};
        std::string numbers{};  ///< the last eight, with commas
    };

    static void print_line(std::string_view event, const PingHost& host, const Fields& fields)
    {
        using namespace std::chrono;
        const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
        print("{}.{:06},{},{},{},{},{},{},{},{},{},{}\n", now / 1'000'000, now % 1'000'000, event,
              csv_field(base::to_utf8(host.name)), fields.address, fields.seq, fields.rtt, fields.ttl, fields.bytes,
              fields.late, csv_field(base::to_utf8(fields.reason)),
              fields.numbers.empty() ? ",,,,,,," : fields.numbers);
    }

    static std::string milliseconds(std::chrono::nanoseconds time)
    {
        return detail::number_text(std::chrono::duration<double, std::milli>{time}.count());
    }

    static void print_numbers(std::string_view event, const PingHost& host, const PingStatistics& n)
    {
        const auto time = [&n](std::chrono::nanoseconds t) {
            return n.received == 0 ? std::string{} : milliseconds(t);
        };
        const auto numbers =
            fmt::format("{},{},{},{},{},{},{},{}", n.sent, n.received, detail::number_text(n.loss_percent()),
                        time(n.rtt.min), time(n.rtt.mean), time(n.rtt.p95), time(n.rtt.max), time(n.rtt.mdev));
        print_line(event, host, {.address = host.known() ? host.address.to_string() : "", .numbers = numbers});
    }

    template <typename Answer>
    static Fields answer(const Answer& e)
    {
        return {.address = e.from.to_string(),
                .seq = std::to_string(e.sequence),
                .rtt = milliseconds(e.rtt),
                .ttl = e.ttl ? std::to_string(*e.ttl) : "",
                .bytes = std::to_string(e.bytes)};
    }

    static void show(const PingHost& host, const PingReply& e) { print_line("reply", host, answer(e)); }
    static void show(const PingHost& host, const PingDuplicate& e) { print_line("duplicate", host, answer(e)); }
    static void show(const PingHost& host, const PingLate& e)
    {
        auto fields = answer(e);
        fields.late = milliseconds(e.late_by);
        print_line("late", host, fields);
    }
    static void show(const PingHost& host, const PingLost& e)
    {
        print_line("lost", host, {.address = e.to.to_string(), .seq = std::to_string(e.sequence)});
    }
    static void show(const PingHost& host, const PingOutstanding& e)
    {
        print_line("outstanding", host, {.address = e.to.to_string(), .seq = std::to_string(e.sequence)});
    }
    static void show(const PingHost& host, const PingError& e)
    {
        print_line(
            "error", host,
            {.address = e.from.to_string(), .seq = std::to_string(e.sequence), .reason = std::string{e.words()}});
    }
    static void show(const PingHost& host, const PingSendError& e)
    {
        print_line("send_error", host,
                   {.address = e.to.to_string(), .seq = std::to_string(e.sequence), .reason = e.error.message()});
    }

    const PingSettings& settings_;
};

}  // namespace libnet::apps
