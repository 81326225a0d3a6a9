#pragma once
// Between the trace and its report: holds outcomes back until the names they need are known, and keeps their order.

#include <apps/trace/report.hpp>
#include <libnet/reverse_names.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

class Presenter {
public:
    static constexpr std::chrono::milliseconds patience{1500};  ///< for names

    /// `names` says whether names are wanted at all.
    Presenter(asio::any_io_executor executor, TraceReport& report, bool names) : report_{report}, empty_{executor}
    {
        if (names)
            names_.emplace(std::move(executor),
                           ReverseNamesOptions{.patience = patience, .on_settled = [this] { show(); }});
    }

    void add(TraceOutcome outcome)
    {
        if (const auto* hop = std::get_if<TraceHop>(&outcome); hop && names_) names_->look_up(hop->from);
        waiting_.push_back(std::move(outcome));
        show_ready();
    }

    /// Completes when everything is shown, `patience` from now at the latest. Throws what showing threw.
    asio::awaitable<void> finish()
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        empty_.expires_after(patience);
        if (!waiting_.empty() && !failure_) co_await empty_.async_wait(token);
        show_now();
    }

    /// Shows what is left, with the names that are known by now.
    void show_now()
    {
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        while (!waiting_.empty()) show_first();
    }

    NameOf name_of() const
    {
        return [this](const asio::ip::address& address) { return names_ ? names_->find(address) : std::nullopt; };
    }

private:
    /// Called back by a name: what goes wrong is told later, where somebody can catch it.
    void show()
    try {
        show_ready();
    } catch (...) {
        failure_ = std::current_exception();
        empty_.cancel();
    }

    void show_ready()
    {
        while (!waiting_.empty() && is_ready(waiting_.front())) show_first();
        if (waiting_.empty()) empty_.cancel();
    }

    bool is_ready(const TraceOutcome& outcome) const
    {
        const auto* hop = std::get_if<TraceHop>(&outcome);
        return !hop || !names_ || names_->is_settled(hop->from);
    }

    void show_first()
    {
        const auto outcome = std::move(waiting_.front());
        waiting_.pop_front();
        report_.probe(outcome, name_of());
    }

    TraceReport& report_;
    std::deque<TraceOutcome> waiting_;
    asio::steady_timer empty_;  // cancelled when nothing waits any more
    std::exception_ptr failure_;
    std::optional<ReverseNames> names_;  // last: it calls back
};

}  // namespace libnet::apps
