#pragma once
// One connection that a TcpServer has accepted.

#include <libnet/base/diagnostics.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/connection_budget.hpp>
#include <libnet/io/tcp/connection_now.hpp>

#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace libnet::inline v0::io {

class TcpServer;

namespace detail {
struct TcpServerState;
}

/// Serves one connection: without a coroutine as long as it only waits for the client, so that those which are idle
/// cost next to nothing.
class ConnectionHandler {
public:
    virtual ~ConnectionHandler() = default;

    /// Goes on: the connection has just been accepted, or its socket can be read while nothing waits for it, or its
    /// deadline has passed, or it has been closed. False: it is done with, and is to be destroyed.
    virtual bool go_on() = 0;

    /// Whether it goes on as well when its socket, which it had watched for that, can be written to again.
    virtual bool awaits_room() const noexcept { return false; }

    /// Whether it goes on as well when a drain begins, in which it is let finish.
    virtual bool hears_drain() const noexcept { return false; }

    /// Says what it is at; its client is known already.
    virtual void describe(ConnectionNow&) const {}
};

/// Lives until its handler is done with it.
class Connection final
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      private ReadinessListener {
public:
    Connection(FileDescriptor socket, const asio::ip::tcp::endpoint& peer, detail::TcpServerState& server,
               ConnectionBudget::Place place);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// The socket, which is non-blocking.
    PolledSocket& polled() noexcept { return polled_; }

    /// The same socket for Asio's operations. From the first call on it belongs to the event loop, and `polled` has
    /// none any more.
    TcpSocket& socket();

    /// The client's address, as it was when the connection was accepted.
    const asio::ip::tcp::endpoint& peer() const noexcept { return peer_; }

    /// Our own address of this connection; unspecified once the socket is closed.
    asio::ip::tcp::endpoint local() const;

    const Executor& executor() const noexcept;

    /// When it expires, the socket's pending operations end as if they were cancelled; where there are none, the
    /// handler goes on. Initially none.
    Deadline& deadline() noexcept { return deadline_; }

    /// For the deadlines of a session's other sockets.
    DeadlineWheel& wheel() noexcept;

    /// A request is being read or answered: a drain lets it finish.
    void busy() noexcept
    {
        idle_ = false;
        spare_once_left_ = false;
        spare_hook_.unlink();
    }

    /// Nothing is under way (the initial state): a drain ends the connection at once.
    void idle();

    /// As `idle`; and from `since` on the server may close it when others wait to be accepted and there is no room: first
    /// those that have been so the longest.
    void spare(std::chrono::steady_clock::time_point since);

    /// It is busy with something that is of use to its client only: once that has left, the server may close it when others
    /// wait to be accepted and there is no room. So until `busy` is said again.
    void spare_once_left();

    /// The server is about to end: the answer under way should be the connection's last.
    bool draining() const noexcept;

    /// The server listens no more, see `TcpServer::retire`: the next answer should be the connection's last.
    bool retiring() const noexcept;

    /// Where the server reports what goes wrong.
    const base::Diagnostics& diagnostics() const noexcept;

    /// Called when the server closes the connection by force, for a session that also waits for something else than
    /// this socket. Replaces an earlier one.
    void on_close(std::function<void()> handler) { on_close_ = std::move(handler); }

    /// Ends the connection now: pending operations end as if they were cancelled. Where there are none, the handler goes
    /// on, which may destroy the connection.
    void close();

    /// It was closed by one of the above.
    bool closed() const noexcept { return closed_; }

    /// For a coroutine: as long as it holds this, the connection can be used or ended.
    std::shared_ptr<void> keep_server() const;

    /// Destroys the connection, at the latest when its handler returns.
    void end();

    /// Has the handler go on, for what it waits for beside this socket; this may destroy the connection. Nothing, while
    /// it is at work.
    void go_on();

    /// The same in a later turn of the event loop, once, unless it ends before: others have theirs first.
    void go_on_soon();

private:
    friend struct detail::TcpServerState;
    friend class TcpServer;
    using SpareHook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

    void on_readable() override
    {
        if (spare_once_left_) look_for_client();
        go_on();
    }
    void on_writable() override
    {
        if (handler_ && handler_->awaits_room()) go_on();
    }
    void on_deadline();
    void look_for_client();

    detail::TcpServerState& server_;
    ConnectionBudget::Place place_;  // among the server's connections, or those of several
    PolledSocket polled_;
    std::unique_ptr<TcpSocket> socket_;  // once the event loop has it
    std::unique_ptr<ConnectionHandler> handler_;
    asio::ip::tcp::endpoint peer_;
    std::function<void()> on_close_;
    Deadline deadline_;
    SpareHook spare_hook_;
    std::chrono::steady_clock::time_point spare_since_{};
    std::shared_ptr<Connection*> soon_;  // for handlers of the event loop; null: none was needed yet
    bool goes_on_soon_ = false;
    bool idle_ = true;
    bool spare_once_left_ = false;
    bool closed_ = false;
    bool going_on_ = false;
    bool ended_ = false;  // while its handler was at work
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/tcp_server.hpp>  // whose state the bodies need
#endif
