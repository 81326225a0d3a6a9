#pragma once
// Bodies of libnet/path_watcher.hpp.

#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/loop/turnstile.hpp>
#include <libnet/path_watcher.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <utility>
#include <variant>

namespace libnet::inline v0 {

namespace detail {

/// A target, and its rounds.
struct WatchedTarget {
    boost::asio::ip::address address{};
    std::uint64_t wanted = 0;                     ///< rounds; 0: no end
    std::uint64_t started = 0;                    ///< of these
    std::uint64_t waiting = 0;                    ///< that are over, and not told yet
    std::chrono::steady_clock::time_point due{};  ///< when the next round begins
    bool removed = false;
    PathWatch watch{};

    struct Started {
        TraceTarget handle{};
        std::uint64_t number = 0;
        std::optional<TracePath> path{};  ///< once it is over
    };
    std::deque<Started> rounds{};  ///< under way, or over behind one that is under way

    bool may_start() const noexcept
    {
        constexpr std::size_t most_under_way = 8, most_waiting = 64;
        return rounds.size() < most_under_way && waiting < most_waiting;
    }
    bool wants_more() const noexcept { return !removed && (wanted == 0 || started < wanted) && may_start(); }
    bool ended() const noexcept
    {
        return (removed || (wanted != 0 && started == wanted)) && rounds.empty() && waiting == 0;
    }
};

/// A timer begins rounds, and the tracer's events are taken as long as rounds are under way.
class PathWatcherState : public std::enable_shared_from_this<PathWatcherState> {
public:
    using Clock = std::chrono::steady_clock;

    PathWatcherState(const boost::asio::any_io_executor& executor, PathWatcherOptions options)
        : executor_{executor},
          options_{options},
          begin_{executor},
          news_{executor, boost::asio::steady_timer::time_point::max()},
          tracer_{std::in_place, executor, options.trace}
    {
        io::require_option(options.interval > options.interval.zero(), "path watch interval: more than zero");
        io::require_option(options.trace.flows == 1, "path watch flows: 1");
    }

    std::size_t add(const boost::asio::ip::address& address, std::uint64_t rounds, std::chrono::nanoseconds delay)
    {
        WatchedTarget target;
        target.address = address;
        target.wanted = rounds;
        target.due = Clock::now() + delay;
        targets_.push_back(std::move(target));
        if (delay <= delay.zero()) begin_at_once();
        arm();
        return targets_.size() - 1;
    }

    /// The target that was added last. It is taken back where that fails.
    void begin_at_once()
    try {
        begin_round(targets_.size() - 1);
    } catch (...) {
        targets_.pop_back();
        throw;
    }

    const PathWatch& watch(std::size_t target) const { return targets_.at(target).watch; }
    void reset(std::size_t target) { targets_.at(target).watch.reset(); }
    TraceCounters counters() const { return tracer_ ? tracer_->counters() : TraceCounters{}; }

    void remove(std::size_t target)
    {
        auto& removed = targets_.at(target);
        removed.removed = true;
        removed.watch = PathWatch{};  // only its number is kept
        arm();
        news_.cancel();
    }

    void stop() noexcept
    {
        stopped_ = true;
        begin_.cancel();
        news_.cancel();
        tracer_.reset();
    }

    static boost::asio::awaitable<std::optional<PathRound>> next(std::shared_ptr<PathWatcherState> self)
    {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
        io::Turnstile::Turn turn{self->nexts_, self->executor_};
        co_await turn.come();
        for (;;) {
            if (self->stopped_) throw boost::system::system_error{boost::asio::error::operation_aborted};
            if (self->failure_) std::rethrow_exception(self->failure_);
            if (auto round = self->take()) co_return std::move(round);
            if (std::ranges::all_of(self->targets_, &WatchedTarget::ended)) co_return std::nullopt;
            co_await self->news_.async_wait(token);
            const auto state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() != boost::asio::cancellation_type::none)
                throw boost::system::system_error{boost::asio::error::operation_aborted};
        }
    }

private:
    std::optional<PathRound> take()
    {
        if (queue_.empty()) return std::nullopt;
        auto round = std::move(queue_.front());
        queue_.pop_front();
        --targets_[round.target].waiting;
        arm();  // a round may have waited for this place
        return round;
    }

    void begin_round(std::size_t index)
    {
        auto& target = targets_[index];
        const auto handle = tracer_->add(target.address);
        target.rounds.push_back({handle, ++target.started, std::nullopt});
        targets_of_.emplace(handle, index);
        target.due = std::max(target.due + options_.interval, Clock::now());
        // The tracer looks at a new target when it is asked again; nothing is lost by a cancellation.
        if (waiting_) again_.emit(boost::asio::cancellation_type::terminal);
        else wait_for_event();
    }

