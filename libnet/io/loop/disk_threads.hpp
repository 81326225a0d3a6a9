#pragma once
// Threads that wait for disks, or take long, so that an event loop needn't.

#include <libnet/io/loop/executor.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <exception>
#include <optional>
#include <utility>

#include <sched.h>

namespace libnet::inline v0::io {

namespace detail {

/// Makes the calling thread one that works on a batch (sched(7), SCHED_BATCH): when it is woken, on a core that an event loop
/// works on, it waits until the loop has nothing to do. Who has chosen a policy for the process keeps it.
inline void work_in_background() noexcept
{
    const sched_param none{};
    if (::sched_getscheduler(0) == SCHED_OTHER) ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace detail

/// A few threads beside one event loop. They start with the first work.
class DiskThreads {
public:
    explicit DiskThreads(const Executor& executor, unsigned count = 4) : executor_{executor}, count_{count} {}
    ~DiskThreads() { close(); }
    DiskThreads(const DiskThreads&) = delete;
    DiskThreads& operator=(const DiskThreads&) = delete;

    /// Calls `work` on one of the threads, then completes on the event loop, with void(). Once `close` is called it
    /// completes without having called `work`. `work` must stay where it is until then. What it throws is lost, memory
    /// being short as a rule: it has to say itself whether it was done.
    template <typename Work, typename Token>
    auto run(Work& work, Token&& token)
    {
        return asio::async_initiate<Token, void()>(Start{}, token, this, &work);
    }

    /// Waits for what is being worked on, and ends the threads.
    void close()
    {
        closing_ = true;
        if (threads_) threads_->join();
    }

private:
    template <typename Work>
    static void call(Work& work) noexcept
    {
        thread_local const bool in_background = (detail::work_in_background(), true);
        static_cast<void>(in_background);
        try {
            work();
        } catch (const std::exception&) {
            // Else the whole program would end.
        }
    }

    struct Start {
        template <typename Handler, typename Work>
        void operator()(Handler handler, DiskThreads* self, Work* work) const
        {
            auto back = asio::prefer(self->executor_, asio::execution::outstanding_work.tracked);
            if (self->closing_) return asio::post(back, std::move(handler));
            try {
                if (!self->threads_) self->threads_.emplace(self->count_);
            } catch (const std::exception&) {  // no thread is to be had
                return asio::post(back, std::move(handler));
            }
            asio::post(*self->threads_, [self, work, back, handler = std::move(handler)]() mutable {
                if (!self->closing_) call(*work);
                asio::post(back, std::move(handler));
            });
        }
    };

    Executor executor_;
    unsigned count_;
    std::atomic<bool> closing_{false};
    std::optional<asio::thread_pool> threads_;
};

}  // namespace libnet::inline v0::io
