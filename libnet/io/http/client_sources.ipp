#pragma once

#include <libnet/io/http/client_sources.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

/// What has come, without taking it; negative: errno says why there is nothing.
LIBNETXX_DECL ssize_t peek(int socket, std::span<char> room) noexcept
{
    for (;;) {
        const auto size = ::recv(socket, room.data(), room.size(), MSG_PEEK | MSG_DONTWAIT);
        if (size >= 0 || errno != EINTR) return size;
    }
}

/// Takes octets that have been looked at. False: they aren't there any more.
LIBNETXX_DECL bool take_peeked(int socket, std::size_t size) noexcept
{
    std::array<char, wire::max_proxy_header> room;
    while (size > 0) {
        const auto taken = ::recv(socket, room.data(), std::min(size, room.size()), MSG_DONTWAIT);
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) return false;
        size -= static_cast<std::size_t>(taken);
    }
    return true;
}

/// Decides with what is there now. `closed`: there will be no more.
LIBNETXX_DECL Preface look_at_preface(PolledSocket& socket, engine::PrefaceSender sender)
{
    using Kind = engine::PrefaceDecision::Kind;
    std::array<char, wire::max_proxy_header> room;
    const auto size = peek(socket.native_handle(), room);
    const bool is_empty = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (size == 0 || (size < 0 && !is_empty)) return {};
    Preface preface{Preface::End::served, {}};
    if (!is_empty) preface.decision = engine::judge_preface({room.data(), static_cast<std::size_t>(size)}, sender);
    if (preface.decision.kind == Kind::wait && socket.hung_up()) return {};
    if (preface.decision.kind == Kind::refuse) preface.end = Preface::End::refused;
    if (!take_peeked(socket.native_handle(), preface.decision.consumed)) return {};
    return preface;
}

}  // namespace detail

LIBNETXX_DECL bool any_contains(const std::vector<wire::Network>& networks, const asio::ip::address& address) noexcept
{
    return std::ranges::any_of(networks, [&](const wire::Network& network) { return network.contains(address); });
}

LIBNETXX_DECL void RefusedPrefaces::add(const Connection& connection, std::string_view reason)
{
    constexpr std::chrono::seconds pause{10};
    ++count_;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + pause;
    const auto others = count_ - std::exchange(told_, count_) - 1;
    const auto peer = wire::unmapped(connection.peer().address()).to_string();
    auto text = "a connection from " + peer + " was closed: " + std::string{reason};
    if (others > 0) text += " So were " + std::to_string(others) + " others since the last message.";
    connection.diagnostics().tell(DiagnosticLevel::warning, text);
}

LIBNETXX_DECL Task<Preface> receive_preface(Connection& connection, engine::PrefaceSender sender,
                                            std::chrono::milliseconds timeout)
{
    using Kind = engine::PrefaceDecision::Kind;
    auto& socket = connection.polled();
    connection.deadline().expires_after(timeout);
    connection.idle();
    for (;;) {
        if (connection.closed()) co_return Preface{};
        const auto preface = detail::look_at_preface(socket, sender);
        if (preface.end == Preface::End::closed || preface.decision.kind != Kind::wait) {
            connection.deadline().clear();
            co_return preface;
        }
        socket.exhausted(PolledSocket::read);
        auto wait = socket.wait(PolledSocket::read);
        const bool open = co_await std::move(wait);
        if (!open) co_return Preface{connection.deadline().expired() ? Preface::End::late : Preface::End::closed, {}};
    }
}

}  // namespace libnet::inline v0::io
