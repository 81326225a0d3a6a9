#pragma once

#include <libnet/io/loop/last_error.hpp>
#include <libnet/io/loop/socket_poll.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace libnet::inline v0::io {

namespace detail {

LIBNETXX_DECL int create_epoll()
{
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw boost::system::system_error{last_error(), "epoll_create1"};
    return descriptor;
}

/// The epoll instance and the events that came from it last.
struct SocketPollState {
    using Pointer = std::shared_ptr<SocketPollState>;
    using LineHook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    using Line =
        boost::intrusive::list<PolledSocket,
                               boost::intrusive::member_hook<PolledSocket, LineHook, &PolledSocket::line_hook_>,
                               boost::intrusive::constant_time_size<false>>;

    explicit SocketPollState(const Executor& executor) : epoll{executor, create_epoll()} {}

    /// Has the event loop call `turn` when a socket is ready, as long as there are any.
    static void watch(const Pointer& state)
    {
        if (std::exchange(state->watched, true)) return;
        // Weak: the descriptor's destructor cancels the wait, and the handler must not keep it alive.
        state->epoll.async_wait(asio::posix::descriptor_base::wait_read,
                                [weak = std::weak_ptr{state}](boost::system::error_code) {
                                    if (const auto alive = weak.lock(); on_its_thread(alive, turn)) turn(alive);
                                });
    }

    /// False: the state is gone. On another thread it throws, and leaves the work to the one that it belongs to.
    static bool on_its_thread(const Pointer& state, void (*work)(const Pointer&))
    {
        if (!state) return false;
        if (!state->thread.is_this())
            asio::post(state->epoll.get_executor(), [weak = std::weak_ptr{state}, work] {
                if (const auto alive = weak.lock(); on_its_thread(alive, work)) work(alive);
            });
        state->thread.require();
        return true;
    }

    static void turn(const Pointer& state)
    {
        state->watched = false;
        if (state->sockets == 0) return;
        state->in_turn = true;
        if (!state->try_favourite()) state->take_events();
        serve_line(state);
        if (state->sockets > 0) watch(state);
    }

    /// The socket is ready, and its wait completes when it is first in line.
    static void line_up(const Pointer& state, PolledSocket& socket)
    {
        if (socket.line_hook_.is_linked()) return;
        state->line.push_back(socket);
        if (!state->in_turn) go_on_soon(state);
    }

    /// Lets the first in line go on, at the end of a turn. The others need another one.
    static void serve_line(const Pointer& state)
    {
        if (!state->line.empty()) {
            auto& first = state->line.front();
            state->line.pop_front();
            first.waiter_.complete(true);
        }
        state->in_turn = false;
        if (!state->line.empty()) go_on_soon(state);
    }

    /// Has the event loop call all that are ready, the others as well as those in line.
    static void go_on_soon(const Pointer& state)
    {
        if (std::exchange(state->goes_on, true)) return;
        asio::post(state->epoll.get_executor(), [weak = std::weak_ptr{state}] {
            if (const auto alive = weak.lock(); on_its_thread(alive, go_on)) go_on(alive);
        });
    }

    static void go_on(const Pointer& state)
    {
        state->goes_on = false;
        state->in_turn = true;
        state->take_events();
        serve_line(state);
    }

    /// Where one client asks again and again while all others are quiet, its socket is tried before the kernel is asked
    /// whose turn it is. Not always: the others may no longer be quiet. True: it was.
    bool try_favourite()
    {
        constexpr std::size_t most_in_a_row = 8 * 1024;  // some eighty small requests
        if (!favoured || received >= most_in_a_row) return false;
        const auto before = received;
        favourite->on_events(EPOLLIN);
        return received != before;
    }

    /// Goes on with all that is ready, and, while many are, with those that have become so meanwhile: going back to the
    /// event loop costs three system calls. It calls others after one batch's worth.
    void take_events()
    {
        std::size_t taken = 0, batch = events.size();
        received = 0;
        auto* const before = std::exchange(favourite, nullptr);
        while (batch > 1 && taken < events.size()) {
            batch = next_batch(events.size() - taken);
            taken += batch;
            if (taken == 1) favourite = static_cast<PolledSocket*>(pending.front().data.ptr);
            favoured = favourite != nullptr && favourite == before;
            tell_pending();
        }
    }

    std::size_t next_batch(std::size_t most)
    {
        const int got = ::epoll_wait(epoll.native_handle(), events.data(), static_cast<int>(most), 0);
        pending = std::span{events}.first(static_cast<std::size_t>(std::max(got, 0)));
        return pending.size();
    }

    void tell_pending()
    {
        while (!pending.empty()) {
            const auto event = pending.front();
            pending = pending.subspan(1);
            if (event.data.ptr != nullptr) static_cast<PolledSocket*>(event.data.ptr)->on_events(event.events);
        }
    }

