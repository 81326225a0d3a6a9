#pragma once
// Bodies of libnet/io/icmp/probe_reader.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/timestamp.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace libnet::inline v0::io {

LIBNETXX_DECL ProbeReader::ProbeReader(std::size_t largest, std::size_t batch, std::size_t quoted)
    : datagram_size_{largest + wire::ipv4_max_header_size + 1},
      batch_{std::clamp<std::size_t>(256 * 1024 / datagram_size_, 1, batch)},
      octets_(datagram_size_ * batch_),
      controls_(batch_),
      from_(batch_),
      vectors_(batch_),
      headers_(batch_),
      datagrams_(batch_),
      errors_{batch, quoted}
{
    entries_.reserve(errors_.capacity());
    observe_clocks(clocks_);
}

/// The kernel has overwritten the lengths of the last call.
LIBNETXX_DECL void ProbeReader::prepare()
{
    for (std::size_t i = 0; i < batch_; ++i) {
        vectors_[i] = {octets_.data() + i * datagram_size_, datagram_size_};
        msghdr& header = headers_[i].msg_hdr;
        header = {};
        header.msg_name = &from_[i];
        header.msg_namelen = sizeof from_[i];
        header.msg_iov = &vectors_[i];
        header.msg_iovlen = 1;
        header.msg_control = controls_[i].data();
        header.msg_controllen = controls_[i].size();
    }
}

LIBNETXX_DECL ProbeReader::Datagrams ProbeReader::receive(const ProbeSocket& socket)
{
    prepare();
    const int count =
        ::recvmmsg(socket.native(), headers_.data(), static_cast<unsigned>(batch_), MSG_DONTWAIT, nullptr);
    // Any error but EAGAIN is one that an ICMP message left on the socket: it has been cleared by being told, its details
    // are in the error queue, and answers may wait behind it.
    if (count < 0) return {{}, errno != EAGAIN};
    const auto now = observe_clocks(clocks_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        if (const auto datagram = decode(socket, headers_[i].msg_hdr, headers_[i].msg_len, now))
            datagrams_[kept++] = *datagram;
    return {std::span{datagrams_}.first(kept), static_cast<std::size_t>(count) == batch_};
}

LIBNETXX_DECL std::optional<ProbeReader::Datagram> ProbeReader::decode(const ProbeSocket& socket, const msghdr& header,
                                                                       std::size_t size, TimePoint now) const
{
    Datagram result;
    result.message = {static_cast<const std::byte*>(header.msg_iov->iov_base), size};
    if (socket.is_raw() && socket.version() == wire::IpVersion::v4) {
        const auto ip = wire::decode_ipv4(result.message);
        if (!ip) return std::nullopt;
        const std::size_t fixed = wire::ipv4_header_size;
        result.ip_options = wire::Ipv4OptionOctets{result.message.subspan(fixed, ip->header_length - fixed)};
        result.message = result.message.subspan(ip->header_length);
    }
    constexpr std::size_t identifier_at = 4;  // of echo and extended echo; others here ask the same hosts, too
    if (socket.protocol() == ProbeProtocol::icmp && !socket.hears_errors() &&
        (result.message.size() < wire::icmp_header_size ||
         base::load_be<std::uint16_t>(result.message, identifier_at) != socket.identifier()))
        return std::nullopt;

    sockaddr_storage from{};
    std::memcpy(&from, header.msg_name, sizeof from);
    result.from = to_endpoint(from);
    const auto control = read_control_data(header);
    result.ttl = control.ttl;
    result.traffic_class = control.traffic_class;
    result.local = control.local;
    result.stamped = control.received;
    if (!control.ip_options.empty()) result.ip_options = control.ip_options;
    const auto arrived = control.received ? clocks_.steady_time(*control.received) : std::nullopt;
    result.received = arrived.value_or(now);
    result.read = now;
    return result;
}

LIBNETXX_DECL ProbeReader::Entries ProbeReader::receive_errors(const ProbeSocket& socket)
{
    const auto queued = errors_.take(socket.native());
    if (queued.empty()) return {};
    const auto now = observe_clocks(clocks_);
    entries_.clear();
    for (const auto& error : queued)
        if (const auto entry = decode(socket, error, now)) entries_.push_back(*entry);
    return {entries_, true, queued.size() == errors_.capacity()};
}

LIBNETXX_DECL std::optional<ProbeReader::Entry> ProbeReader::decode(const ProbeSocket& socket,
                                                                    const QueuedError& queued, TimePoint now) const
{
    const auto at = queued.received ? clocks_.steady_time(*queued.received) : std::nullopt;
    if (queued.origin != QueuedError::Origin::transmit) return Entry{&queued, at.value_or(now)};
    const auto* counted = socket.counted(queued.data);
    // Of a packet from before the count started anew, this is another packet's number.
    if (!at || counted == nullptr || *at < counted->called) return std::nullopt;
    return Entry{&queued, *at, counted->tag};
}

}  // namespace libnet::inline v0::io
