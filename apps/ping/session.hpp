#pragma once
// One run of ping++: names become targets, events are shown, the rules of -c and -w end it.

#include <apps/output.hpp>
#include <apps/ping/json_printer.hpp>
#include <apps/ping/names.hpp>
#include <apps/ping/settings.hpp>
#include <apps/ping/text_printer.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/io/resolver.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libnet::apps {

/// Shared with the coroutines that look names up.
class PingSession : public std::enable_shared_from_this<PingSession> {
public:
    /// Exit codes of iputils: every host has answered; one didn't (with -c and -w: not often enough); a host has no
    /// address, or no probe to it could be sent.
    static constexpr int all_answered = 0, no_answer = 1, failed = 2;

    PingSession(asio::any_io_executor executor, const PingSettings& settings)
        : executor_{executor},
          settings_{settings},
          pinger_{executor, settings.options},
          resolver_{executor},
          names_{executor, resolver_},
          name_came_{executor, asio::steady_timer::time_point::max()},
          deadline_{executor},
          status_timer_{executor},
          status_wanted_{executor, SIGQUIT}
    {
        if (settings.json) printer_ = std::make_unique<JsonPingPrinter>(settings.quiet);
        else printer_ = std::make_unique<TextPingPrinter>(settings_, names_);
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
                else if (unresolved_ == 0) break;
                else co_await name_came_.async_wait(token);
            }
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted)
                throw;  // interrupted: what we know is told all the same
        }
        co_return finish();
    }

