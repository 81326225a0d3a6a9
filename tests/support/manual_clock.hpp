#pragma once
// A file server's clocks, which a test sets.

#include <libnet/io/files/file_clock.hpp>

#include <atomic>
#include <chrono>
#include <memory>

namespace libnet::test {

/// The steady clock stands still until the test advances it. The system clock goes on with the machine's, since the kernel
/// stamps files by that, but is a second ahead: a file that was just written looks a second old, as one does whose next
/// change is sure to show in its time stamps.
class ManualClock {
public:
    FileClock clock() const
    {
        const auto begin = std::chrono::steady_clock::now();
        const auto state = state_;
        return {.steady = [state, begin] { return begin + state->passed.load(); },
                .system =
                    [state] { return std::chrono::system_clock::now() + state->ahead.load() + state->passed.load(); }};
    }

    void advance(std::chrono::nanoseconds time) { state_->passed = state_->passed.load() + time; }

    /// Files that are just written look as young as they are.
    void show_age() { state_->ahead = std::chrono::nanoseconds{0}; }

private:
    struct State {
        std::atomic<std::chrono::nanoseconds> passed{}, ahead{std::chrono::seconds{1}};
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace libnet::test
