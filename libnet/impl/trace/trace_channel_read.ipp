#pragma once
// Bodies of libnet/impl/trace/trace_channel.hpp: what comes back.

#include <libnet/base/bytes.hpp>
#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/io/icmp/timestamp.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL void TraceChannel::read(std::uint64_t key, TraceHeard& heard)
{
    if (key == listener_key) return read_listener(heard);
    const auto number = static_cast<std::uint16_t>(key);
    if (connects()) return read_connection(number, heard);
    const auto found = sockets_.find(number);
    if (found == sockets_.end()) return;
    const auto& socket = found->second;
    read_errors(socket, number, heard);
    const auto before = heard.replies.size();
    // No more at once than a window's answers, duplicated: a flood must not keep us from sending.
    constexpr int batches = 32;
    bool more = true;
    for (int i = 0; i < batches && more; ++i) {
        const auto batch = reader_.receive(socket);
        for (const auto& datagram : batch.read)
            if (auto reply = to_reply(datagram, number)) heard.replies.push_back(*std::move(reply));
        more = batch.more;
    }
    // A probe that has been answered has its stamp in the queue by now.
    if (stamps_ && heard.replies.size() != before) read_errors(socket, number, heard);
}

LIBNETXX_DECL void TraceChannel::read_listener(TraceHeard& heard)
{
    const auto before = heard.replies.size();
    constexpr int batches = 32;
    bool more = true;
    for (int i = 0; i < batches && more; ++i) {
        const auto batch = reader_.receive(*listener_);
        for (const auto& datagram : batch.read) {
            auto reply = engine::read_trace_error(sent_, datagram.message);
            if (!reply) {
                heard.refused.push_back(engine::quoted_destination(sent_.version, datagram.message));
                continue;
            }
            reply->from = datagram.from.address();
            reply->received = datagram.received;
            reply->read = datagram.read;
            if (datagram.ttl) reply->reply_ttl = static_cast<std::uint8_t>(*datagram.ttl);
            heard.replies.push_back(*std::move(reply));
        }
        more = batch.more;
    }
    if (stamps_ && heard.replies.size() != before) read_stamps(before, heard);
}

/// Of the probes that were answered by what the listener has received, from that reply on: these have left before.
LIBNETXX_DECL void TraceChannel::read_stamps(std::size_t first_reply, TraceHeard& heard)
{
    if (!has_socket_for_each_probe()) {
        for (const auto& [key, socket] : sockets_) read_errors(socket, key, heard);
        return;
    }
    for (auto at = first_reply; at < heard.replies.size(); ++at)
        if (const auto found = sockets_.find(heard.replies[at].number.value_or(0)); found != sockets_.end())
            read_errors(found->second, found->first, heard);
}

LIBNETXX_DECL void TraceChannel::read_connection(std::uint16_t number, TraceHeard& heard)
{
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    io::ErrorQueueReader errors{1};
    const auto outcome = found->second.take(errors);
    const auto now = io::observe_clocks(clocks_);
    if (!outcome) return;
    engine::TraceReply reply{.number = number, .from = found->second.to().address(), .received = now, .read = now};
    reply.destination = reply.from;
    if (outcome->error != nullptr) {
        const auto& error = *outcome->error;
        reply.from = error.offender;
        reply.error = engine::TraceReply::Error{error.type, error.code, error.info};
        if (error.ttl) reply.reply_ttl = static_cast<std::uint8_t>(*error.ttl);
        if (error.received) reply.received = clocks_.steady_time(*error.received).value_or(now);
    }
    if (outcome->round_trip) reply.received = std::min(now, found->second.sent() + *outcome->round_trip);
    const bool told = outcome->error != nullptr || outcome->answered;
    connections_.erase(found);
    if (told) heard.replies.push_back(std::move(reply));
}

/// False: the error queue was empty. With a listener, errors are only taken off: it has all of them. Stamps are kept.
LIBNETXX_DECL bool TraceChannel::read_errors(const io::ProbeSocket& socket, std::uint16_t key, TraceHeard& heard)
{
    constexpr int batches = 32;
    bool any = false;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive_errors(socket);
        any = any || batch.any;
        for (const auto& entry : batch.read) {
            if (entry.error->origin == io::QueuedError::Origin::transmit)
                heard.left.push_back({static_cast<std::uint16_t>(entry.tag), entry.at});
            else if (auto reply = to_reply(socket, entry, key)) heard.replies.push_back(*std::move(reply));
        }
        if (!batch.more) break;
    }
    return any;
}

