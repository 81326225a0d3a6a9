#pragma once
// Bodies of libnet/impl/query/path_mtu_session.hpp.

#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/impl/query/path_mtu_session.hpp>
#include <libnet/io/dns/target_address.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <random>
#include <vector>

namespace libnet::inline v0::detail {

LIBNETXX_DECL io::ProbeSocketOptions path_mtu_socket_options(const PathMtuOptions& options)
{
    io::ProbeSocketOptions result;
    result.access = options.access;
    result.source = options.source;
    result.interface = options.interface.str();
    result.path_mtu_discovery = io::PathMtuDiscovery::probe;
    result.traffic_class = options.traffic_class;
    result.mark = options.mark;
    return result;
}

LIBNETXX_DECL engine::PathMtuSearchOptions path_mtu_search_options(wire::IpVersion version,
                                                                   const PathMtuOptions& options)
{
    using namespace std::chrono_literals;
    const auto largest = engine::largest_packet(version);
    io::require_option(options.timeout > 0s && options.timeout <= 1h, "path MTU timeout: up to an hour");
    io::require_option(options.attempts >= 1 && options.attempts <= 100, "path MTU attempts: 1 to 100");
    io::require_option(options.max_probes >= 1 && options.max_probes <= 10'000, "path MTU probes: 1 to 10000");
    io::require_option(options.ceiling == 0 || (options.ceiling >= engine::smallest_path_mtu &&
                                                options.ceiling <= engine::largest_packet(wire::IpVersion::v6)),
                       "path MTU ceiling: 68 to 65575");
    io::require_option(options.access, PathMtuAccess::raw, "path MTU access: automatic, datagram or raw");
    std::random_device random;
    const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
    engine::PathMtuSearchOptions result;
    result.ceiling = options.ceiling == 0 ? largest : std::min(options.ceiling, largest);
    result.timeout = options.timeout;
    result.attempts = options.attempts;
    result.max_probes = options.max_probes;
    result.key = {word(), word()};
    result.first_sequence = static_cast<std::uint16_t>(random());
    return result;
}

constexpr std::size_t largest_datagram = 65'536;  ///< an IPv4 packet with its header

LIBNETXX_DECL PathMtuSession::PathMtuSession(const asio::any_io_executor& executor, const asio::ip::address& address,
                                             const PathMtuOptions& options)
    : executor_{executor},
      address_{io::target_address(address, options.interface.str())},
      socket_{executor, wire::version_of(address_), path_mtu_socket_options(options)},
      reader_{largest_datagram, 1},
      poll_{std::make_shared<io::ProbePoll>(executor)},
      search_{address_, path_mtu_search_options(wire::version_of(address_), options)}
{
    poll_->add(socket_.native(), 0);
}

LIBNETXX_DECL void PathMtuSession::send(const engine::PathMtuProbe& probe)
{
    const auto version = socket_.version();
    const auto ip_header = engine::echo_headers_size(version) - wire::icmp_header_size;
    std::vector<std::byte> message(probe.size - ip_header);
    engine::write_payload(probe.cookie, std::span{message}.subspan(wire::icmp_header_size));
    wire::encode_echo_request(version, socket_.identifier(), probe.sequence, message);

    refused_mtu_.reset();
    const auto sent = io::send_past_errors(socket_, {{address_, 0}, message}, [this] { return take_errors(); });
    if (sent) return;
    if (refused_mtu_ || sent.error() == asio::error::message_size)
        return search_.on_refused(probe.sequence, refused_mtu_);
    if (sent.error() != asio::error::would_block) throw boost::system::system_error{sent.error(), address_.to_string()};
    constexpr std::chrono::milliseconds soon{10};
    search_.on_not_sent(probe.sequence, std::chrono::steady_clock::now() + soon);
}

LIBNETXX_DECL void PathMtuSession::take_answers()
{
    take_errors();
    // A raw socket also gets the replies to every other program here, and all the more must not hold us up.
    constexpr int batches = 256;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive(socket_);
        for (const auto& datagram : batch.read)
            if (const auto echo = wire::decode_echo_reply(socket_.version(), datagram.message))
                search_.on_reply(datagram.from.address(), echo->sequence, echo->payload, datagram.received);
        if (!batch.more) return;
    }
}

/// False: the error queue was empty.
LIBNETXX_DECL bool PathMtuSession::take_errors()
{
    constexpr int batches = 256;
    bool any = false;
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive_errors(socket_);
        any = any || batch.any;
        for (const auto& entry : batch.read) take_error(entry);
        if (!batch.more) break;
    }
    return any;
}

LIBNETXX_DECL void PathMtuSession::take_error(const io::ProbeReader::Entry& entry)
{
    const auto& queued = *entry.error;
    using Origin = io::QueuedError::Origin;
    if (queued.origin == Origin::local && queued.error == EMSGSIZE) refused_mtu_ = queued.info;
    if (queued.origin != Origin::icmp && queued.origin != Origin::icmpv6) return;
    const auto request = wire::decode_quoted_echo_request(socket_.version(), queued.payload);
    if (!request || request->identifier != socket_.identifier()) return;
    search_.on_error({.destination = queued.destination.address(),
                      .sequence = request->sequence,
                      .payload = request->payload,
                      .error = {queued.offender, queued.type, queued.code},
                      .mtu = wire::icmp_mtu(socket_.version(), queued.type, queued.code, queued.info),
                      .received = entry.at});
}

}  // namespace libnet::inline v0::detail
