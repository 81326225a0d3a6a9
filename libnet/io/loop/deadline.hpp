#pragma once
// Deadlines of a server: one coarse timer for all of them, never one timer per operation.

#include <libnet/base/timing_wheel.hpp>
#include <libnet/io/loop/executor.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace libnet::inline v0::io {

/// The clock behind any number of `Deadline`s. It ticks only while there are some, so that an io_context without other
/// work can end. Of many deadlines that pass together some are called at a time, and others have their turn between: what
/// thousands of slow clients bring about at once delays no other. Must outlive its deadlines.
class DeadlineWheel {
public:
    static constexpr std::chrono::milliseconds tick{250};

    explicit DeadlineWheel(const Executor& executor);

    /// Stops the clock until another deadline is set: for a server that has ended, so that an io_context needn't wait
    /// for the next tick to find that there is nothing left.
    void rest() { state_->timer.cancel(); }

private:
    friend class Deadline;
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

    /// Shared with the timer's handler, which may run after the wheel is gone.
    struct State {
        explicit State(const Executor& executor) : timer{executor} {}
        base::TimingWheel wheel;
        Timer timer;
        bool ticking = false;
        bool posted = false;  // more deadlines are about to be called
    };

    void start();
    static void wait(const std::shared_ptr<State>& state);
    static void call_due(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

/// One deadline, without a timer of its own. Setting and moving it costs a few instructions.
class Deadline {
public:
    /// `on_expired` is called when the deadline passes, late by up to two ticks but never early, and again on every
    /// tick until the deadline is set anew, cleared or destroyed: a callback that cancels pending operations can't miss
    /// one that starts a moment later.
    Deadline(DeadlineWheel& wheel, std::function<void()> on_expired);

    /// Sets the deadline, from now. Zero: at the next tick; the longest duration: never.
    void expires_after(std::chrono::milliseconds duration);

    /// No deadline any more.
    void clear() noexcept { entry_.cancel(); }

    /// The deadline has passed, and was neither set anew nor cleared.
    bool expired() const noexcept { return entry_.due(); }

private:
    DeadlineWheel& wheel_;
    base::TimingWheel::Entry entry_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/loop/deadline.ipp>
#endif
