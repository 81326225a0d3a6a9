#pragma once
// One probe for /probe: the lookup, then a stream of requests through the pinger that all probes share.

#include <libnet/impl/ping/probe_report.hpp>
#include <libnet/impl/ping/probe_request.hpp>
#include <libnet/io/dns/resolve_until.hpp>
#include <libnet/ping_dispatcher.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace libnet::inline v0::detail {

/// Listens to the requests of one probe, from construction until it goes out of scope.
class ProbeRun : public PingListener {
public:
    /// Starts the stream. Throws as IcmpPinger::add does.
    ProbeRun(boost::asio::any_io_executor executor, PingDispatcher& dispatcher, const boost::asio::ip::address& address,
             const PingTargetOptions& options)
        : dispatcher_{dispatcher},
          count_{options.count},
          ended_{executor, boost::asio::steady_timer::time_point::max()},
          target_{dispatcher.add(address, options, *this)}
    {}
    ~ProbeRun() override { dispatcher_.remove(target_); }
    ProbeRun(const ProbeRun&) = delete;
    ProbeRun& operator=(const ProbeRun&) = delete;

    /// Waits until every request has ended, or for `limit`.
    boost::asio::awaitable<void> wait(boost::asio::steady_timer::time_point limit)
    {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        if (done()) co_return;
        ended_.expires_at(limit);
        co_await ended_.async_wait(token);
    }

    void tell(ProbeReport& report) const
    {
        report.numbers = dispatcher_.statistics(target_);
        report.ttl = ttl_;
        report.errors = errors_;
    }

    void on_event(const PingEvent& event) override
    {
        if (const auto* reply = std::get_if<PingReply>(&event)) ttl_ = reply->ttl;
        else if (const auto* late = std::get_if<PingLate>(&event)) ttl_ = late->ttl;
        else if (const auto* error = std::get_if<PingError>(&event)) ++errors_[std::string{error->words()}];
        else if (const auto* failed = std::get_if<PingSendError>(&event)) ++errors_[failed->error.message()];
        if (done()) ended_.cancel();
    }

private:
    bool done() const
    {
        const auto numbers = dispatcher_.statistics(target_);
        return numbers.sent == count_ && numbers.pending == 0;
    }

    PingDispatcher& dispatcher_;
    std::uint64_t count_;
    std::optional<int> ttl_;
    std::map<std::string, std::uint64_t> errors_;
    boost::asio::steady_timer ended_;  ///< is cancelled when they have
    PingTarget target_;
};

/// Probes a target. Completes within the time that the request has, or a moment later, whatever happens; throws
/// `operation_aborted` when it is cancelled (terminal).
inline boost::asio::awaitable<ProbeReport> run_probe(PingDispatcher& dispatcher, io::SharedResolver& resolver,
                                                     ProbeRequest request, engine::ClientKey client,
                                                     std::chrono::nanoseconds interval)
{
    using Clock = std::chrono::steady_clock;
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto start = Clock::now();
    const auto limit = start + request.time;
    ProbeReport report;
    report.address = co_await io::resolve_until(resolver, request.target, client, request.family, limit);
    const auto resolved = Clock::now();
    report.lookup = resolved - start;

    PingTargetOptions options{.count = request.count,
                              .interval = probe_interval(interval, limit - resolved, request.count)};
    options.timeout = limit - resolved - *options.interval * static_cast<std::int64_t>(request.count - 1);
    if (report.address && limit > resolved) {
        std::optional<ProbeRun> run;
        try {
            run.emplace(executor, dispatcher, *report.address, options);
            report.setup = Clock::now() - resolved;
        } catch (const boost::system::system_error& error) {  // no socket for this IP version
            ++report.errors[error.code().message()];
        }
        if (run) {
            co_await run->wait(limit);
            run->tell(report);
        }
    }
    report.all = Clock::now() - start;
    co_return report;
}

}  // namespace libnet::inline v0::detail
