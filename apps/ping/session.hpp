#pragma once
// One run of ping++: hosts become streams, events are shown, the rules of -c and -w end it.

#include <apps/common/output.hpp>
#include <apps/ping/names.hpp>
#include <apps/ping/printers.hpp>
#include <apps/ping/settings.hpp>
#include <apps/ping/status_teller.hpp>
#include <apps/ping/streams.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/ping_hosts.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// Shared with the handlers of its timers.
class PingSession : public std::enable_shared_from_this<PingSession> {
public:
    /// Exit codes of iputils: every host has answered; one didn't (with -c and -w: not often enough); a host has no
    /// address, or no probe to it could be sent.
    static constexpr int all_answered = 0, no_answer = 1, failed = 2;

    /// Takes the hosts out of the settings.
    PingSession(asio::any_io_executor executor, PingSettings& settings)
        : settings_{settings},
          pinger_{executor, settings.options},
          hosts_{pinger_},
          reverse_names_{executor},
          keeper_{executor, keeper_options()},
          wake_{executor, asio::steady_timer::time_point::max()},
          deadline_{executor},
          linger_{executor},
          repaint_{executor},
          status_{executor, settings.summary_interval, [this] { tell_status(); }}
    {
        add_hosts(std::exchange(settings.hosts, {}));
        printer_ = make_ping_printer(executor, settings_, pinger_, hosts_.size(), reverse_names_);
        printer_->control({.reset = [this] { reset(); }, .quit = [this] { on_deadline(); }});
    }

    /// Pings until every host is done, the deadline has come or this coroutine is cancelled; then tells the numbers.
    /// Completes with the exit code.
    asio::awaitable<int> run()
    {
        start();
        try {
            constexpr auto token = asio::as_tuple(asio::use_awaitable);
            while (!deadline_passed_) {
                const auto event = co_await pinger_.next();
                if (event) on_event(*event);
                else if (!keeper_.any_awaited(attempts())) break;
                else co_await wake_.async_wait(token);
                if (is_late()) on_deadline();
            }
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted)
                throw;  // interrupted: what we know is told all the same
        }
        co_return finish();
    }