/// The extensions of an error, whose quote the kernel has stripped of its headers.
LIBNETXX_DECL std::span<const std::byte> extensions_of(const io::QueuedError& error, std::size_t stripped)
{
    const std::size_t told = error.data & 0xFFFFU;  // sock_ee_data_rfc4884: the length comes first
    constexpr std::size_t legacy_quote_size = 128;
    constexpr std::size_t header_size = 4, checksum_at = 2;
    const auto at = told != 0 ? told : legacy_quote_size - std::min(stripped, legacy_quote_size);
    if (error.payload.size() < at + header_size) return {};
    const auto extensions = error.payload.subspan(at);
    // Where only habit says that they are there, the checksum has to say so, too.
    const bool trusted = told != 0 || base::load_be<std::uint16_t>(extensions, checksum_at) != 0;
    return trusted ? extensions : std::span<const std::byte>{};
}

/// nullopt: no host on the path sent it, or it isn't about a probe of ours.
LIBNETXX_DECL std::optional<engine::TraceReply> TraceChannel::to_reply(const io::ProbeSocket& socket,
                                                                       const io::ProbeReader::Entry& entry,
                                                                       std::uint16_t key) const
{
    using Origin = io::QueuedError::Origin;
    const auto& error = *entry.error;
    if (listener_ || (error.origin != Origin::icmp && error.origin != Origin::icmpv6)) return std::nullopt;
    engine::TraceReply reply{.from = error.offender,
                             .destination = error.destination.address(),
                             .error = engine::TraceReply::Error{error.type, error.code, error.info},
                             .received = entry.at,
                             .read = std::chrono::steady_clock::now()};
    if (error.ttl) reply.reply_ttl = static_cast<std::uint8_t>(*error.ttl);
    if (engine::is_gateway(sent_.gateways, *reply.destination)) reply.destination.reset();
    const bool v4 = sent_.version == wire::IpVersion::v4;
    std::size_t stripped = v4 ? wire::ipv4_header_size : wire::ipv6_header_size;
    if (is_udp()) {
        stripped += engine::udp_header_size;
        reply.flow = static_cast<std::uint8_t>(key);
        if (sent_.classic) reply.number = has_socket_for_each_probe() ? key : error.destination.port();
        else take_payload(error.payload, reply);
        if (!sent_.classic && error.destination.port() != sent_.port)
            reply.changes.push_back(
                {TraceField::destination_port, std::uint32_t{sent_.port}, std::uint32_t{error.destination.port()}});
    } else {
        const auto echo = wire::decode_quoted_echo_request(sent_.version, error.payload);
        if (!echo || echo->identifier != socket.identifier()) return std::nullopt;
        const auto checksum = base::load_be<std::uint16_t>(error.payload, 2);
        const auto flow = engine::flow_of_number(echo->sequence, sent_.first_number, sent_.flows);
        const bool right = checksum == sent_.checksums[flow];
        const bool told = take_payload(echo->payload, reply);
        reply.number = echo->sequence;
        if (!told && v4 && !sent_.classic && !right) return std::nullopt;
    }
    if (const auto found = extensions_of(error, stripped); !found.empty())
        if (auto extensions = wire::decode_icmp_extensions(found)) reply.extensions = *std::move(extensions);
    return reply;
}

/// Of a payload that came back. False: it is cut before its number.
LIBNETXX_DECL bool TraceChannel::take_payload(std::span<const std::byte> octets, engine::TraceReply& reply) const
{
    const auto at = std::min(octets.size(), engine::head_at(sent_.question));
    const auto payload = engine::read_trace_payload(octets.subspan(at));
    // A quote of 28 octets ends before the head of a DNS question, but has its identifier.
    const bool has_identifier = sent_.question == engine::TraceQuestion::dns && octets.size() >= 2;
    if (!payload && has_identifier && base::load_be<std::uint16_t>(octets, 0) != 0)
        reply.number = base::load_be<std::uint16_t>(octets, 0);
    if (!payload) return false;
    reply.number = payload->number;
    reply.cookie = payload->cookie;
    reply.cookie_mask = ~std::uint64_t{0};
    return true;
}

