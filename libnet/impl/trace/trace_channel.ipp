#pragma once
// Bodies of libnet/impl/trace/trace_channel.hpp.

#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace libnet::inline v0::detail {

/// Of UDP what traceroute sends: 0x40, 0x41 and so on. A packet filter or a human may know it. Of ICMP something random,
/// which a reply must bring back.
LIBNETXX_DECL std::array<std::byte, trace_payload_size> trace_payload(TraceProbe method)
{
    std::array<std::byte, trace_payload_size> payload{};
    std::random_device random;
    for (std::size_t at = 0; at < payload.size(); ++at)
        payload[at] = static_cast<std::byte>(method == TraceProbe::icmp ? random() : 0x40U + at);
    return payload;
}

LIBNETXX_DECL TraceChannel::TraceChannel(asio::any_io_executor executor, std::shared_ptr<io::ProbePoll> poll,
                                         std::uint64_t key_bits, TraceProbe method, wire::IpVersion version,
                                         std::uint16_t port)
    : executor_{std::move(executor)},
      poll_{std::move(poll)},
      key_bits_{key_bits},
      method_{method},
      version_{version},
      port_{port},
      reader_{2048, 8},  // a service may answer at length
      payload_{trace_payload(method)}
{
    std::uint16_t number = 0;
    if (method_ != TraceProbe::udp_constant) open(number);
}

/// `number` becomes the local port, where that tells the probe.
LIBNETXX_DECL io::ProbeSocket& TraceChannel::open(std::uint16_t& number)
{
    io::ProbeSocketOptions options;
    if (method_ != TraceProbe::icmp) options.protocol = io::ProbeProtocol::udp;
    io::ProbeSocket socket{executor_, version_, options};
    if (method_ == TraceProbe::udp_constant) number = socket.identifier();
    poll_->add(socket.native(), key_bits_ | number);
    return sockets_.try_emplace(number, std::move(socket)).first->second;
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send(const asio::ip::address& target,
                                                                           std::uint8_t ttl, std::uint16_t number)
try {
    const bool constant = method_ == TraceProbe::udp_constant;
    io::ProbeSocket& socket = constant ? open(number) : sockets_.begin()->second;
    std::array<std::byte, wire::icmp_header_size + trace_payload_size> echo{};
    io::ProbeSocket::Outgoing message{{target, constant ? port_ : number}, payload_, ttl};
    if (method_ == TraceProbe::icmp) {
        std::ranges::copy(payload_, echo.begin() + wire::icmp_header_size);
        wire::encode_echo_request(version_, socket.identifier(), number, echo);
        message = {{target, 0}, echo, ttl};
    }
    const auto sent = io::send_past_errors(socket, message, [&] { return read_errors(socket, number, met_); });
    if (sent) return Sent{number, *sent};
    release(number);
    return sent.error();
} catch (const boost::system::system_error& error) {
    // Where descriptors are short, the probes under way will soon give some back.
    const bool soon = error.code() == asio::error::no_descriptors && !sockets_.empty();
    return soon ? boost::system::error_code{asio::error::would_block} : error.code();
}

LIBNETXX_DECL void TraceChannel::read(std::uint16_t number, std::vector<engine::TraceReply>& replies)
{
    const auto found = sockets_.find(number);
    if (found == sockets_.end()) return;
    const auto& socket = found->second;
    read_errors(socket, number, replies);
    // No more at once than a window's answers, duplicated: a flood must not keep us from sending.
    constexpr int batches = 32;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive(socket);
        for (const auto& datagram : batch.read)
            if (auto reply = to_reply(socket, datagram, number)) replies.push_back(*std::move(reply));
        if (!batch.more) return;
    }
}

/// False: the error queue was empty.
LIBNETXX_DECL bool TraceChannel::read_errors(const io::ProbeSocket& socket, std::uint16_t number,
                                             std::vector<engine::TraceReply>& replies)
{
    constexpr int batches = 32;
    bool any = false;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive_errors(socket);
        any = any || batch.any;
        for (const auto& entry : batch.read)
            if (auto reply = to_reply(socket, entry, number)) replies.push_back(*std::move(reply));
        if (!batch.more) break;
    }
    return any;
}

/// nullopt: nobody on the path sent it, or it isn't about a probe of ours.
LIBNETXX_DECL std::optional<engine::TraceReply> TraceChannel::to_reply(const io::ProbeSocket& socket,
                                                                       const io::ProbeReader::Entry& entry,
                                                                       std::uint16_t number) const
{
    using Origin = io::QueuedError::Origin;
    const auto& error = *entry.error;
    if (error.origin != Origin::icmp && error.origin != Origin::icmpv6) return std::nullopt;
    if (method_ == TraceProbe::udp) number = error.destination.port();
    if (method_ == TraceProbe::icmp) {
        const auto echo = wire::decode_quoted_echo_request(version_, error.payload);
        if (!echo || echo->identifier != socket.identifier()) return std::nullopt;
        number = echo->sequence;
    }
    return engine::TraceReply{.number = number,
                              .from = error.offender,
                              .destination = error.destination.address(),
                              .error = engine::TraceReply::Error{error.type, error.code, error.info},
                              .received = entry.at,
                              .read = std::chrono::steady_clock::now()};
}

LIBNETXX_DECL std::optional<engine::TraceReply> TraceChannel::to_reply(const io::ProbeSocket&,
                                                                       const io::ProbeReader::Datagram& datagram,
                                                                       std::uint16_t number) const
{
    const auto from = datagram.from.address();
    engine::TraceReply reply{number, from, from, std::nullopt, datagram.received, datagram.read};
    switch (method_) {
    case TraceProbe::udp:  // somebody listens on that port, and answers
        reply.number = datagram.from.port();
        return reply;
    case TraceProbe::udp_constant:
        if (datagram.from.port() != port_) return std::nullopt;
        return reply;
    case TraceProbe::icmp:
    case TraceProbe::tcp:
        break;
    }
    const auto echo = wire::decode_echo_reply(version_, datagram.message);
    if (!echo || !std::ranges::equal(echo->payload, payload_)) return std::nullopt;
    reply.number = echo->sequence;
    reply.destination.reset();  // a translated or multi-homed destination answers from another address
    return reply;
}

}  // namespace libnet::inline v0::detail
