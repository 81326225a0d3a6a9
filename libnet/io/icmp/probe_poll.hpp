#pragma once
// Waiting for any of some probe sockets, however many.

#include <libnet/config.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

#include <sys/epoll.h>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// The event loop sees one descriptor only, that of an epoll(7) instance. Nothing is pending between two waits, so that a
/// idle probe keeps no io_context running.
class ProbePoll : public std::enable_shared_from_this<ProbePoll> {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Throws `boost::system::system_error`.
    explicit ProbePoll(const asio::any_io_executor& executor) : epoll_{executor, open()}, timer_{executor} {}

    /// Watches a socket until it is closed. `key` is told when it can be read, or has errors.
    /// Throws `boost::system::system_error`.
    void add(int socket, std::uint64_t key) { add(socket, key, EPOLLIN); }

    /// The same for a connection that has begun: `key` is told when it has come about, too.
    void add_connecting(int socket, std::uint64_t key) { add(socket, key, EPOLLIN | EPOLLOUT); }

    /// Calls `on_ready(key)` for the sockets that are ready now, some at a time: true when there may be more.
    template <typename OnReady>
    bool take_ready(OnReady&& on_ready)
    {
        std::array<epoll_event, 64> events;
        const int count = ::epoll_wait(epoll_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < count; ++i) on_ready(std::uint64_t{events[static_cast<std::size_t>(i)].data.u64});
        return count == static_cast<int>(events.size());
    }

    /// Completes when a socket is ready, or at the deadline. One call at a time. Throws `operation_aborted` when cancelled
    /// (any type), or stopped.
    static asio::awaitable<void> until(std::shared_ptr<ProbePoll> self, TimePoint deadline)
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        self->turns_ = 0;
        self->ready_ = false;
        self->timer_.expires_at(deadline);
        self->epoll_.async_wait(asio::posix::descriptor_base::wait_read, [self](boost::system::error_code failed) {
            if (failed) return;
            self->ready_ = true;
            self->timer_.cancel();
        });
        const auto [cancelled] = co_await self->timer_.async_wait(token);
        self->epoll_.cancel();
        if (self->stopped_ || (cancelled && !self->ready_))
            throw boost::system::system_error{asio::error::operation_aborted};
    }

    /// Counts a turn of an engine's. True: there have been many since anything was waited for, and it is the turn of others.
    bool is_others_turn() noexcept
    {
        constexpr unsigned many = 64;
        return ++turns_ > many;
    }

    /// Lets all else run that is ready: an engine that always has something to do waits for nothing, and neither signals nor
    /// other sockets would be heard.
    static asio::awaitable<void> let_others(std::shared_ptr<ProbePoll> self)
    {
        self->turns_ = 0;
        co_await asio::post(self->timer_.get_executor(), asio::use_awaitable);
    }

    /// Ends the pending wait, and every later one.
    void stop()
    {
        stopped_ = true;
        timer_.cancel();
    }
    bool stopped() const noexcept { return stopped_; }

private:
    void add(int socket, std::uint64_t key, std::uint32_t events)
    {
        epoll_event event{};
        event.events = events;
        event.data.u64 = key;
        if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) != 0)
            throw boost::system::system_error{last_error(), "epoll_ctl"};
    }

    static int open()
    {
        const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
        if (epoll < 0) throw boost::system::system_error{last_error(), "epoll_create1"};
        return epoll;
    }

    asio::posix::stream_descriptor epoll_;
    asio::steady_timer timer_;
    unsigned turns_ = 0;  ///< since the last wait
    bool ready_ = false;
    bool stopped_ = false;
};

}  // namespace libnet::inline v0::io