private:
    using Clock = std::chrono::steady_clock;

    void start()
    {
        for (const auto& why : settings_.bad_targets) printer_->bad_target(why);
        for (std::size_t i = 0; i < hosts_.size(); ++i) begin(i);
        if (const auto interval = printer_->repaints_each()) repaint(*interval);
        if (settings_.plain && settings_.count != 0 && !settings_.deadline) linger();
        if (!settings_.deadline) return;
        deadline_.expires_at(started_ + *settings_.deadline);
        deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (!error) self->on_deadline();
        });
    }

    /// As iputils' ping: with the last probe begins the time for the last answers, which depends on the earlier ones.
    void linger()
    {
        constexpr std::chrono::nanoseconds least = std::chrono::milliseconds{10};
        const auto n = hosts_.numbers(0);
        const auto& interval = settings_.options.interval;
        if (n.sent < settings_.count) {
            const auto left = static_cast<double>(settings_.count - n.sent) * static_cast<double>(interval.count());
            const double hour = 3600e9;
            return linger_for(
                std::max(least, std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(left, hour))}));
        }
        if (std::exchange(lingers_, true)) return on_deadline();
        const auto wait = n.received != 0 ? std::max(2 * n.rtt.max, interval) : settings_.plain->linger;
        if (wait.count() != 0) linger_for(wait);
    }

    void linger_for(std::chrono::nanoseconds wait)
    {
        linger_.expires_after(wait);
        linger_.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (!error && !self->deadline_passed_) self->linger();
        });
    }

    /// A live table shows the hosts of a range one by one.
    void add_hosts(std::vector<std::string> names)
    {
        constexpr std::uint64_t most = 4096;  // the rows of a larger one are too many to look at
        if (!settings_.watch) return hosts_.add(std::move(names));
        for (auto& name : names) {
            const auto word = read_host(name, settings_.family);
            const auto size = word.kind == HostWord::Kind::range ? word.range.size() : 0;
            if (size == 0 || size > most) hosts_.add(std::move(name), false);
            else
                for (std::uint64_t i = 0; i < size; ++i) hosts_.add(word.range.at(i).to_string(), true);
        }
    }

    /// Every host that is pinged begins anew.
    void reset()
    {
        if (deadline_passed_) return;
        begun_ = Clock::now();
        for (std::size_t i = 0; i < hosts_.size(); ++i) {
            if (!hosts_.host(i).known()) continue;
            hosts_.forget(i);
            if (const auto range = hosts_.host(i).range) start_range(i, *range);
            else start_host(i, hosts_.host(i).address);
        }
    }

    void begin(std::size_t index)
    {
        const std::string& text = hosts_.host(index).name;
        if (settings_.plain) return start_host(index, settings_.plain->address);
        const auto word = read_host(text, settings_.family);
        using Kind = HostWord::Kind;
        if (word.kind == Kind::mistake) return fail(index, PingHost::State::failed, word.complaint);
        if (word.kind == Kind::address) return start_host(index, word.range.first);
        if (word.kind == Kind::range) return start_range(index, word.range);
        host_of_name_.push_back(static_cast<std::uint32_t>(index));
        keeper_.add(io::resolvable_host(text));
    }

    void start_range(std::size_t index, const wire::AddressRange& range)
    {
        const auto complaint = too_large(hosts_.host(index).name, range, settings_);
        if (!complaint.empty()) return fail(index, PingHost::State::failed, complaint);
        hosts_.set_range(index, range);
        start_stream(index, range.first, [&] { return pinger_.add(range, range_options(settings_)); });
    }

    void start_host(std::size_t index, asio::ip::address address)
    {
        const auto options = host_options(settings_, hosts_.host(index), hosts_.size(), Clock::now() - begun_);
        const auto complaint = settings_.options.interface.empty() ? io::missing_zone(address) : std::string{};
        if (!complaint.empty()) return fail(index, PingHost::State::failed, complaint);
        start_stream(index, address, [&] { return pinger_.add(address, options); });
    }

    template <typename Add>
    void start_stream(std::size_t index, const asio::ip::address& address, Add&& add)
    {
        try {
            hosts_.start(index, address, add());
        } catch (const boost::system::system_error& error) {  // no socket for this IP version, or not from this source
            const auto why = fmt::format("{}: {}", printable(hosts_.host(index).name), reason_of(error));
            return fail(index, PingHost::State::failed, why);
        }
        want_names(index);
        printer_->start(hosts_.host(index));
    }

    /// Told once for each reason: names are asked for again and again.
    void fail(std::size_t index, PingHost::State state, const std::string& why)
    {
        if (hosts_.trouble(index) == why) return;
        hosts_.fail(index, state, why);
        printer_->trouble(hosts_.host(index), why);
    }

    NameKeeperOptions keeper_options()
    {
        return {.family = settings_.family,
                .on_address =
                    [this](KeptName name, const asio::ip::address& address, NameNews news) {
                        on_address(host_of_name_[name.index], name, address, news);
                        wake_.cancel();
                    },
                .on_failure =
                    [this](KeptName name, const std::string& why, NameFailure kind) {
                        const std::size_t index = host_of_name_[name.index];
                        if (hosts_.host(index).known()) return;  // its last address may still be right
                        if (kind == NameFailure::final) hosts_.give_up(index);
                        fail(index, PingHost::State::unresolved, why);
                        wake_.cancel();
                    }};
    }

    void on_address(std::size_t index, KeptName name, const asio::ip::address& address, NameNews news)
    {
        if (deadline_passed_) return;
        if (news == NameNews::first) start_host(index, address);
        if (!hosts_.is_pinged(index)) return keeper_.drop(name);
        if (news != NameNews::changed) return;
        const auto before = hosts_.host(index).address;
        try {
            hosts_.move(index, address);
            printer_->moved(hosts_.host(index), before);
        } catch (const boost::system::system_error& error) {  // no socket for the new one: the old one is kept
            printer_->trouble(hosts_.host(index),
                              fmt::format("{}: {}", printable(hosts_.host(index).name), reason_of(error)));
        }
    }

    /// How often a name is asked for. With a count, the run has an end that a name which isn't there must not put off.
    NameAttempts attempts() const
    {
        if (settings_.count == 0 || settings_.deadline) return {};
        return {.passing = 3, .told = 1};
    }

    /// As iputils' ping: who asks by address wants to see addresses.
    void want_names(std::size_t index)
    {
        const PingHost& host = hosts_.host(index);
        if (settings_.names == PingNames::never || settings_.format != PingFormat::text) return;
        boost::system::error_code is_name;
        asio::ip::make_address(io::resolvable_host(host.name), is_name);
        const bool numeric = !is_name || host.range;
        if (numeric && settings_.names != PingNames::always) return;
        hosts_.set_named(index);
        if (!settings_.quiet && !settings_.lists()) reverse_names_.show(host.address);  // asks for it early
    }

    void on_event(const PingEvent& event)
    {
        const std::size_t index = hosts_.index_of(event);
        printer_->event(hosts_.host(index), event);
        if (!hosts_.is_pinged(index)) return;
        if (settings_.until && settings_.until->holds(hosts_.numbers(index))) return hosts_.stop(index);
        if (!stops_at_events(settings_, hosts_.host(index))) return;
        if (std::holds_alternative<PingError>(event)) return hosts_.stop(index);
        const bool answer = std::holds_alternative<PingReply>(event) || std::holds_alternative<PingLate>(event);
        if (answer && hosts_.count_answer(index) == settings_.count) hosts_.stop(index);
    }

    /// A machine that is too slow for its own probes always has events: no timer shall have to wait for them to end.
    bool is_late() const { return settings_.deadline && Clock::now() - started_ >= *settings_.deadline; }

    void on_deadline()
    {
        deadline_passed_ = true;
        for (std::size_t i = 0; i < hosts_.size(); ++i) hosts_.stop(i);
        wake_.cancel();
    }

    void tell_status()
    {
        for (std::size_t i = 0; i < hosts_.size(); ++i)
            if (hosts_.host(i).known()) printer_->status(hosts_.host(i), hosts_.numbers(i));
    }

    void repaint(std::chrono::nanoseconds interval)
    {
        printer_->repaint(hosts_);
        repaint_.expires_after(interval);
        repaint_.async_wait([self = shared_from_this(), interval](boost::system::error_code error) {
            if (!error) self->repaint(interval);
        });
    }

    int finish()
    {
        keeper_.close();
        repaint_.cancel();
        linger_.cancel();
        PingTotal total;
        int exit_code = settings_.bad_targets.empty() ? all_answered : failed;
        for (std::size_t i = 0; i < hosts_.size(); ++i) {
            const auto numbers = hosts_.numbers(i);
            total.targets += numbers.hosts;
            total.alive += alive_in(numbers);
            total.unresolved += hosts_.host(i).state == PingHost::State::unresolved ? 1U : 0U;
            total.sent += numbers.sent;
            total.received += numbers.received;
            exit_code = std::max(exit_code, exit_code_of(hosts_.host(i), numbers));
        }
        total.rx_dropped = pinger_.rx_dropped();
        total.sched_lag = pinger_.sched_lag();
        printer_->results(hosts_, total);
        return exit_code;
    }

    /// Of a range that is too large to be counted, one host at least is there if anything came.
    static std::uint64_t alive_in(const PingStatistics& numbers)
    {
        const bool any = numbers.received + numbers.late != 0;
        return std::max<std::uint64_t>(numbers.hosts_answered, any ? 1 : 0);
    }

    int exit_code_of(const PingHost& host, const PingStatistics& numbers) const
    {
        const auto answers = numbers.received + numbers.late;
        // To iputils' ping, what couldn't be sent is what had no answer.
        const bool none_left = !settings_.plain && numbers.sent != 0 && numbers.sent == numbers.send_errors;
        if (!host.known() || none_left) return failed;
        const std::uint64_t wanted = stops_at_events(settings_, host) ? std::max<std::uint64_t>(settings_.count, 1) : 1;
        if (host.range && alive_in(numbers) < numbers.hosts) return no_answer;
        if (settings_.fail_if && settings_.fail_if->holds(numbers)) return no_answer;
        return answers >= wanted ? all_answered : no_answer;
    }

    const PingSettings& settings_;
    const Clock::time_point started_ = Clock::now();
    Clock::time_point begun_ = started_;  ///< the streams, the last time
    IcmpPinger pinger_;
    PingHosts hosts_;
    ShownAddresses reverse_names_;
    NameKeeper keeper_;
    std::vector<std::uint32_t> host_of_name_;  ///< by the keeper's number
    std::unique_ptr<PingPrinter> printer_;
    asio::steady_timer wake_;  ///< never expires: is cancelled when there is news of a name
    asio::steady_timer deadline_;
    asio::steady_timer linger_, repaint_;
    StatusTeller status_;
    bool deadline_passed_ = false;
    bool lingers_ = false;  ///< the last probe is sent
};

}  // namespace libnet::apps
