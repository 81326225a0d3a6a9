#pragma once
// The readiness of many sockets, at one system call for all that are ready.

#include <libnet/config.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/handler_slot.hpp>
#include <libnet/io/loop/one_thread.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <sys/epoll.h>

namespace libnet::inline v0::io {

namespace detail {
struct SocketPollState;
}

/// The sockets of a server, of which the event loop sees one descriptor only: that of an epoll(7) instance of its own.
///
/// A wait on an Asio socket costs a system call to set it up, and its end goes through the scheduler. Here a socket is
/// registered once, edge-triggered, when there is something to wait for; from then on a wait is a few stores, and all
/// that are ready go on in one turn. Must outlive its sockets.
class SocketPoll {
public:
    /// @throws boost::system::system_error  epoll_create1(2) failed, e.g. `too_many_files_open`
    explicit SocketPoll(const Executor& executor);
    ~SocketPoll();
    SocketPoll(const SocketPoll&) = delete;
    SocketPoll& operator=(const SocketPoll&) = delete;

    const Executor& executor() const noexcept { return executor_; }

    /// The thread that its events are for. On another one they throw `invalid_argument` out of `io_context::run`.
    OneThread& thread() noexcept;

private:
    friend class PolledSocket;

    Executor executor_;
    std::shared_ptr<detail::SocketPollState> state_;  // the event loop may look at it once more
};

/// Is told that a socket can be read, or only written to again, when nothing waits for it.
class ReadinessListener {
public:
    /// Either may destroy the socket.
    virtual void on_readable() = 0;
    virtual void on_writable() {}

protected:
    ~ReadinessListener() = default;
};

/// A non-blocking socket of a SocketPoll.
///
/// It remembers whether a call that reads or writes can be expected to do something, which at first is so: make the
/// call, tell it here when there was nothing to do (`exhausted`), and only then wait. Waiting without that ends at
/// once.
class PolledSocket {
public:
    enum Side : std::uint8_t { read = 1, write = 2 };

    /// When a wait completes, once the socket is ready.
    enum class Pace : std::uint8_t {
        at_once,  ///< with all the others that are
        in_turn,  ///< for who has much to do: one of these in each turn of the event loop, behind all that is at once
    };

    /// Both must outlive it.
    PolledSocket(SocketPoll& poll, FileDescriptor socket, ReadinessListener* listener = nullptr) noexcept;
    ~PolledSocket() { close(); }
    PolledSocket(const PolledSocket&) = delete;
    PolledSocket& operator=(const PolledSocket&) = delete;

    int native_handle() const noexcept { return socket_.get(); }
    bool is_open() const noexcept { return static_cast<bool>(socket_); }

    /// A call may find something to do, as far as is known.
    bool ready(Side side) const noexcept { return (ready_ & side) != 0; }

    /// A call would have had to wait.
    void exhausted(Side side) noexcept { ready_ &= static_cast<std::uint8_t>(~side); }

    /// `size` bytes, at least one, have been read into room for `room`. Where there was more room, nothing is left to
    /// read for now.
    void received(std::size_t size, std::size_t room) noexcept;

    /// From now on the listener is told of what there is to read. False: it can't be told, see epoll_ctl(2).
    bool watch() noexcept { return enlist(EPOLLIN | EPOLLRDHUP | EPOLLET); }

    /// And of room to write to, after a call that would have had to wait.
    bool watch_both() noexcept { return enlist(EPOLLIN | EPOLLRDHUP | EPOLLET | EPOLLOUT); }

    /// Another listener, or none, is told of what there is from now on.
    void listen(ReadinessListener* listener) noexcept { listener_ = listener; }

    /// The peer has closed its half of the connection, or all of it; what it sent before may still be there to read.
    bool hung_up() const noexcept { return hung_up_; }

    /// The connection is broken: the peer has reset it, for one.
    bool broken() const noexcept { return broken_; }

    /// An operation that completes when a call may find something to do: true. False: the wait was cancelled, or the
    /// socket is closed. One at a time; without memory of its own.
    auto wait(Side side, Pace pace = Pace::at_once)
    {
        return asio::async_initiate<const asio::deferred_t, void(bool)>(
            [this, side, pace](auto handler) {
                waiter_.put(std::move(handler));
                wanted_ = side;
                pace_ = pace;
                begin_wait();
            },
            asio::deferred);
    }

    /// Ends a wait. False: there was none.
    bool cancel();

    /// Closes the socket and ends a wait. False: there was none.
    bool close();

    /// Gives the descriptor away, to be used elsewhere. No wait may be pending.
    FileDescriptor release() noexcept;

private:
    friend struct detail::SocketPollState;

    void begin_wait();
    void end_wait(bool result);
    bool enlist(std::uint32_t events) noexcept;
    void delist() noexcept;
    void on_events(std::uint32_t events);

    SocketPoll& poll_;
    FileDescriptor socket_;
    ReadinessListener* listener_;
    std::uint32_t enlisted_ = 0;  // the events that it is registered for
    std::uint8_t ready_ = read | write;
    std::uint8_t wanted_ = 0;
    Pace pace_ = Pace::at_once;
    bool hung_up_ = false;  // the peer: there will always be something to read, if only the end
    bool broken_ = false;
    HandlerSlot waiter_;
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> line_hook_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/loop/socket_poll.ipp>
#endif
