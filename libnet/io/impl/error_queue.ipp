#pragma once
// Bodies of libnet/io/error_queue.hpp.

#include <libnet/io/error_queue.hpp>

#include <cerrno>

#include <sys/uio.h>

namespace libnet::io {

namespace detail {

LIBNET_DECL QueuedError::Origin origin_of(const sock_extended_err& error)
{
    switch (error.ee_origin) {
    case SO_EE_ORIGIN_LOCAL:
        return QueuedError::Origin::local;
    case SO_EE_ORIGIN_ICMP:
        return QueuedError::Origin::icmp;
    case SO_EE_ORIGIN_ICMP6:
        return QueuedError::Origin::icmpv6;
    default:
        return QueuedError::Origin::other;
    }
}

}  // namespace detail

LIBNET_DECL std::optional<QueuedError> ErrorQueueReader::next(int socket)
{
    sockaddr_storage destination{};
    iovec buffer{payload_.data(), payload_.size()};
    msghdr message{};
    message.msg_name = &destination;
    message.msg_namelen = sizeof destination;
    message.msg_iov = &buffer;
    message.msg_iovlen = 1;
    message.msg_control = control_.data();
    message.msg_controllen = control_.size();

    ssize_t size = 0;
    do size = ::recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0) return std::nullopt;  // EAGAIN: empty

    const auto data = read_control_data(message);
    QueuedError result;
    if (data.error) {
        result.origin = detail::origin_of(*data.error);
        result.error = static_cast<int>(data.error->ee_errno);
        result.type = data.error->ee_type;
        result.code = data.error->ee_code;
        result.info = data.error->ee_info;
    }
    result.offender = data.offender;
    result.destination = to_endpoint(destination);
    result.ttl = data.ttl;
    result.received = data.received;
    result.payload = std::span{payload_}.first(static_cast<std::size_t>(size));
    return result;
}

}  // namespace libnet::io
