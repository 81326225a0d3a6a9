#pragma once
// One run of fping: hosts become streams of one pinger, what comes back is counted and told, retries wait longer.

#include <apps/ping/fping/json_printer.hpp>
#include <apps/ping/fping/netdata_lines.hpp>
#include <apps/ping/fping/targets.hpp>
#include <apps/ping/status_teller.hpp>
#include <libnet/base/time_queue.hpp>
#include <libnet/icmp_pinger.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::apps::fping {

/// Theory of operation. With a count, or without an end, a host is one stream. Otherwise each attempt is a stream of one
/// probe: when it is lost, another one with a longer timeout follows, and answers to the earlier ones count as long as
/// they are not later than the timeout of the last. An ICMP error is told, but ends nothing: the answer may still be on its
/// way, and a retry at once would find the same. So the probe is lost when its timeout has passed.
class Session {
public:
    /// The hosts that names stand for; there is one at least.
    Session(asio::any_io_executor executor, const Plan& plan, Outlet& outlet, Printer& printer, std::vector<Host> hosts,
            Totals totals)
        : plan_{plan},
          outlet_{outlet},
          printer_{printer},
          hosts_{std::move(hosts)},
          totals_{totals},
          pinger_{executor, pinger_options()},
          lost_later_timer_{executor},
          wake_{executor, asio::steady_timer::time_point::max()},
          netdata_{plan},
          reports_{executor, report_interval(), [this] { report(); }}
    {
        printer_.align(hosts_);
    }

    /// Completes with the exit code when every host is done, enough are alive, or this coroutine is cancelled.
    asio::awaitable<int> run()
    {
        start();
        try {
            constexpr auto token = asio::as_tuple(asio::use_awaitable);
            while (!done_) {
                const auto event = co_await pinger_.next();
                if (event) on_event(*event);
                else if (lost_later_.empty()) break;
                else co_await wake_.async_wait(token);
            }
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) throw;  // interrupted: the numbers are told
        }
        co_return finish();
    }

