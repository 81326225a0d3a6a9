#pragma once
// Between the trace and its report: holds outcomes back for a moment, as their names may come, and keeps their order.

#include <apps/trace/descriptions.hpp>
#include <apps/trace/report.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// Shows each outcome as soon as what describes its address is known, and `patience` after it came at the latest. A name
/// server that is down delays a line by that much, and no line longer.
class Presenter {
public:
    static constexpr std::chrono::milliseconds patience{60};

    Presenter(const asio::any_io_executor& executor, TraceReport& report, const TraceSettings& settings)
        : report_{report},
          due_{executor},
          empty_{executor, asio::steady_timer::time_point::max()},
          descriptions_{executor, settings, [this] { show_settled(); }}
    {}

    void add(TraceOutcome outcome)
    {
        if (const auto* hop = std::get_if<TraceHop>(&outcome)) descriptions_.look_up(hop->from);
        waiting_.push_back({std::move(outcome), Clock::now() + patience});
        show_ready();
    }

    /// Completes when everything is shown, `patience` from now at the latest. Throws what showing threw.
    asio::awaitable<void> finish()
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        if (!waiting_.empty() && !failure_) co_await empty_.async_wait(token);
        show_now();
    }

    /// Shows what is left, with what is known by now.
    void show_now()
    {
        due_.cancel();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        while (!waiting_.empty()) show_first();
    }

    Describe describe() const
    {
        return [this](const asio::ip::address& address) { return descriptions_.of(address); };
    }

private:
    using Clock = std::chrono::steady_clock;

    struct Waiting {
        TraceOutcome outcome;
        Clock::time_point due;  ///< it is shown by then
    };

    /// Called back: what goes wrong is told later, where it can be caught.
    void show_settled()
    try {
        show_ready();
    } catch (...) {
        failure_ = std::current_exception();
        empty_.cancel();
    }

    void show_ready()
    {
        while (!waiting_.empty() && is_ready(waiting_.front())) show_first();
        if (waiting_.empty()) {
            due_.cancel();
            empty_.cancel();
            return;
        }
        due_.expires_at(waiting_.front().due);
        due_.async_wait([this](boost::system::error_code cancelled) {
            if (!cancelled) show_settled();
        });
    }

    bool is_ready(const Waiting& waiting) const
    {
        const auto* hop = std::get_if<TraceHop>(&waiting.outcome);
        return !hop || descriptions_.is_settled(hop->from) || Clock::now() >= waiting.due;
    }

    void show_first()
    {
        const auto first = std::move(waiting_.front());
        waiting_.pop_front();
        report_.probe(first.outcome, describe());
    }

    TraceReport& report_;
    std::deque<Waiting> waiting_;
    asio::steady_timer due_;
    asio::steady_timer empty_;  // cancelled when nothing waits any more
    std::exception_ptr failure_;
    Descriptions descriptions_;  // last: it calls back
};

}  // namespace libnet::apps
