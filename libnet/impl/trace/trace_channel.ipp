#pragma once
// Bodies of libnet/impl/trace/trace_channel.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/impl/trace/trace_defaults.hpp>
#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/port_filter.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace libnet::inline v0::detail {

/// The answers of a service may be long, and errors quote up to 1280 octets.
constexpr std::size_t longest_answer = 2048;

/// The kernel tells where the extensions of an error are (linux/in.h, linux/in6.h), since Linux 5.9.
constexpr int recverr_rfc4884_v4 = 26, recverr_rfc4884_v6 = 31;

constexpr int udp_lite_send_coverage = 10;  // UDPLITE_SEND_CSCOV of udplite(7)

/// A checksum that a flow keeps: not 0 or 0xFFFF, and unforeseeable, for it proves answers that quote little.
LIBNETXX_DECL std::vector<std::uint16_t> flow_checksums(std::size_t flows)
{
    std::vector<std::uint16_t> checksums;
    while (checksums.size() < flows) {
        const auto checksum = static_cast<std::uint16_t>(io::random_word());
        const bool usable = checksum != 0 && checksum != 0xFFFF;
        if (usable && std::ranges::find(checksums, checksum) == checksums.end()) checksums.push_back(checksum);
    }
    return checksums;
}

/// What one version of IP can't do.
LIBNETXX_DECL void check_version(const TraceOptions& options, wire::IpVersion version)
{
    if (version == wire::IpVersion::v4) return;
    io::require_option(options.gateways.count == 0,
                       "trace gateways: IPv4 only: IPv6 has no source routes any more (RFC 5095)");
    constexpr std::array<std::uint8_t, 5> extension_headers{0, 43, 44, 51, 60};  // RFC 8200 section 4.1
    const bool extension = std::ranges::find(extension_headers, options.protocol) != extension_headers.end();
    io::require_option(options.method != TraceProbe::raw || !extension,
                       "trace protocol: in IPv6 this is an extension header, and no protocol of packets");
    constexpr std::array<std::uint8_t, 2> with_checksum{58, 135};  // rawv6_init_sk of the kernel
    const bool summed = std::ranges::find(with_checksum, options.protocol) != with_checksum.end();
    io::require_option(
        options.method != TraceProbe::raw || !summed,
        "trace protocol: in packets of ICMPv6 (58) and Mobile IPv6 (135) the kernel writes a checksum over "
        "what tells the probes apart: for ICMPv6 take the method icmp");
}

LIBNETXX_DECL TraceChannel::TraceChannel(asio::any_io_executor executor, std::shared_ptr<io::ProbePoll> poll,
                                         std::uint64_t key_bits, const TraceOptions& options, wire::IpVersion version)
    : executor_{std::move(executor)},
      poll_{std::move(poll)},
      key_bits_{key_bits},
      options_{options},
      reader_{std::max(longest_answer, trace_payload_size(options) + wire::icmp_header_size), 8, longest_answer},
      payload_(trace_payload_size(options))
{
    check_version(options, version);
    sent_.method = options.method;
    sent_.version = version;
    sent_.classic = is_classic(options);
    sent_.port = trace_port(options);
    sent_.checksums = flow_checksums(options.flows);
    sent_.mark = static_cast<std::uint32_t>(io::random_word());
    sent_.payload_size = payload_.size();
    sent_.question = trace_question(options);
    sent_.traffic_class = options.traffic_class.value_or(std::uint8_t{0});
    sent_.flow_label = options.flow_label;
    sent_.tcp = options.tcp;
    sent_.protocol = options.protocol;
    sent_.coverage = options.coverage;
    sent_.gateways = options.gateways;
    // Connections are told of their errors themselves.
    const bool connections = sent_.classic && sent_.method == TraceProbe::tcp;
    if (options.access != TraceAccess::datagram && !connections) listen();
    if (has_socket_for_each_probe()) return;
    const bool ports = sent_.method != TraceProbe::icmp;
    for (std::uint16_t flow = 0; flow < (ports ? options.flows : 1); ++flow) open_flow(flow);
}

LIBNETXX_DECL void TraceChannel::open_flow(std::uint16_t flow)
{
    if (sent_.method == TraceProbe::tcp) return open_tcp(flow);
    if (sent_.method == TraceProbe::dccp) return open_dccp(flow);
    if (sent_.method == TraceProbe::raw)
        return add_raw(flow, io::ProbeSocket{executor_, sent_.version, socket_options()});
    sent_.own_ports.push_back(open(flow).identifier());
}