private:
    using Clock = std::chrono::steady_clock;

    struct LostLater {
        std::uint32_t host = 0;
        PingTarget target;
        std::uint64_t sequence = 0;
    };

    /// With more hosts than have their turn within the period, the interval between two sends is what counts.
    bool is_crowded() const { return plan_.mode != Mode::reach && times(plan_.interval, hosts_.size()) > plan_.period; }

    /// Stamps cost the kernel some of what a probe costs it, and where only who is alive is told, no output has them.
    bool tells_times() const
    {
        return plan_.mode != Mode::reach || plan_.elapsed || plan_.stats || plan_.json || plan_.asks_for_times();
    }

    PingOptions pinger_options() const
    {
        PingOptions options = plan_.pinger;
        options.interval = plan_.period;
        options.timeout = plan_.timeout;
        options.clock = tells_times() ? PingClock::arrival : PingClock::user;
        if (is_crowded()) options.rate = 1e9 / static_cast<double>(plan_.interval.count());
        return options;
    }

    std::optional<std::chrono::nanoseconds> report_interval() const
    {
        if (plan_.mode == Mode::reach || plan_.report.count() == 0) return std::nullopt;
        return plan_.report;
    }

    void start()
    {
        const auto gap = is_crowded() ? std::chrono::nanoseconds{0} : plan_.interval;
        for (std::uint32_t i = 0; i < hosts_.size(); ++i) add_stream(i, times(gap, i));
    }

    /// `when` is after the start.
    void add_stream(std::uint32_t index, std::chrono::nanoseconds when)
    {
        Host& host = hosts_[index];
        PingTargetOptions options;
        options.count = plan_.mode == Mode::loop ? 0 : plan_.mode == Mode::count ? plan_.count : 1;
        options.timeout = host.timeout;
        options.delay = std::max(started_ + when - Clock::now(), Clock::duration{});
        try {
            host.target = pinger_.add(host.address, options);
        } catch (const boost::system::system_error& error) {  // no socket for its IP version
            printer_.send_error(host, error.code().message());
            return host.lost();
        }
        if (by_target_.size() <= host.target.index) by_target_.resize(host.target.index + 1);
        by_target_[host.target.index] = index;
    }

    void on_event(const PingEvent& event)
    {
        const auto index = std::visit([this](const auto& e) { return by_target_[e.target.index]; }, event);
        std::visit([&](const auto& e) { on(index, e); }, event);
    }

    void on(std::uint32_t index, const PingReply& e) { on_answer(index, answer_of(e)); }
    void on(std::uint32_t index, const PingLate& e) { on_answer(index, answer_of(e)); }
    void on(std::uint32_t, const PingOutstanding&) {}

    void on_answer(std::uint32_t index, const Answer& a)
    {
        Host& host = hosts_[index];
        ++totals_.answers;
        if (plan_.mode == Mode::reach && host.all.received != 0) return printer_.duplicate(host, a);
        if (a.rtt > host.timeout) return;
        host.answered(a.rtt);
        totals_.times.answered(a.rtt);
        if (plan_.every_time) host.note_time(a.sequence, a.rtt);
        if (plan_.per_reply) printer_.reply(host, a);
        if (host.all.received == 1) on_alive(host, a);
    }

    void on_alive(Host& host, const Answer& a)
    {
        ++totals_.alive;
        if (plan_.mode == Mode::reach) {
            printer_.alive(host, a);
            pinger_.stop(host.target);  // a retry, after an answer to an earlier attempt
        }
        if (plan_.stop_when_enough && totals_.alive >= plan_.enough) done_ = true;
    }

    void on(std::uint32_t index, const PingDuplicate& e)
    {
        Host& host = hosts_[index];
        const auto a = answer_of(e);
        // An answer behind an ICMP error: the first one that came.
        if (plan_.mode == Mode::reach && host.all.received == 0) return on_answer(index, a);
        ++totals_.answers;
        if (plan_.mode != Mode::loop) return printer_.duplicate(host, a);
        ++host.all.received;
        ++host.split.received;
        host.all.sum += a.rtt;
        host.split.sum += a.rtt;
        if (plan_.per_reply) printer_.reply(host, a);
    }

    void on(std::uint32_t index, const PingLost& e) { on_lost(index, e.target, e.sequence); }

    void on_lost(std::uint32_t index, PingTarget target, std::uint64_t sequence)
    {
        Host& host = hosts_[index];
        if (target != host.target || (plan_.mode == Mode::reach && host.all.received != 0)) return;
        ++totals_.timeouts;
        host.lost();
        host.last_lost = sequence;
        if (plan_.every_time) host.note_time(sequence, Host::no_time);
        if (plan_.per_reply) printer_.timed_out(host, sequence);
        if (plan_.mode == Mode::reach && host.all.sent <= plan_.retries) retry(index);
    }

    /// Not at once, so that the retries of many hosts leave together.
    void retry(std::uint32_t index)
    {
        constexpr std::chrono::microseconds together{500};
        Host& host = hosts_[index];
        const auto longer = static_cast<double>(host.timeout.count()) * plan_.backoff;
        constexpr double longest = 86400e9;
        host.timeout = std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(longer, longest))};
        host.last_lost = 0;
        add_stream(index, Clock::now() - started_ + together);
    }

    void on(std::uint32_t index, const PingError& e)
    {
        Host& host = hosts_[index];
        ++totals_.other_icmp;
        printer_.icmp_error(host, e);
        if (e.target != host.target || e.sequence <= host.last_lost) return;
        lost_later_.push(Clock::now() + host.timeout, {index, e.target, e.sequence});
        wait_for_losses();
    }

    void wait_for_losses()
    {
        if (lost_later_.empty() || done_) return;
        lost_later_timer_.expires_at(lost_later_.front_time());
        lost_later_timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            while (!lost_later_.empty() && lost_later_.front_time() <= Clock::now()) {
                const LostLater lost = lost_later_.front();
                lost_later_.pop();
                on_lost(lost.host, lost.target, lost.sequence);
            }
            wait_for_losses();
            wake_.cancel();
        });
    }

    void on(std::uint32_t index, const PingSendError& e)
    {
        Host& host = hosts_[index];
        if (e.target != host.target) return;
        printer_.send_error(host, e.error.message());
        host.lost();
        host.last_lost = e.sequence;
        if (plan_.every_time) host.note_time(e.sequence, Host::no_time);
    }

    /// At SIGQUIT and, with -Q, from time to time.
    void report()
    {
        if (plan_.netdata) outlet_.out(netdata_.next(hosts_));
        else printer_.summary_so_far(hosts_);
        if (plan_.cumulative) return;
        for (Host& host : hosts_) host.split = {};
    }

    int finish()
    {
        done_ = true;
        lost_later_timer_.cancel();
        for (const Host& host : hosts_) {
            if (host.all.received == 0) printer_.unreachable(host);
            totals_.sent += host.all.sent;
        }
        if (plan_.mode != Mode::reach) printer_.summary(hosts_);
        if (plan_.stats) printer_.statistics(totals_, hosts_.size(), Clock::now() - started_);
        const int exit_code = result();
        outlet_.flush();
        return exit_code;
    }

    int result()
    {
        if (plan_.enough != 0) {
            printer_.enough(totals_.alive);
            return totals_.alive >= plan_.enough ? all_alive : some_unreachable;
        }
        if (totals_.unknown != 0) return some_unknown;
        return totals_.alive == hosts_.size() ? all_alive : some_unreachable;
    }

    const Plan& plan_;
    Outlet& outlet_;
    Printer& printer_;
    std::vector<Host> hosts_;
    Totals totals_;
    const Clock::time_point started_ = Clock::now();
    IcmpPinger pinger_;
    std::vector<std::uint32_t> by_target_;                      ///< index of a host, by the index of its target
    base::TimeQueue<Clock::time_point, LostLater> lost_later_;  ///< probes that an ICMP error has ended
    asio::steady_timer lost_later_timer_;
    asio::steady_timer wake_;  ///< never expires: is cancelled when there may be streams again
    NetdataLines netdata_;
    StatusTeller reports_;
    bool done_ = false;
};

}  // namespace libnet::apps::fping