LIBNETXX_DECL bool TraceChannel::take_segment(std::span<const std::byte> segment, std::uint16_t key,
                                              engine::TraceReply& reply) const
{
    const auto answer = engine::read_tcp_answer(segment, sent_.tcp.flags);
    if (!answer || answer->source_port != sent_.port || answer->destination_port != sent_.own_ports[key]) return false;
    reply.number = answer->number;
    reply.cookie = answer->cookie;
    reply.cookie_mask = 0xFFFF;
    reply.tcp_flags = answer->flags;
    return true;
}

LIBNETXX_DECL bool TraceChannel::take_dccp(std::span<const std::byte> packet, std::uint16_t key,
                                           engine::TraceReply& reply) const
{
    const auto answer = engine::read_dccp_answer(packet);
    if (!answer || answer->source_port != sent_.port || answer->destination_port != sent_.own_ports[key]) return false;
    reply.number = answer->number;
    reply.cookie = answer->cookie;
    reply.cookie_mask = 0xFFFF;
    return true;
}

/// nullopt: it answers no probe of ours.
LIBNETXX_DECL std::optional<engine::TraceReply> TraceChannel::to_reply(const io::ProbeReader::Datagram& datagram,
                                                                       std::uint16_t key) const
{
    const auto from = datagram.from.address();
    engine::TraceReply reply{.from = from, .destination = from, .received = datagram.received, .read = datagram.read};
    if (datagram.ttl) reply.reply_ttl = static_cast<std::uint8_t>(*datagram.ttl);
    return take_answer(datagram, key, reply) ? std::optional{std::move(reply)} : std::nullopt;
}

LIBNETXX_DECL bool TraceChannel::take_answer(const io::ProbeReader::Datagram& datagram, std::uint16_t key,
                                             engine::TraceReply& reply) const
{
    if (sent_.method == TraceProbe::tcp) return take_segment(datagram.message, key, reply);
    if (sent_.method == TraceProbe::dccp) return take_dccp(datagram.message, key, reply);
    // What answers in an unknown protocol can't be read. The set of traces knows an echo of a probe by its head, and takes
    // other packets of the target for answers to the one probe that they can be for.
    if (sent_.method == TraceProbe::raw) {
        const auto head = engine::read_raw_probe(datagram.message);
        if (!head) return true;
        reply.number = head->number;
        reply.cookie = head->cookie;
        reply.cookie_mask = engine::raw_cookie_mask;
        return true;
    }
    if (sent_.method == TraceProbe::icmp) {
        const auto echo = wire::decode_echo_reply(sent_.version, datagram.message);
        if (!echo || !take_payload(echo->payload, reply) || reply.number != echo->sequence) return false;
        reply.destination.reset();  // a translated or multi-homed destination answers from another address
        return true;
    }
    reply.flow = static_cast<std::uint8_t>(key);
    if (sent_.classic && sent_.method == TraceProbe::udp) {  // a service listens on that port, and answers
        reply.number = datagram.from.port();
        return true;
    }
    if (datagram.from.port() != sent_.port) return false;
    if (sent_.classic) {
        reply.number = key;
        return true;
    }
    // A service may send anything. An answer to our question, or an echo of our payload, tells the probe; else only one can
    // be meant.
    auto answer = engine::read_question_answer(sent_.question, sent_.mark, datagram.message);
    if (!answer) {
        const auto at = std::min(datagram.message.size(), engine::head_at(sent_.question));
        const auto echo = engine::read_trace_payload(datagram.message.subspan(at));
        if (!echo || echo->mark != sent_.mark) return true;
        answer = engine::TraceQuestionAnswer{echo->number, echo->cookie, ~std::uint64_t{0}};
    }
    reply.number = answer->number;
    reply.cookie = answer->cookie;
    reply.cookie_mask = answer->cookie_mask;
    return true;
}

}  // namespace libnet::inline v0::detail