    /// A socket is no longer registered: events of it that have come already are dropped.
    void forget(const PolledSocket& socket)
    {
        for (auto& event : pending)
            if (event.data.ptr == &socket) event.data.ptr = nullptr;
        if (favourite == &socket) favourite = nullptr;
        favoured = favoured && favourite != nullptr;
        boost::system::error_code ignored;
        if (--sockets == 0) epoll.cancel(ignored);
    }

    asio::posix::basic_stream_descriptor<Executor> epoll;
    OneThread thread;
    Line line;  // who is ready and has much to do
    std::array<epoll_event, 128> events{};
    std::span<epoll_event> pending;     // of them, not yet told
    std::size_t sockets = 0;            // registered
    std::size_t received = 0;           // octets, since the kernel was asked last; each reception counts as some more
    PolledSocket* favourite = nullptr;  // the one that the last turn was about, if only one was
    bool favoured = false;              // and the turn before as well
    bool watched = false;               // by the event loop
    bool goes_on = false;               // it will call those in line
    bool in_turn = false;               // and does so now, in a moment
};

}  // namespace detail

LIBNETXX_DECL SocketPoll::SocketPoll(const Executor& executor)
    : executor_{executor},
      state_{std::make_shared<detail::SocketPollState>(executor)}
{}

LIBNETXX_DECL SocketPoll::~SocketPoll() = default;

LIBNETXX_DECL OneThread& SocketPoll::thread() noexcept { return state_->thread; }

LIBNETXX_DECL PolledSocket::PolledSocket(SocketPoll& poll, FileDescriptor socket, ReadinessListener* listener) noexcept
    : poll_{poll},
      socket_{std::move(socket)},
      listener_{listener}
{}

LIBNETXX_DECL void PolledSocket::received(std::size_t size, std::size_t room) noexcept
{
    constexpr std::size_t cost_of_reception = 64;
    poll_.state_->received += size + cost_of_reception;
    if (size < room && !hung_up_) exhausted(read);
}

LIBNETXX_DECL void PolledSocket::begin_wait()
{
    const bool told = is_open() && enlist(EPOLLIN | EPOLLRDHUP | EPOLLET | (wanted_ == write ? EPOLLOUT : 0U));
    if (told && (ready_ & wanted_) == 0) return;
    if (told && pace_ == Pace::in_turn) detail::SocketPollState::line_up(poll_.state_, *this);
    else end_wait(told);
}

/// Not now: whoever waits, or has it cancelled, is not to be called from there.
LIBNETXX_DECL void PolledSocket::end_wait(bool result)
{
    asio::post(poll_.executor_, [waiter = std::move(waiter_), result]() mutable { waiter.complete(result); });
}

LIBNETXX_DECL bool PolledSocket::cancel()
{
    if (!waiter_) return false;
    line_hook_.unlink();
    end_wait(false);
    return true;
}

LIBNETXX_DECL bool PolledSocket::close()
{
    delist();
    socket_.reset();
    return cancel();
}

LIBNETXX_DECL FileDescriptor PolledSocket::release() noexcept
{
    delist();
    return std::move(socket_);
}

LIBNETXX_DECL bool PolledSocket::enlist(std::uint32_t events) noexcept
{
    if ((events & ~enlisted_) == 0) return true;
    epoll_event event{};
    event.events = events | enlisted_;
    event.data.ptr = this;
    auto& state = poll_.state_;
    const int operation = enlisted_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (::epoll_ctl(state->epoll.native_handle(), operation, socket_.get(), &event) != 0) return false;
    if (enlisted_ == 0) ++state->sockets;
    enlisted_ = event.events;
    detail::SocketPollState::watch(state);
    return true;
}

/// To close the descriptor isn't enough: as long as a child process of the program has a copy of it, between fork(2)
/// and execve(2) for one, the kernel goes on to report events.
LIBNETXX_DECL void PolledSocket::delist() noexcept
{
    if (std::exchange(enlisted_, 0U) == 0) return;
    ::epoll_ctl(poll_.state_->epoll.native_handle(), EPOLL_CTL_DEL, socket_.get(), nullptr);
    poll_.state_->forget(*this);
}

LIBNETXX_DECL void PolledSocket::on_events(std::uint32_t events)
{
    constexpr std::uint32_t end = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if ((events & end) != 0) hung_up_ = true;
    if ((events & EPOLLERR) != 0) broken_ = true;
    if ((events & (EPOLLIN | end)) != 0) ready_ |= read;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) ready_ |= write;
    if (waiter_) {
        if ((ready_ & wanted_) == 0) return;
        if (pace_ == Pace::in_turn) detail::SocketPollState::line_up(poll_.state_, *this);
        else waiter_.complete(true);
    } else if (listener_ != nullptr && ready(read)) {
        listener_->on_readable();
    } else if (listener_ != nullptr && ready(write)) {
        listener_->on_writable();
    }
}

}  // namespace libnet::inline v0::io