/// Throws where raw sockets were asked for, and aren't allowed.
LIBNETXX_DECL void TraceChannel::listen()
try {
    auto options = socket_options();
    options.protocol = io::ProbeProtocol::icmp;
    options.access = io::IcmpAccess::raw;
    options.hears_errors = true;
    options.flow_label.reset();
    options.ip_options = {};
    options.mark.reset();  // it sends nothing: what takes other capabilities is left to the sockets that do
    options.debug = false;
    listener_.emplace(executor_, sent_.version, options);
    poll_->add(listener_->native(), key_bits_ | listener_key);
    sources_.emplace(sent_.version, socket_options());
} catch (const boost::system::system_error& error) {
    listener_.reset();
    const bool forbidden = error.code() == boost::system::errc::operation_not_permitted ||
                           error.code() == boost::system::errc::permission_denied;
    const bool others_do = options_.access == TraceAccess::automatic && !takes_raw(options_);
    if (others_do && forbidden) return;
    if (!forbidden) throw;
    throw boost::system::system_error{
        error.code(),
        takes_raw(options_)
            ? "such probes take raw sockets (and these the capability cap_net_raw: setcap cap_net_raw+ep PROGRAM)"
            : "raw sockets (they take the capability cap_net_raw: setcap cap_net_raw+ep PROGRAM)"};
}

LIBNETXX_DECL io::ProbeSocketOptions TraceChannel::socket_options() const
{
    io::ProbeSocketOptions options;
    if (is_udp()) options.protocol = io::ProbeProtocol::udp;
    if (sent_.method == TraceProbe::udp_lite) options.protocol = io::ProbeProtocol::udp_lite;
    if (sent_.method == TraceProbe::tcp) options.protocol = io::ProbeProtocol::tcp;
    const bool dccp = sent_.method == TraceProbe::dccp;
    if (dccp || sent_.method == TraceProbe::raw) options.protocol = io::ProbeProtocol::other;
    options.ip_protocol = dccp ? engine::dccp_protocol : options_.protocol;
    // A datagram ICMP socket has its identifier for itself; so it is taken where it is allowed, with a listener, too.
    if (options_.access == TraceAccess::datagram) options.access = io::IcmpAccess::automatic;
    options.source = options_.source;
    options.interface = options_.interface.str();
    options.traffic_class = options_.traffic_class;
    options.mark = options_.mark;
    options.flow_label = options_.flow_label;
    if (options_.dont_fragment) options.path_mtu_discovery = io::PathMtuDiscovery::probe;
    options.dont_route = options_.bypass_routes;
    options.debug = options_.debug;
    const auto gateways = std::span{options_.gateways.addresses}.first(options_.gateways.count);
    if (!gateways.empty() && sent_.version == wire::IpVersion::v4)
        options.ip_options = wire::encode_ipv4_source_route(gateways, false);
    return options;
}

/// Where each probe has a socket, its local port is the key.
LIBNETXX_DECL io::ProbeSocket& TraceChannel::open(std::uint16_t key)
{
    auto options = socket_options();
    if (is_udp() && options_.source_port != 0 && !has_socket_for_each_probe())
        options.identifier = static_cast<std::uint16_t>(options_.source_port + key);
    io::ProbeSocket socket{executor_, sent_.version, options};
    if (has_socket_for_each_probe()) key = socket.identifier();
    const bool v4 = sent_.version == wire::IpVersion::v4;
    constexpr int on = 1;  // older kernels know nothing of it
    ::setsockopt(socket.native(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? recverr_rfc4884_v4 : recverr_rfc4884_v6, &on,
                 sizeof on);
    if (options_.coverage != 0 && sent_.method == TraceProbe::udp_lite)
        io::set_option(socket.native(), IPPROTO_UDPLITE, udp_lite_send_coverage, options_.coverage);
    poll_->add(socket.native(), key_bits_ | key);
    return sockets_.try_emplace(key, std::move(socket)).first->second;
}

LIBNETXX_DECL void TraceChannel::open_tcp(std::uint16_t flow)
{
    auto options = socket_options();
    const auto wanted = options_.source_port == 0 ? 0 : options_.source_port + flow;
    held_ports_.emplace_back(sent_.version, static_cast<std::uint16_t>(wanted), options);
    const auto port = held_ports_.back().number();
    sent_.own_ports.push_back(port);
    if (!listener_) return;
    options.identifier = port;
    io::ProbeSocket socket{executor_, sent_.version, options};
    io::pass_only_port(socket.native(), sent_.version, port);
    constexpr int ipv6_checksum = 7, checksum_at = 16;  // IPV6_CHECKSUM, RFC 3542 section 3.1
    if (sent_.version == wire::IpVersion::v6) io::set_option(socket.native(), IPPROTO_IPV6, ipv6_checksum, checksum_at);
    add_raw(flow, std::move(socket));
}

LIBNETXX_DECL void TraceChannel::add_raw(std::uint16_t flow, io::ProbeSocket socket)
{
    poll_->add(socket.native(), key_bits_ | flow);
    sockets_.try_emplace(flow, std::move(socket));
}

/// Without DCCP in the kernel, no socket holds a port.
LIBNETXX_DECL void TraceChannel::open_dccp(std::uint16_t flow)
{
    constexpr unsigned first_dynamic = 49152, dynamic = 16384 - 16;  // RFC 6335 section 6; 16 flows
    const auto first = options_.source_port != 0 ? options_.source_port : first_dynamic + io::random_word() % dynamic;
    const auto port =
        flow == 0 ? static_cast<std::uint16_t>(first) : static_cast<std::uint16_t>(sent_.own_ports.front() + flow);
    auto options = socket_options();
    options.identifier = port;
    io::ProbeSocket socket{executor_, sent_.version, options};
    io::pass_only_port(socket.native(), sent_.version, port);
    sent_.own_ports.push_back(port);
    add_raw(flow, std::move(socket));
}

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
    auto started =
        io::ConnectProbe::start(sent_.version, {probe.address, sent_.port}, port, probe.probe.ttl, socket_options());
    if (!started) {
        const auto error = started.error();
        // Only probes under way can give something back.
        const bool soon =
            !connections_.empty() && (error == asio::error::address_in_use || error == asio::error::no_descriptors ||
                                      error == boost::system::errc::address_not_available);
        return soon ? boost::system::error_code{asio::error::would_block} : error;
    }
    const auto at = started->sent();
    poll_->add_connecting(started->native(), key_bits_ | probe.number);
    connections_.insert_or_assign(probe.number, std::move(*started));
    return Sent{probe.number, at};
}

