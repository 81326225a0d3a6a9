#pragma once

#include <libnet/config.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/io/tcp/tcp_server_state.ipp>

#include <boost/asio/post.hpp>

#include <utility>

namespace libnet::inline v0::io {

LIBNETXX_DECL Connection::Connection(FileDescriptor socket, const asio::ip::tcp::endpoint& peer,
                                     detail::TcpServerState& server, ConnectionBudget::Place place)
    : server_{server},
      place_{std::move(place)},
      polled_{server.poll, std::move(socket), this},
      peer_{peer},
      deadline_{server.wheel, [this] { on_deadline(); }}
{
    server_.peak.note(++server_.connections);
}

LIBNETXX_DECL Connection::~Connection()
{
    going_on_ = true;  // whatever the handler's end brings about
    handler_.reset();
    --server_.connections;
    place_ = {};  // before who waits for it looks
    if (server_.full || !server_.accepts()) server_.connection_ended.cancel();
    if (server_.peak.has_passed(server_.connections)) server_.give_memory_back_soon();
}

LIBNETXX_DECL TcpSocket& Connection::socket()
{
    if (socket_ == nullptr) {
        socket_ = std::make_unique<TcpSocket>(executor());
        auto descriptor = polled_.release();
        if (descriptor) socket_->assign(peer_.protocol(), descriptor.get());
        descriptor.release();
    }
    return *socket_;
}

LIBNETXX_DECL asio::ip::tcp::endpoint Connection::local() const
{
    return detail::endpoint_of(socket_ ? socket_->native_handle() : polled_.native_handle());
}

LIBNETXX_DECL const Executor& Connection::executor() const noexcept { return server_.poll.executor(); }

LIBNETXX_DECL DeadlineWheel& Connection::wheel() noexcept { return server_.wheel; }

LIBNETXX_DECL void Connection::idle()
{
    idle_ = true;
    if (server_.draining) close();
}

LIBNETXX_DECL void Connection::spare(std::chrono::steady_clock::time_point since)
{
    if (!spare_hook_.is_linked()) server_.spare.push_back(*this);
    spare_since_ = since;
    idle();
}

LIBNETXX_DECL void Connection::spare_once_left()
{
    spare_once_left_ = true;
    polled_.watch();
    look_for_client();
}

LIBNETXX_DECL void Connection::look_for_client()
{
    if (!polled_.hung_up() || spare_hook_.is_linked()) return;
    server_.spare.push_front(*this);
    spare_since_ = {};
    server_.look_for_room();
}

LIBNETXX_DECL bool Connection::draining() const noexcept { return server_.draining; }

LIBNETXX_DECL bool Connection::retiring() const noexcept { return server_.retiring; }

LIBNETXX_DECL const base::Diagnostics& Connection::diagnostics() const noexcept { return server_.diagnostics; }

LIBNETXX_DECL void Connection::on_deadline()
{
    boost::system::error_code ignored;
    if (socket_) socket_->cancel(ignored);
    else if (!polled_.cancel()) go_on();
}

LIBNETXX_DECL void Connection::close()
{
    closed_ = true;
    boost::system::error_code ignored;
    if (socket_) socket_->close(ignored);
    const bool waited = polled_.close();
    if (on_close_) on_close_();
    if (!waited) go_on();
}

LIBNETXX_DECL void Connection::go_on()
{
    if (std::exchange(going_on_, true)) return;  // it will notice
    bool more = false;
    try {
        more = handler_->go_on();
    } catch (...) {
        server_.diagnostics.tell_exception("a connection was ended");  // this one, and no other
    }
    going_on_ = false;
    if (!more || ended_) delete this;
}

LIBNETXX_DECL void Connection::go_on_soon()
{
    if (std::exchange(goes_on_soon_, true)) return;
    if (!soon_) soon_ = std::make_shared<Connection*>(this);
    asio::post(executor(), [weak = std::weak_ptr{soon_}] {
        const auto self = weak.lock();
        if (!self) return;
        (*self)->goes_on_soon_ = false;
        (*self)->go_on();
    });
}

LIBNETXX_DECL std::shared_ptr<void> Connection::keep_server() const { return server_.shared_from_this(); }

LIBNETXX_DECL void Connection::end()
{
    if (going_on_) ended_ = true;
    else delete this;
}

}  // namespace libnet::inline v0::io
