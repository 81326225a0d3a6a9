#pragma once
// Bodies of libnet/impl/trace/trace_channel.hpp: what is sent.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/io/icmp/timestamp.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

/// Where packets to the target are sent first.
LIBNETXX_DECL asio::ip::address TraceChannel::first_stop(const asio::ip::address& target) const
{
    const bool by_gateway = options_.gateways.count != 0 && target.is_v4();
    return by_gateway ? asio::ip::address{options_.gateways.addresses.front()} : target;
}

LIBNETXX_DECL std::optional<asio::ip::address> TraceChannel::source_to(const asio::ip::address& target)
{
    if (!sources_) return std::nullopt;
    const auto source = sources_->source_to(first_stop(target));
    constexpr std::size_t many = 64;
    if (source && sent_.sources.size() < many && std::ranges::find(sent_.sources, *source) == sent_.sources.end())
        sent_.sources.push_back(*source);
    return source;
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send(const engine::TraceSetProbe& probe)
try {
    switch (sent_.method) {
    case TraceProbe::icmp:
        return send_icmp(probe);
    case TraceProbe::tcp:
        return connects() ? connect(probe) : send_tcp(probe);
    case TraceProbe::dccp:
        return send_dccp(probe);
    case TraceProbe::raw:
        return send_raw(probe);
    case TraceProbe::udp_lite:
    case TraceProbe::udp:
    case TraceProbe::udp_constant:
        break;
    }
    return send_udp(probe);
} catch (const boost::system::system_error& error) {
    // Where descriptors are short, the probes under way will soon give some back.
    const bool soon = error.code() == asio::error::no_descriptors && !sockets_.empty();
    return soon ? boost::system::error_code{asio::error::would_block} : error.code();
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send_udp(const engine::TraceSetProbe& probe)
{
    const bool own_socket = has_socket_for_each_probe();
    io::ProbeSocket& socket = own_socket ? open(0) : sockets_.at(probe.flow);
    const auto number = own_socket ? socket.identifier() : probe.number;
    const auto key = own_socket ? number : std::uint16_t{probe.flow};
    const bool rising = sent_.classic && sent_.method == TraceProbe::udp;
    const auto port = rising ? probe.number : sent_.port;
    engine::write_question(payload_, sent_.question, probe.cookie, number, sent_.mark);
    if (!sent_.classic)
        if (const auto source = source_to(probe.address))
            balance({*source, first_stop(probe.address), socket.identifier(), port}, number);
    return send(socket, key, {{probe.address, port}, payload_, probe.probe.ttl}, number);
}

/// Makes the number the checksum of the datagram, where that covers enough of it. The kernel takes the address that it is
/// sent to for the sum, with gateways too.
LIBNETXX_DECL void TraceChannel::balance(const engine::TraceEnds& ends, std::uint16_t number)
{
    if (sent_.method != TraceProbe::udp_lite)
        return engine::balance_udp(payload_, ends, number, engine::head_at(sent_.question));
    if (engine::covers_balance(sent_.coverage)) engine::balance_udp_lite(payload_, ends, number, sent_.coverage);
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send_dccp(const engine::TraceSetProbe& probe)
{
    io::ProbeSocket& socket = sockets_.at(probe.flow);
    const auto source = source_to(probe.address);
    const engine::TraceEnds ends{source.value_or(asio::ip::address{}), probe.address, socket.identifier(), sent_.port};
    const auto request = engine::make_dccp_probe(ends, probe.number, probe.cookie, options_.dccp_service);
    return send(socket, probe.flow, {{probe.address, 0}, request, probe.probe.ttl}, probe.number);
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send_raw(const engine::TraceSetProbe& probe)
{
    std::vector<std::byte> packet(engine::raw_head_size + payload_.size());
    engine::write_raw_probe(packet, probe.number, probe.cookie);
    source_to(probe.address);
    return send(sockets_.at(probe.flow), probe.flow, {{probe.address, 0}, packet, probe.probe.ttl}, probe.number);
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send_icmp(const engine::TraceSetProbe& probe)
{
    io::ProbeSocket& socket = sockets_.begin()->second;
    std::vector<std::byte> echo(wire::icmp_header_size + payload_.size());
    const auto payload = std::span{echo}.subspan(wire::icmp_header_size);
    engine::write_trace_payload(payload, probe.cookie, probe.number, sent_.mark);
    wire::encode_echo_request(sent_.version, socket.identifier(), probe.number, echo);
    if (!sent_.classic) {
        constexpr std::size_t checksum_at = 2;
        base::store_be(echo, checksum_at, std::uint16_t{0});
        const auto header = base::checksum_add(0, std::span{echo}.first(wire::icmp_header_size));
        engine::balance_trace_payload(payload, header, sent_.checksums[probe.flow]);
        wire::encode_echo_request(sent_.version, socket.identifier(), probe.number, echo);
    }
    source_to(probe.address);
    return send(socket, 0, {{probe.address, 0}, echo, probe.probe.ttl}, probe.number);
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send_tcp(const engine::TraceSetProbe& probe)
{
    io::ProbeSocket& socket = sockets_.at(probe.flow);
    engine::TraceEnds ends{{}, probe.address, socket.identifier(), sent_.port};
    const auto source = source_to(probe.address);
    if (source && sent_.version == wire::IpVersion::v4) ends.source = *source;
    const auto segment = engine::make_tcp_probe(ends, probe.number, probe.cookie, sent_.tcp);
    return send(socket, probe.flow, {{probe.address, 0}, segment, probe.probe.ttl}, probe.number);
}

/// The number is ours alone: each connection has a socket.
LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::connect(const engine::TraceSetProbe& probe)
{
    const auto port = sent_.classic ? std::uint16_t{0} : sent_.own_ports[probe.flow];
    auto options = socket_options();
    options.flow_label = label_of(probe.flow);
    auto started = io::ConnectProbe::start(sent_.version, {probe.address, sent_.port}, port, probe.probe.ttl, options);
    if (!started) {
        const auto error = started.error();
        // Only probes under way can give something back.
        const bool soon =
            !connections_.empty() && (error == asio::error::address_in_use || error == asio::error::no_descriptors ||
                                      error == boost::system::errc::address_not_available);
        return soon ? boost::system::error_code{asio::error::would_block} : error;
    }
    const auto at = started->sent();
    io::observe_clocks(clocks_);
    poll_->add_connecting(started->native(), key_bits_ | probe.number);
    connections_.insert_or_assign(probe.number, std::move(*started));
    return Sent{probe.number, at};
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send(io::ProbeSocket& socket, std::uint16_t key,
                                                                           const io::ProbeSocket::Outgoing& message,
                                                                           std::uint16_t number)
{
    auto stamped = message;
    stamped.tag = number;
    stamped.flow_label = label_of(engine::flow_of_number(number, sent_.first_number, sent_.flows));
    const auto sent = io::send_past_errors(socket, stamped, [&] { return read_errors(socket, key, met_); });
    if (sent) return Sent{number, *sent};
    if (has_socket_for_each_probe()) release(number);
    return sent.error();
}

}  // namespace libnet::inline v0::detail
