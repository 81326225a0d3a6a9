#pragma once

#include <libnet/io/tcp/relay.hpp>
#include <libnet/io/tcp/socket_transfer.hpp>

#include <algorithm>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

LIBNETXX_DECL Relay::Step Relay::go_on(Ways ways)
{
    const auto there = ways != Ways::backward ? copy(forward_) : Step::waits;
    if (there == Step::broken) return break_both();
    const auto back = ways != Ways::forward ? copy(backward_) : Step::waits;
    if (back == Step::broken) return break_both();
    if (forward_.ended && backward_.ended) return Step::ended;
    return there == Step::more || back == Step::more ? Step::more : Step::waits;
}

LIBNETXX_DECL bool Relay::Direction::may_receive() const noexcept
{
    return from_layer == nullptr ? from.ready(PolledSocket::read) : from_layer->may_receive();
}

LIBNETXX_DECL Transferred Relay::Direction::receive(std::span<char> room) noexcept
{
    return from_layer == nullptr ? receive_some(from, room) : from_layer->receive(room);
}

LIBNETXX_DECL Transferred Relay::Direction::send(std::string_view bytes) noexcept
{
    return to_layer == nullptr ? send_some(to, bytes) : to_layer->send(bytes);
}

/// Moves what is there, without waiting: this is what makes a shared scratch buffer possible. Bounded, so that a fast
/// tunnel leaves time for the others.
LIBNETXX_DECL Relay::Step Relay::copy(Direction& direction)
{
    constexpr int rounds = 8;
    constexpr int cost_of_splice = 4;  // rounds: it moves more, with less work
    const bool may_splice = pipes_ != nullptr && direction.from_layer == nullptr && direction.to_layer == nullptr;
    for (int round = 0; round < rounds;) {
        if (!send_rest(direction)) return Step::broken;
        // What isn't read can't tell that its sender has reset the connection.
        if (direction.holds() || direction.ended) return direction.from.broken() ? Step::broken : Step::waits;
        if (!direction.may_receive()) return direction.from.watch() ? Step::waits : Step::broken;

        const bool splices = may_splice && direction.trend.is_bulk();
        const auto moved = splices ? splice_piece(direction) : copy_piece(direction);
        if (moved.outcome == Transfer::want_read || moved.outcome == Transfer::want_write) return Step::waits;
        if (moved.outcome == Transfer::ended) return read_end(direction);
        if (moved.outcome == Transfer::failed) return Step::broken;
        moved_ = true;
        round += splices ? cost_of_splice : 1;
    }
    return Step::more;
}

/// Outcomes: done, want_read, want_write, ended, failed.
LIBNETXX_DECL Transferred Relay::copy_piece(Direction& direction)
{
    const auto received = direction.receive(scratch_);
    if (received.outcome != Transfer::done) return received;
    direction.trend.received(received.size, scratch_.size());
    const std::string_view bytes{scratch_.data(), received.size};
    const auto sent = direction.send(bytes);
    if (sent.outcome == Transfer::failed) return sent;
    direction.count += sent.size;
    direction.rest.append(bytes.substr(sent.size));
    return received;
}

/// The same through a pipe, where there is one.
LIBNETXX_DECL Transferred Relay::splice_piece(Direction& direction)
{
    auto pipe = pipes_->take();
    if (!pipe) {
        direction.trend.begin_anew();
        return copy_piece(direction);
    }
    const auto received = pipe->receive(direction.from);
    if (received.outcome != Transfer::done) pipes_->give_back(std::move(pipe));
    if (received.outcome == Transfer::unsupported) {
        direction.trend.give_up();
        return copy_piece(direction);
    }
    if (received.outcome != Transfer::done) return received;
    direction.trend.received(received.size, scratch_.size());
    direction.pipe = std::move(pipe);
    return send_pipe(direction) ? received : Transferred{Transfer::failed};
}

/// False: the connection is broken. A layer takes a part at a time, although there is room for more.
LIBNETXX_DECL bool Relay::send_rest(Direction& direction)
{
    auto& rest = direction.rest;
    while (!rest.empty()) {
        const auto sent = direction.send(rest.view());
        if (sent.outcome == Transfer::failed) return false;
        if (sent.size == 0) return true;
        moved_ = true;
        direction.count += sent.size;
        rest.consume(sent.size);
        if (rest.empty()) rest.release();
    }
    return send_pipe(direction);
}

/// False: the connection is broken. The pipe goes back once it is empty.
LIBNETXX_DECL bool Relay::send_pipe(Direction& direction)
{
    while (direction.pipe) {
        const auto sent = direction.pipe->send(direction.to);
        if (sent.outcome == Transfer::failed) return false;
        if (sent.size == 0) return true;
        moved_ = true;
        direction.count += sent.size;
        if (direction.pipe->held() == 0) pipes_->give_back(std::move(direction.pipe));
    }
    return true;
}

LIBNETXX_DECL Relay::Step Relay::read_end(Direction& direction)
{
    moved_ = true;
    direction.ended = true;
    if (direction.to_layer != nullptr) direction.to_layer->end();
    ::shutdown(direction.to.native_handle(), SHUT_WR);
    return Step::waits;
}

LIBNETXX_DECL Relay::Step Relay::break_both() noexcept
{
    reset(forward_.from);
    reset(forward_.to);
    return Step::broken;
}

LIBNETXX_DECL void keep_alive(PolledSocket& socket, std::chrono::seconds idle) noexcept
{
    if (idle.count() <= 0) return;
    const auto set = [&socket](int level, int option, int value) {
        ::setsockopt(socket.native_handle(), level, option, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(std::min<std::chrono::seconds::rep>(idle.count(), 32'767)));
    set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(IPPROTO_TCP, TCP_KEEPCNT, 4);
    // It ends the wait for answers to those questions, too: it has to be the longer one by as much as they take.
    const auto longest = std::chrono::milliseconds{std::min<std::chrono::seconds>(idle, std::chrono::hours{9}) +
                                                   std::chrono::minutes{1}};
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(longest.count()));
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

LIBNETXX_DECL void reset(PolledSocket& socket) noexcept
{
    if (!socket.is_open()) return;
    const linger at_once{1, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket.close();
}

}  // namespace libnet::inline v0::io
