#pragma once
// Bodies of libnet/io/icmp/error_queue.hpp.

#include <libnet/io/icmp/error_queue.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/uio.h>

namespace libnet::inline v0::io {

namespace detail {

LIBNETXX_DECL QueuedError::Origin origin_of(const sock_extended_err& error)
{
    switch (error.ee_origin) {
    case SO_EE_ORIGIN_LOCAL:
        return QueuedError::Origin::local;
    case SO_EE_ORIGIN_ICMP:
        return QueuedError::Origin::icmp;
    case SO_EE_ORIGIN_ICMP6:
        return QueuedError::Origin::icmpv6;
    case SO_EE_ORIGIN_TIMESTAMPING:
        return QueuedError::Origin::transmit;
    default:
        return QueuedError::Origin::other;
    }
}

LIBNETXX_DECL QueuedError decode_queued(const msghdr& message, std::size_t size)
{
    const auto data = read_control_data(message);
    QueuedError result;
    if (data.error) {
        result.origin = origin_of(*data.error);
        result.error = static_cast<int>(data.error->ee_errno);
        result.type = data.error->ee_type;
        result.code = data.error->ee_code;
        result.info = data.error->ee_info;
        result.data = data.error->ee_data;
    }
    sockaddr_storage destination{};
    std::memcpy(&destination, message.msg_name, std::min<std::size_t>(message.msg_namelen, sizeof destination));
    result.offender = data.offender;
    result.destination = to_endpoint(destination);
    result.ttl = data.ttl;
    result.received = data.received;
    result.payload = std::span{static_cast<const std::byte*>(message.msg_iov->iov_base), size};
    return result;
}

}  // namespace detail

LIBNETXX_DECL ErrorQueueReader::ErrorQueueReader(std::size_t capacity, std::size_t payload_size)
    : payload_size_{payload_size},
      payloads_(capacity * payload_size),
      slots_(capacity),
      headers_(capacity)
{
    entries_.reserve(capacity);
}

LIBNETXX_DECL std::span<const QueuedError> ErrorQueueReader::take(int socket)
{
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        slot.buffer = {payloads_.data() + i * payload_size_, payload_size_};
        headers_[i] = {};
        msghdr& header = headers_[i].msg_hdr;
        header.msg_name = &slot.destination;
        header.msg_namelen = sizeof slot.destination;
        header.msg_iov = &slot.buffer;
        header.msg_iovlen = 1;
        header.msg_control = slot.control.data();
        header.msg_controllen = slot.control.size();
    }
    entries_.clear();
    const int count =
        ::recvmmsg(socket, headers_.data(), static_cast<unsigned>(slots_.size()), MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
        const mmsghdr& header = headers_[static_cast<std::size_t>(i)];
        entries_.push_back(detail::decode_queued(header.msg_hdr, header.msg_len));
    }
    return entries_;
}

}  // namespace libnet::inline v0::io