LIBNETXX_DECL boost::system::result<TraceChannel::Sent> TraceChannel::send(io::ProbeSocket& socket, std::uint16_t key,
                                                                           const io::ProbeSocket::Outgoing& message,
                                                                           std::uint16_t number)
{
    const auto sent = io::send_past_errors(socket, message, [&] { return read_errors(socket, key, met_); });
    if (sent) return Sent{number, *sent};
    if (has_socket_for_each_probe()) release(number);
    return sent.error();
}

LIBNETXX_DECL void TraceChannel::read(std::uint64_t key, std::vector<engine::TraceReply>& replies)
{
    if (key == listener_key) return read_listener(replies);
    const auto number = static_cast<std::uint16_t>(key);
    if (connects()) return read_connection(number, replies);
    const auto found = sockets_.find(number);
    if (found == sockets_.end()) return;
    const auto& socket = found->second;
    read_errors(socket, number, replies);
    // No more at once than a window's answers, duplicated: a flood must not keep us from sending.
    constexpr int batches = 32;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive(socket);
        for (const auto& datagram : batch.read)
            if (auto reply = to_reply(datagram, number)) replies.push_back(*std::move(reply));
        if (!batch.more) return;
    }
}

LIBNETXX_DECL void TraceChannel::read_listener(std::vector<engine::TraceReply>& replies)
{
    constexpr int batches = 32;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive(*listener_);
        for (const auto& datagram : batch.read) {
            auto reply = engine::read_trace_error(sent_, datagram.message);
            if (!reply) continue;
            reply->from = datagram.from.address();
            reply->received = datagram.received;
            reply->read = datagram.read;
            if (datagram.ttl) reply->reply_ttl = static_cast<std::uint8_t>(*datagram.ttl);
            replies.push_back(*std::move(reply));
        }
        if (!batch.more) return;
    }
}

LIBNETXX_DECL void TraceChannel::read_connection(std::uint16_t number, std::vector<engine::TraceReply>& replies)
{
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    io::ErrorQueueReader errors{1};
    const auto outcome = found->second.take(errors);
    if (!outcome) return;
    const auto now = std::chrono::steady_clock::now();
    engine::TraceReply reply{.number = number, .from = found->second.to().address(), .received = now, .read = now};
    reply.destination = reply.from;
    if (outcome->error != nullptr) {
        const auto& error = *outcome->error;
        reply.from = error.offender;
        reply.error = engine::TraceReply::Error{error.type, error.code, error.info};
        if (error.ttl) reply.reply_ttl = static_cast<std::uint8_t>(*error.ttl);
    }
    const bool told = outcome->error != nullptr || outcome->answered;
    connections_.erase(found);
    if (told) replies.push_back(std::move(reply));
}

/// False: the error queue was empty. With a listener, the errors are only taken off: it has all of them.
LIBNETXX_DECL bool TraceChannel::read_errors(const io::ProbeSocket& socket, std::uint16_t key,
                                             std::vector<engine::TraceReply>& replies)
{
    constexpr int batches = 32;
    bool any = false;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive_errors(socket);
        any = any || batch.any;
        for (const auto& entry : batch.read)
            if (auto reply = to_reply(socket, entry, key)) replies.push_back(*std::move(reply));
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
        const bool right = std::ranges::find(sent_.checksums, checksum) != sent_.checksums.end();
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
    // A service says what it likes. An answer to our question, or an echo of our payload, tells the probe; else only one can
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
