#pragma once
// A coroutine of the program's own, run for a part of a server that goes on by events.

#include <libnet/io/loop/executor.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace libnet::inline v0::io {

/// One call. It and the coroutine share what there is: either may end first. Destroying it cancels the coroutine
/// (terminal); what one that doesn't heed that brings is dropped.
template <typename T>
class ProgramCall {
public:
    using Result = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    using Make = std::function<asio::awaitable<T>()>;

    /// Runs what `make` returns until it waits for the first time. `make` is kept until the coroutine has ended, and
    /// what it throws is a failure as well. `on_done` is called once, on the executor, at the end, not from here; it
    /// may destroy this. Where it is over already when the constructor returns, it is not called at all.
    ProgramCall(const Executor& executor, Make make, std::function<void()> on_done) : run_{std::make_shared<Run>()}
    {
        run_->make = std::move(make);
        auto running = run(run_);
        // The signal must outlive the coroutine: the completion holds it.
        asio::co_spawn(executor, std::move(running),
                       asio::bind_cancellation_slot(run_->abort.slot(), [held = run_](std::exception_ptr) {}));
        if (!run_->done) run_->on_done = std::move(on_done);
    }
    ~ProgramCall() { leave(); }
    ProgramCall(const ProgramCall&) = delete;
    ProgramCall& operator=(const ProgramCall&) = delete;

    bool done() const noexcept { return run_->done; }
    Result* result() noexcept
    {
        return run_->result ? &*run_->result : nullptr;
    }                                                                      ///< null: it isn't done, or has failed
    std::exception_ptr failure() const noexcept { return run_->failure; }  ///< null: it isn't done, or hasn't failed

private:
    struct Run {
        Make make;
        std::function<void()> on_done;  // empty while it is constructed, and once its owner doesn't want to know
        std::optional<Result> result;
        std::exception_ptr failure;
        asio::cancellation_signal abort;
        bool done = false;
    };

    static asio::awaitable<void> run(std::shared_ptr<Run> run)
    {
        try {
            auto calling = run->make();
            if constexpr (std::is_void_v<T>) {
                co_await std::move(calling);
                run->result.emplace();
            } else {
                T made = co_await std::move(calling);
                run->result.emplace(std::move(made));
            }
        } catch (...) {
            run->failure = std::current_exception();
        }
        run->done = true;
        if (const auto tell = std::exchange(run->on_done, nullptr)) tell();
    }

    void leave() noexcept
    try {
        run_->on_done = nullptr;
        if (!run_->done) run_->abort.emit(asio::cancellation_type::terminal);
    } catch (...) {
        // There was no memory to tell it. What it brings is dropped.
    }

    std::shared_ptr<Run> run_;
};

}  // namespace libnet::inline v0::io
