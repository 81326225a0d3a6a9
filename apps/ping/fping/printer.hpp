#pragma once
// What fping prints: replies on standard output; summaries, warnings and statistics on standard error.

#include <apps/ping/fping/hosts.hpp>
#include <apps/ping/fping/outlet.hpp>
#include <apps/ping/fping/plan.hpp>
#include <apps/ping/fping/words.hpp>
#include <libnet/base/printable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace libnet::apps::fping {

/// An answer, as the printers need it.
struct Answer {
    std::uint64_t sequence = 0;  ///< the first one has 1
    std::size_t bytes = 0;       ///< of the ICMP message
    std::chrono::nanoseconds rtt{};
    asio::ip::address from;
    std::optional<int> ttl;
    PingAnswerDetails details{};
};

template <typename Event>
Answer answer_of(const Event& e)
{
    return {e.sequence, e.bytes, e.rtt, e.from, e.ttl, e.details};
}

class Printer {
public:
    using Hosts = std::vector<Host>;

    Printer(const Plan& plan, Outlet& outlet) : plan_{plan}, outlet_{outlet} {}
    virtual ~Printer() = default;
    Printer(const Printer&) = delete;
    Printer& operator=(const Printer&) = delete;

    /// Names are padded to the longest.
    void align(const Hosts& hosts)
    {
        for (const Host& host : hosts) width_ = std::max(width_, host.shown.size());
    }

    /// A name without an address; it may be anything, and is told whole: programs look for it.
    virtual void unknown(const std::string& name, const std::string& why)
    {
        warn(fmt::format("{}: {}\n", base::printable(name, name.size()), why));
    }

    /// On standard error, unless it shall be quiet.
    void warn(const std::string& line)
    {
        if (!plan_.quiet) outlet_.error(line);
    }
    void send_error(const Host& host, const std::string& why)
    {
        if (plan_.verbose) warn(fmt::format("{}: error while sending ping: {}\n", host.shown, why));
    }
    void icmp_error(const Host& host, const PingError& error) { warn(error_line(error, host.shown)); }

    /// The first answer of a host, without a count.
    void alive(const Host& host, const Answer& a)
    {
        if (!plan_.verbose && !plan_.alive) return;
        outlet_.out(host.shown);
        if (plan_.verbose) outlet_.out(" is alive");
        other_address(host, a);
        outlet_.out(remarks(a));
        outlet_.out(plan_.elapsed ? fmt::format(" ({} ms)\n", time_text(a.rtt)) : "\n");
    }

    virtual void reply(const Host& host, const Answer& a)
    {
        outlet_.out(fmt::format("{}{} : [{}], {} bytes, {} ms ({} avg, {})", stamp(), padded(host), a.sequence - 1,
                                a.bytes, time_text(a.rtt), time_text(host.all.mean()), loss_of(host.all)));
        other_address(host, a);
        outlet_.out(remarks(a) + '\n');
    }

    virtual void timed_out(const Host& host, std::uint64_t sequence)
    {
        const auto mean = host.all.received == 0 ? std::string{"NaN"} : time_text(host.all.mean());
        outlet_.out(fmt::format("{}{} : [{}], timed out ({} avg, {})\n", stamp(), padded(host), sequence - 1, mean,
                                loss_of(host.all)));
    }

    void duplicate(const Host& host, const Answer& a)
    {
        if (plan_.per_reply || (plan_.mode == Mode::count && plan_.quiet)) return;
        outlet_.error(fmt::format("{} : duplicate for [{}], {} bytes, {} ms", host.shown, a.sequence - 1, a.bytes,
                                  time_text(a.rtt)));
        other_address(host, a);
        outlet_.error("\n");
    }

    void unreachable(const Host& host)
    {
        if (plan_.verbose) outlet_.out(host.shown + " is unreachable\n");
        else if (plan_.unreachable) outlet_.out(host.shown + '\n');
    }

    /// The numbers since the last summary.
    virtual void summary_so_far(const Hosts& hosts)
    {
        const auto now = local_time(std::time(nullptr));
        begin_summary();
        outlet_.error(fmt::format("[{:02}:{:02}:{:02}]\n", now.tm_hour, now.tm_min, now.tm_sec));
        for (const Host& host : hosts) outlet_.error(fmt::format("{} :{}\n", padded(host), numbers(host.split)));
    }