    /// Waits for the next round to begin.
    void arm()
    {
        auto next = Clock::time_point::max();
        for (const auto& target : targets_)
            if (target.wants_more()) next = std::min(next, target.due);
        if (stopped_ || failure_ || next == Clock::time_point::max()) return;
        begin_.expires_at(next);
        begin_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
            const auto self = weak.lock();
            // It may have expired before it was cancelled.
            if (!cancelled && self && !self->stopped_) self->begin_due();
        });
    }

    void begin_due()
    try {
        const auto now = Clock::now();
        for (std::size_t i = 0; i < targets_.size(); ++i)
            if (targets_[i].wants_more() && targets_[i].due <= now) begin_or_tell(i, now);
        arm();
    } catch (...) {
        fail(std::current_exception());
    }

    /// What a round can't be begun for (no socket for its IP version, say) concerns this target only: its round tells it.
    void begin_or_tell(std::size_t index, Clock::time_point now)
    try {
        begin_round(index);
    } catch (const boost::system::system_error& error) {
        auto& target = targets_[index];
        PathRound failed{index, ++target.started, {}, std::nullopt};
        failed.path.target = target.address;
        failed.path.stop_reason = TraceStop::send_failed;
        failed.path.error = error.code();
        target.due = now + options_.interval;
        queue_.push_back(std::move(failed));
        ++target.waiting;
        news_.cancel();
    }

    void wait_for_event()
    {
        waiting_ = true;
        const auto on_event = [self = shared_from_this()](std::exception_ptr failure, std::optional<TraceEvent> event) {
            self->on_event(failure, std::move(event));
        };
        boost::asio::co_spawn(executor_, tracer_->next(), boost::asio::bind_cancellation_slot(again_.slot(), on_event));
    }

    /// Nothing: there are no targets under way any more.
    void on_event(const std::exception_ptr& failure, std::optional<TraceEvent> event)
    {
        waiting_ = false;
        if (stopped_) return;
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            if (error.code() != boost::asio::error::operation_aborted) return fail(failure);
        } catch (...) {
            return fail(failure);
        }
        if (event)
            if (auto* done = std::get_if<TraceDone>(&*event)) on_done(std::move(*done));
        if (!targets_of_.empty()) wait_for_event();
    }

    void on_done(TraceDone done)
    {
        const auto found = targets_of_.find(done.target);
        if (found == targets_of_.end()) return;
        const auto index = found->second;
        targets_of_.erase(found);
        auto& target = targets_[index];
        const auto round = std::ranges::find(target.rounds, done.target, &WatchedTarget::Started::handle);
        round->path = std::move(done.path);
        for (; !target.rounds.empty() && target.rounds.front().path; target.rounds.pop_front()) {
            auto& first = target.rounds.front();
            PathRound over{index, first.number, *std::move(first.path), std::nullopt};
            if (!target.removed) over.change = target.watch.on_round(over.path, std::chrono::system_clock::now());
            queue_.push_back(std::move(over));
            ++target.waiting;
        }
        arm();
        news_.cancel();
    }

    void fail(std::exception_ptr failure)
    {
        if (!failure_) failure_ = std::move(failure);
        news_.cancel();
    }

    boost::asio::any_io_executor executor_;
    PathWatcherOptions options_;
    boost::asio::steady_timer begin_;
    boost::asio::steady_timer news_;  // never expires: is cancelled when there is something for `next`
    std::optional<Tracer> tracer_;    // nothing once it is stopped
    io::Turnstile nexts_;
    std::deque<WatchedTarget> targets_;  // references hold
    std::map<TraceTarget, std::size_t> targets_of_;
    std::deque<PathRound> queue_;
    std::exception_ptr failure_;
    boost::asio::cancellation_signal again_;
    bool waiting_ = false;  ///< for the tracer's next event
    bool stopped_ = false;
};

}  // namespace detail

LIBNETXX_DECL PathWatcher::PathWatcher(boost::asio::any_io_executor executor, PathWatcherOptions options)
    : state_{std::make_shared<detail::PathWatcherState>(executor, options)}
{}

LIBNETXX_DECL PathWatcher::~PathWatcher() = default;
LIBNETXX_DECL PathWatcher::PathWatcher(PathWatcher&&) noexcept = default;
LIBNETXX_DECL PathWatcher& PathWatcher::operator=(PathWatcher&&) noexcept = default;

LIBNETXX_DECL std::size_t PathWatcher::add(boost::asio::ip::address target, std::uint64_t rounds,
                                           std::chrono::nanoseconds delay)
{
    return state_->add(target, rounds, delay);
}

LIBNETXX_DECL boost::asio::awaitable<std::optional<PathRound>> PathWatcher::next()
{
    return detail::PathWatcherState::next(state_.share());
}

LIBNETXX_DECL const PathWatch& PathWatcher::watch(std::size_t target) const { return state_->watch(target); }

LIBNETXX_DECL TraceCounters PathWatcher::counters() const { return state_->counters(); }

LIBNETXX_DECL void PathWatcher::remove(std::size_t target) { state_->remove(target); }

LIBNETXX_DECL void PathWatcher::reset(std::size_t target) { state_->reset(target); }

}  // namespace libnet::inline v0