private:
    static constexpr std::uint64_t max_unbounded = std::uint64_t{1} << 24;  ///< hosts of a range, without any limit

    struct Entry {
        PingHost host;
        std::optional<PingTarget> target;  ///< while it is pinged
        PingStatistics numbers;            ///< when it no longer is
        bool failed = false;               ///< no address, or no socket for it
    };

    void start()
    {
        for (const auto& name : settings_.hosts) entries_.push_back({{name, {}}, {}, {}, {}});
        unresolved_ = entries_.size();
        for (const auto& why : settings_.bad_targets) printer_->unresolved({}, why);
        tell_status_on_signal();
        if (settings_.summary_interval) tell_status_from_time_to_time(std::chrono::steady_clock::now());
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (!add_range(entries_[i])) asio::co_spawn(executor_, resolve(shared_from_this(), i), asio::detached);
        if (!settings_.deadline) return;
        deadline_.expires_after(*settings_.deadline);
        deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (!error) self->on_deadline();
        });
    }

    void tell_status()
    {
        for (const auto& entry : entries_) {
            if (entry.failed) continue;
            printer_->status(entry.host, entry.target ? pinger_.statistics(*entry.target) : entry.numbers);
        }
    }

    void tell_status_on_signal()
    {
        status_wanted_.async_wait([self = shared_from_this()](boost::system::error_code error, int) {
            if (error) return;
            self->tell_status();
            self->tell_status_on_signal();
        });
    }

    void tell_status_from_time_to_time(std::chrono::steady_clock::time_point last)
    {
        const auto next = last + *settings_.summary_interval;
        status_timer_.expires_at(next);
        status_timer_.async_wait([self = shared_from_this(), next](boost::system::error_code error) {
            if (error) return;
            self->tell_status();
            self->tell_status_from_time_to_time(next);
        });
    }

    /// True: it is a range, not a name to be looked up.
    bool add_range(Entry& entry)
    {
        if (entry.host.name.find_first_of("/-") == std::string::npos) return false;
        const auto range = wire::parse_address_range(entry.host.name);
        if (!range && entry.host.name.find('/') == std::string::npos) return false;  // names may have hyphens
        --unresolved_;
        if (!range) {
            on_no_address(entry,
                          fmt::format("{}: expected {}", printable(entry.host.name), wire::expected(range.error())));
        } else if (range->size() > max_unbounded && settings_.count == 0 && !settings_.deadline && !settings_.rate) {
            on_no_address(entry, fmt::format("{}: {} hosts are too many without -c, -w or --rate",
                                             printable(entry.host.name), range->size()));
        } else {
            entry.host.address = range->first;
            add_target(entry, [&] { return pinger_.add(*range, range_options(range->size())); });
        }
        return true;
    }

    PingTargetOptions range_options(std::uint64_t hosts) const
    {
        PingTargetOptions options;
        options.count = settings_.deadline ? 0 : settings_.count;
        options.quiet = settings_.quiet && !settings_.deadline && !settings_.until;
        if (!settings_.rate) return options;
        const auto rate = static_cast<double>(settings_.rate->per_second);
        const auto longest = static_cast<double>(std::chrono::nanoseconds::max().count()) / 2;
        options.interval = std::chrono::nanoseconds{
            rate == 0 ? 0 : std::llround(std::min(static_cast<double>(hosts) / rate * 1e9, longest))};
        return options;
    }

    static asio::awaitable<void> resolve(std::shared_ptr<PingSession> self, std::size_t index)
    {
        Entry& entry = self->entries_[index];
        const std::string name = entry.host.name;
        try {
            const auto addresses = co_await self->resolver_.resolve(name, self->settings_.family);
            self->on_address(entry, addresses.front());
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) co_return;
            self->on_no_address(entry, reason_of(error));
        }
        --self->unresolved_;
        self->name_came_.cancel();
    }

    void on_address(Entry& entry, const asio::ip::address& address)
    {
        if (deadline_passed_) return;
        entry.host.address = address;
        add_target(entry, [&] { return pinger_.add(address, target_options(entry)); });
    }

    template <typename Add>
    void add_target(Entry& entry, Add&& add)
    {
        try {
            entry.target = add();
        } catch (const boost::system::system_error& error) {  // no socket for this IP version, or not from this source
            return on_no_address(entry, fmt::format("{}: {}", printable(entry.host.name), reason_of(error)));
        }
        if (by_target_.size() <= entry.target->index) by_target_.resize(entry.target->index + 1);
        by_target_[entry.target->index] = &entry;
        want_names(entry.host);
        printer_->start(entry.host);
    }

    void on_no_address(Entry& entry, const std::string& why)
    {
        entry.failed = true;
        entry.host.address = asio::ip::address{};
        printer_->unresolved(entry.host.name, why);
    }

    /// As iputils' ping: who asks by address wants to see addresses.
    void want_names(const PingHost& host)
    {
        boost::system::error_code is_name;
        asio::ip::make_address(host.name, is_name);
        if (!is_name || settings_.numeric || settings_.json) return;
        names_.enable();
        names_.show(host.address);  // asks for it early
    }

    PingTargetOptions target_options(const Entry& entry) const
    {
        PingTargetOptions options;
        options.count = settings_.deadline ? 0 : settings_.count;  // then it is answers that are counted
        // Many hosts at once would be a burst: each has its moment in the interval.
        const auto most = std::chrono::nanoseconds{std::chrono::milliseconds{10}};
        const auto share = settings_.options.interval / static_cast<std::int64_t>(entries_.size());
        options.delay = (&entry - entries_.data()) * std::min(most, share);
        return options;
    }

    void on_event(const PingEvent& event)
    {
        const auto target = std::visit([](const auto& e) { return e.target; }, event);
        Entry& entry = *by_target_[target.index];
        printer_->event(entry.host, event);
        if (!settings_.deadline && !settings_.until) return;
        const auto numbers = pinger_.statistics(target);
        if (settings_.until && settings_.until->holds(numbers)) return stop(entry);
        if (!settings_.deadline) return;
        const bool enough = settings_.count != 0 && numbers.received + numbers.late >= settings_.count;
        if (enough || numbers.errors != 0) stop(entry);
    }

    void on_deadline()
    {
        deadline_passed_ = true;
        for (auto& entry : entries_) stop(entry);
        name_came_.cancel();
    }

    void stop(Entry& entry)
    {
        if (!entry.target) return;
        entry.numbers = pinger_.statistics(*entry.target);
        pinger_.remove(*entry.target);
        entry.target.reset();
    }

    int finish()
    {
        PingTotal total;
        int exit_code = settings_.bad_targets.empty() ? all_answered : failed;
        for (auto& entry : entries_) {
            stop(entry);
            printer_->summary(entry.host, entry.numbers);
            const auto answers = entry.numbers.received + entry.numbers.late;
            ++total.targets;
            total.alive += answers == 0 ? 0 : 1;
            total.sent += entry.numbers.sent;
            total.received += entry.numbers.received;
            exit_code = std::max(exit_code, exit_code_of(entry, answers));
        }
        total.rx_dropped = pinger_.rx_dropped();
        total.sched_lag = pinger_.sched_lag();
        printer_->total(total);
        return exit_code;
    }

    int exit_code_of(const Entry& entry, std::uint64_t answers) const
    {
        const auto& numbers = entry.numbers;
        if (entry.failed || (numbers.sent != 0 && numbers.sent == numbers.send_errors)) return failed;
        const std::uint64_t wanted = settings_.deadline ? std::max<std::uint64_t>(settings_.count, 1) : 1;
        if (settings_.fail_if && settings_.fail_if->holds(numbers)) return no_answer;
        return answers >= wanted ? all_answered : no_answer;
    }

    asio::any_io_executor executor_;
    const PingSettings& settings_;
    IcmpPinger pinger_;
    io::Resolver resolver_;
    ReverseNames names_;
    std::unique_ptr<PingPrinter> printer_;
    std::vector<Entry> entries_;
    std::vector<Entry*> by_target_;  ///< by the handle's index
    std::size_t unresolved_ = 0;
    asio::steady_timer name_came_;  ///< never expires: is cancelled when a name is resolved, or can't be
    asio::steady_timer deadline_;
    asio::steady_timer status_timer_;
    asio::signal_set status_wanted_;
    bool deadline_passed_ = false;
};

}  // namespace libnet::apps
