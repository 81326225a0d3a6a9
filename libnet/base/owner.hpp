#pragma once
// How an object of the public interface holds what it shares with its coroutines.

#include <memory>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::base {

/// Holds a state that coroutines may keep alive for a while, and tells it to stop when the owner is destroyed or takes
/// another one. Whoever uses an owner that was moved from gets a `std::logic_error`.
template <typename State>
class Owner {
public:
    explicit Owner(std::shared_ptr<State> state) noexcept : state_{std::move(state)} {}
    ~Owner() { stop(); }
    Owner(Owner&& other) noexcept = default;
    Owner& operator=(Owner&& other) noexcept
    {
        if (this == &other) return *this;
        stop();
        state_ = std::move(other.state_);
        return *this;
    }

    State* operator->() const { return share().get(); }

    /// For a coroutine.
    const std::shared_ptr<State>& share() const
    {
        if (!state_) throw std::logic_error{"libnet: an object is used that was moved from"};
        return state_;
    }

private:
    void stop() noexcept
    {
        if (state_) state_->stop();
    }

    std::shared_ptr<State> state_;
};

}  // namespace libnet::inline v0::base
