#pragma once
// Bodies of libnet/io/icmp/icmp_message_socket.hpp.

#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/icmp_identity.hpp>
#include <libnet/io/icmp/icmp_message_socket.hpp>
#include <libnet/io/icmp/timestamp.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/ip/ipv4.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>

#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

constexpr std::size_t largest_datagram = 65'536;  // an IPv4 packet with its header

/// The identifier that the kernel gave to a datagram socket.
LIBNETXX_DECL std::uint16_t bound_identifier(int socket)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw boost::system::system_error{last_error(), "getsockname"};
    return to_endpoint(address).port();
}

LIBNETXX_DECL IcmpSocketOptions for_messages(IcmpSocketOptions options)
{
    options.payload_size = 0;
    options.transmit_stamps = false;
    return options;
}

}  // namespace detail

LIBNETXX_DECL IcmpMessageSocket::IcmpMessageSocket(const asio::any_io_executor& executor, wire::IpVersion version,
                                                   std::uint8_t answer_type, IcmpSocketOptions options)
    : socket_{executor, version, detail::for_messages(std::move(options))},
      timer_{executor},
      datagram_(detail::largest_datagram)
{
    const int native = socket_.descriptor().native_handle();
    identifier_ = is_raw() ? random_identifier() : detail::bound_identifier(native);
    if (is_raw()) pass_only(native, version, answer_type);
    observe_clocks(clocks_);
}

LIBNETXX_DECL boost::system::error_code IcmpMessageSocket::send(const asio::ip::address& to,
                                                                std::span<const std::byte> message)
{
    const asio::ip::udp::endpoint endpoint{to, 0};
    while (::sendto(socket_.descriptor().native_handle(), message.data(), message.size(), MSG_NOSIGNAL, endpoint.data(),
                    static_cast<socklen_t>(endpoint.size())) < 0)
        if (errno != EINTR) return last_error();
    return {};
}

LIBNETXX_DECL std::optional<IcmpMessageSocket::Received> IcmpMessageSocket::receive()
{
    // An error that is waiting on the socket is told once, in place of a message; the error queue has its details.
    for (int errors = 0; errors < 16; ++errors) {
        sockaddr_storage from{};
        alignas(cmsghdr) std::array<std::byte, 256> control;
        iovec buffer{datagram_.data(), datagram_.size()};
        msghdr header{};
        header.msg_name = &from;
        header.msg_namelen = sizeof from;
        header.msg_iov = &buffer;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const auto size = ::recvmsg(socket_.descriptor().native_handle(), &header, MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) break;
        if (size < 0) continue;

        const auto now = observe_clocks(clocks_);
        std::span<const std::byte> message{datagram_.data(), static_cast<std::size_t>(size)};
        if (is_raw() && version() == wire::IpVersion::v4) {
            const auto ip = wire::decode_ipv4(message);
            if (!ip) continue;
            message = message.subspan(ip->header_length);
        }
        const auto stamp = read_control_data(header).received;
        const auto at = stamp ? clocks_.steady_time(*stamp) : std::nullopt;
        return Received{to_endpoint(from).address(), message, at.value_or(now)};
    }
    return std::nullopt;
}

LIBNETXX_DECL std::optional<QueuedError> IcmpMessageSocket::next_error()
{
    auto error = errors_.next(socket_.descriptor().native_handle());
    if (error) observe_clocks(clocks_);
    return error;
}

LIBNETXX_DECL IcmpMessageSocket::TimePoint IcmpMessageSocket::arrival(const QueuedError& error) const
{
    const auto at = error.received ? clocks_.steady_time(*error.received) : std::nullopt;
    return at.value_or(std::chrono::steady_clock::now());
}

LIBNETXX_DECL asio::awaitable<void> IcmpMessageSocket::ready(TimePoint deadline)
{
    timer_.expires_at(deadline);
    // The reactor completes a wait for reading on errors as well.
    auto first = asio::experimental::make_parallel_group(
        socket_.descriptor().async_wait(asio::posix::descriptor_base::wait_read, asio::deferred),
        timer_.async_wait(asio::deferred));
    constexpr auto one = asio::experimental::wait_for_one();
    const auto [order, wait_failed, timer_failed] = co_await first.async_wait(one, asio::use_awaitable);
    if (wait_failed && timer_failed) throw boost::system::system_error{asio::error::operation_aborted};
}

LIBNETXX_DECL void IcmpMessageSocket::cancel()
{
    socket_.descriptor().cancel();
    timer_.cancel();
}

}  // namespace libnet::inline v0::io