    /// The numbers in all.
    virtual void summary(const Hosts& hosts)
    {
        begin_summary();
        for (const Host& host : hosts)
            outlet_.error(
                fmt::format("{} :{}\n", padded(host), plan_.every_time ? round_trips(host) : numbers(host.all)));
    }

    virtual void statistics(const Totals& totals, std::size_t hosts, std::chrono::nanoseconds elapsed)
    {
        outlet_.error(fmt::format("\n {:7} targets\n {:7} alive\n {:7} unreachable\n {:7} unknown addresses\n\n", hosts,
                                  totals.alive, hosts - totals.alive, totals.unknown));
        outlet_.error(
            fmt::format(" {:7} timeouts (waiting for response)\n {:7} ICMP Echos sent\n {:7} ICMP Echo "
                        "Replies received\n {:7} other ICMP received\n\n",
                        totals.timeouts, totals.sent, totals.answers, totals.other_icmp));
        outlet_.error(
            fmt::format(" {} ms (min round trip time)\n {} ms (avg round trip time)\n {} ms (max round trip "
                        "time)\n {:12.3f} sec (elapsed real time)\n\n",
                        time_text(totals.times.min), time_text(totals.times.mean()), time_text(totals.times.max),
                        std::chrono::duration<double>{elapsed}.count()));
    }

    void enough(std::uint64_t alive)
    {
        outlet_.out(fmt::format("{} hosts reachable (required: {}, reachable: {})\n",
                                alive >= plan_.enough ? "Enough" : "Not enough", plan_.enough, alive));
    }

protected:
    const Plan& plan() const noexcept { return plan_; }
    Outlet& outlet() const noexcept { return outlet_; }

    /// Ours that the answer was sent to, which is what the request came from.
    static std::string source_text(const Answer& a)
    {
        return a.details.local.is_unspecified() ? "unknown" : a.details.local.to_string();
    }

    std::int64_t outage_ms(const Numbers& n) const
    {
        const auto lost = times(plan_.period, n.sent - std::min(n.sent, n.received));
        return std::chrono::duration_cast<std::chrono::milliseconds>(lost).count();
    }

private:
    std::string padded(const Host& host) const { return fmt::format("{:<{}}", host.shown, width_); }
    std::string stamp() const { return plan_.timestamps ? fmt::format("[{}] ", now_text(plan_.time_format)) : ""; }

    static std::string loss_of(const Numbers& n)
    {
        return n.received <= n.sent ? fmt::format("{}% loss", n.loss()) : fmt::format("{}% return", n.returned());
    }

    /// On standard error, in the middle of a line of standard output: as fping does it.
    void other_address(const Host& host, const Answer& a)
    {
        if (a.from != host.address) outlet_.error(fmt::format(" [<- {}]", a.from.to_string()));
    }

    std::string remarks(const Answer& a) const
    {
        std::string text;
        if (const auto& t = a.details.timestamps)
            text += fmt::format("{} timestamps: Originate={} Receive={} Transmit={} Localreceive={}",
                                plan_.alive ? "" : ",", t->originate, t->receive, t->transmit, t->arrived);
        if (plan_.print_source) text += fmt::format(" (SRC {})", source_text(a));
        if (plan_.print_tos)
            text += a.details.traffic_class ? fmt::format(" (TOS {})", *a.details.traffic_class) : " (TOS unknown)";
        if (plan_.print_ttl) text += a.ttl ? fmt::format(" (TTL {})", *a.ttl) : " (TTL unknown)";
        return text;
    }

    void begin_summary()
    {
        if (plan_.verbose || plan_.per_reply) outlet_.error("\n");
    }

    static std::string round_trips(const Host& host)
    {
        std::string text;
        for (const auto time : host.times) text += time < time.zero() ? " -" : ' ' + time_text(time);
        return text;
    }

    std::string numbers(const Numbers& n) const
    {
        const bool loss = n.received <= n.sent;
        auto text = fmt::format(" xmt/rcv/%{} = {}/{}/{}%", loss ? "loss" : "return", n.sent, n.received,
                                loss ? n.loss() : n.returned());
        if (plan_.outage && loss) text += fmt::format(", outage(ms) = {}", outage_ms(n));
        if (n.received != 0)
            text += fmt::format(", min/avg/max = {}/{}/{}", time_text(n.min), time_text(n.mean()), time_text(n.max));
        return text;
    }

    const Plan& plan_;
    Outlet& outlet_;
    std::size_t width_ = 0;
};

}  // namespace libnet::apps::fping
