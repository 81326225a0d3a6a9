#pragma once
// Bodies of libnet/io/icmp/udp_probe_socket.hpp.

#include <libnet/io/icmp/probe_replies.hpp>
#include <libnet/io/icmp/udp_probe_socket.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// What traceroute sends: 0x40, 0x41 and so on. A packet filter or a human may know it.
constexpr std::array<std::byte, probe_payload_size> udp_payload = [] {
    std::array<std::byte, probe_payload_size> payload{};
    for (std::size_t at = 0; at < payload.size(); ++at) payload[at] = static_cast<std::byte>(0x40 + at);
    return payload;
}();

}  // namespace detail

LIBNETXX_DECL UdpProbeSocket::UdpProbeSocket(const asio::any_io_executor& executor, wire::IpVersion version)
    : socket_{executor, version, SOCK_DGRAM, IPPROTO_UDP}
{}

LIBNETXX_DECL boost::system::result<SentProbe> UdpProbeSocket::send(const asio::ip::address& target, std::uint8_t ttl,
                                                                    std::uint16_t number)
{
    const auto take_errors = [this] {
        bool taken = false;
        while (const auto error = socket_.next_error()) {
            taken = true;
            if (auto reply = to_reply(*error, error->destination.port())) errors_.push_back(*std::move(reply));
        }
        return taken;
    };
    const auto sent = send_past_errors(socket_, {target, number}, ttl, detail::udp_payload, take_errors);
    if (!sent) return sent.error();
    return SentProbe{number, *sent};
}

LIBNETXX_DECL std::optional<ProbeReply> UdpProbeSocket::receive()
{
    if (auto reply = take_first(errors_)) return reply;
    while (const auto error = socket_.next_error())
        if (auto reply = to_reply(*error, error->destination.port())) return reply;
    // Somebody listens on that port, and answers.
    if (const auto datagram = socket_.receive()) return to_reply(*datagram, datagram->from.port());
    return std::nullopt;
}

LIBNETXX_DECL UdpConstantProbeSocket::UdpConstantProbeSocket(asio::any_io_executor executor, wire::IpVersion version,
                                                             std::uint16_t port)
    : executor_{std::move(executor)},
      version_{version},
      port_{port}
{}

LIBNETXX_DECL boost::system::result<SentProbe> UdpConstantProbeSocket::send(const asio::ip::address& target,
                                                                            std::uint8_t ttl, std::uint16_t)
try {
    ProbeDescriptor socket{executor_, version_, SOCK_DGRAM, IPPROTO_UDP};
    socket.bind();
    const auto nothing_yet = [] { return false; };
    const auto sent = send_past_errors(socket, {target, port_}, ttl, detail::udp_payload, nothing_yet);
    if (!sent) return sent.error();
    const auto number = socket.local_number();
    sockets_.insert_or_assign(number, std::move(socket));
    return SentProbe{number, *sent};
} catch (const boost::system::system_error& error) {
    // Where descriptors are short, the probes under way will soon give some back.
    const bool soon = error.code() == asio::error::no_descriptors && !sockets_.empty();
    return soon ? boost::system::error_code{asio::error::would_block} : error.code();
}

LIBNETXX_DECL std::optional<ProbeReply> UdpConstantProbeSocket::receive()
{
    for (auto& [number, socket] : sockets_) {
        while (const auto error = socket.next_error())
            if (auto reply = to_reply(*error, number)) return reply;
        // What comes from elsewhere is dropped, and costs the sender a turn each, so that it can't hold us up.
        const auto datagram = socket.receive();
        if (datagram && datagram->from.port() == port_) return to_reply(*datagram, number);
    }
    return std::nullopt;
}

LIBNETXX_DECL void UdpConstantProbeSocket::async_wait(std::function<void()> on_ready)
{
    for (auto& [number, socket] : sockets_) socket.async_wait(on_ready);
}

LIBNETXX_DECL void UdpConstantProbeSocket::cancel()
{
    for (auto& [number, socket] : sockets_) socket.cancel();
}

}  // namespace libnet::inline v0::io
