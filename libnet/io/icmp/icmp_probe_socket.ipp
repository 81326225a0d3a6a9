#pragma once
// Bodies of libnet/io/icmp/icmp_probe_socket.hpp.

#include <libnet/io/icmp/icmp_access.hpp>
#include <libnet/io/icmp/icmp_identity.hpp>
#include <libnet/io/icmp/icmp_probe_socket.hpp>
#include <libnet/io/icmp/probe_replies.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <random>
#include <utility>

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

namespace libnet::inline v0::io {

namespace detail {

/// Keeps everything but echo replies away from a raw socket's receive queue: it would get all ICMP of this host. The
/// error queue isn't filtered.
}  // namespace detail

LIBNETXX_DECL IcmpProbeSocket::IcmpProbeSocket(const asio::any_io_executor& executor, wire::IpVersion version)
    : IcmpProbeSocket{version, open(executor, version)}
{}

LIBNETXX_DECL IcmpProbeSocket::IcmpProbeSocket(wire::IpVersion version, std::pair<ProbeDescriptor, Kind> opened)
    : version_{version},
      socket_{std::move(opened.first)},
      kind_{opened.second}
{
    if (kind_ == Kind::raw) {
        pass_echo_replies_only(socket_.native(), version_);
        identifier_ = random_identifier();
    } else {
        // Without this, another ping socket could bind to the same identifier, and take our answers.
        set_option(socket_.native(), SOL_SOCKET, SO_REUSEADDR, 0);
        socket_.bind();
        identifier_ = socket_.local_number();
    }
    std::random_device random;
    std::ranges::generate(payload_, [&] { return static_cast<std::byte>(random()); });
}

LIBNETXX_DECL auto IcmpProbeSocket::open(const asio::any_io_executor& executor, wire::IpVersion version)
    -> std::pair<ProbeDescriptor, Kind>
{
    const int protocol = version == wire::IpVersion::v4 ? IPPROTO_ICMP : int{IPPROTO_ICMPV6};
    try {
        return {ProbeDescriptor{executor, version, SOCK_DGRAM, protocol}, Kind::datagram};
    } catch (const boost::system::system_error&) {
        // The raw socket decides; what it says holds for both.
    }
    try {
        return {ProbeDescriptor{executor, version, SOCK_RAW, protocol}, Kind::raw};
    } catch (const boost::system::system_error& error) {
        if (error.code() != boost::system::errc::operation_not_permitted) throw;
        throw boost::system::system_error{error.code(), icmp_socket_or_help};
    }
}

LIBNETXX_DECL boost::system::result<SentProbe> IcmpProbeSocket::send(const asio::ip::address& target, std::uint8_t ttl,
                                                                     std::uint16_t number)
{
    std::array<std::byte, wire::icmp_header_size + probe_payload_size> message;
    std::ranges::copy(payload_, message.begin() + wire::icmp_header_size);
    wire::encode_echo_request(version_, identifier_, number, message);
    const auto take_errors = [this] {
        bool taken = false;
        while (const auto error = socket_.next_error()) {
            taken = true;
            if (auto reply = read_error(*error)) errors_.push_back(*std::move(reply));
        }
        return taken;
    };
    const auto sent = send_past_errors(socket_, {target, 0}, ttl, message, take_errors);
    if (!sent) return sent.error();
    return SentProbe{number, *sent};
}

LIBNETXX_DECL std::optional<ProbeReply> IcmpProbeSocket::receive()
{
    if (auto reply = take_first(errors_)) return reply;
    while (const auto error = socket_.next_error())
        if (auto reply = read_error(*error)) return reply;
    // A raw socket also gets the replies to every other program here, and all the more must not hold us up.
    constexpr int many = 64;
    for (int foreign = 0; foreign < many; ++foreign) {
        const auto datagram = socket_.receive();
        if (!datagram) break;
        if (auto reply = read_reply(*datagram)) return reply;
    }
    return std::nullopt;
}

LIBNETXX_DECL std::optional<ProbeReply> IcmpProbeSocket::read_error(const QueuedError& error) const
{
    const auto echo = wire::decode_quoted_echo_request(version_, error.payload);
    if (!echo || echo->identifier != identifier_) return std::nullopt;
    return to_reply(error, echo->sequence);
}

LIBNETXX_DECL std::optional<ProbeReply> IcmpProbeSocket::read_reply(const ReceivedDatagram& datagram) const
{
    auto message = datagram.payload;
    if (kind_ == Kind::raw && version_ == wire::IpVersion::v4) {
        const auto header = wire::decode_ipv4(message);
        if (!header) return std::nullopt;
        message = message.subspan(header->header_length);
    }
    const auto echo = wire::decode_echo_reply(version_, message);
    if (!echo || echo->identifier != identifier_ || !std::ranges::equal(echo->payload, payload_)) return std::nullopt;
    auto reply = to_reply(datagram, echo->sequence);
    reply.destination.reset();  // a translated or multi-homed destination answers from another address
    return reply;
}

}  // namespace libnet::inline v0::io
