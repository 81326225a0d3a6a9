#pragma once

#include <libnet/config.hpp>
#include <libnet/io/loop/deadline.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// So many deadlines are called in a row.
inline constexpr std::size_t deadlines_at_once = 32;

}  // namespace detail

LIBNETXX_DECL DeadlineWheel::DeadlineWheel(const Executor& executor) : state_{std::make_shared<State>(executor)} {}

LIBNETXX_DECL void DeadlineWheel::start()
{
    if (std::exchange(state_->ticking, true)) return;
    state_->timer.expires_after(tick);
    wait(state_);
}

LIBNETXX_DECL void DeadlineWheel::wait(const std::shared_ptr<State>& state)
{
    // Weak: the timer is cancelled by its destructor when the wheel goes, and the handler must not keep it alive.
    state->timer.async_wait([weak = std::weak_ptr{state}](boost::system::error_code) {
        const auto wheel = weak.lock();
        if (!wheel) return;
        // After a stall every missed tick is made up for, so that a deadline isn't put off by a busy loop.
        for (const auto now = Timer::clock_type::now(); wheel->timer.expiry() <= now;) {
            wheel->wheel.advance(0);
            wheel->timer.expires_at(wheel->timer.expiry() + tick);
        }
        call_due(wheel);
        if (wheel->wheel.empty()) wheel->ticking = false;
        else wait(wheel);
    });
}

LIBNETXX_DECL void DeadlineWheel::call_due(const std::shared_ptr<State>& state)
{
    if (state->wheel.go_on(detail::deadlines_at_once) || std::exchange(state->posted, true)) return;
    asio::post(state->timer.get_executor(), [weak = std::weak_ptr{state}] {
        const auto wheel = weak.lock();
        if (!wheel) return;
        wheel->posted = false;
        call_due(wheel);
    });
}

LIBNETXX_DECL Deadline::Deadline(DeadlineWheel& wheel, std::function<void()> on_expired)
    : wheel_{wheel},
      entry_{wheel.state_->wheel, std::move(on_expired)}
{}

LIBNETXX_DECL void Deadline::expires_after(std::chrono::milliseconds duration)
{
    // Rounded up, so that the longest of all doesn't overflow. One tick more: the running tick has begun already.
    const auto whole = std::max(duration, {});
    const auto ticks = whole / DeadlineWheel::tick + (whole % DeadlineWheel::tick != whole.zero() ? 1 : 0);
    entry_.schedule(static_cast<base::TimingWheel::Ticks>(ticks) + 1);
    wheel_.start();
}

}  // namespace libnet::inline v0::io
