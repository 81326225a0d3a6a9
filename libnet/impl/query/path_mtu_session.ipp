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

LIBNETXX_DECL io::IcmpSocketOptions path_mtu_socket_options(const PathMtuOptions& options)
{
    constexpr int send_buffer = 256 * 1024;  // room for the largest packet, whatever the system's default is
    io::IcmpSocketOptions result;
    result.access = options.access;
    result.source = options.source;
    result.interface = options.interface.str();
    result.path_mtu_discovery = io::PathMtuDiscovery::probe;
    result.traffic_class = options.traffic_class;
    result.mark = options.mark;
    result.send_buffer = send_buffer;
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

LIBNETXX_DECL std::uint8_t echo_reply_type(wire::IpVersion version)
{
    return version == wire::IpVersion::v4 ? wire::icmp_type::echo_reply : wire::icmpv6_type::echo_reply;
}

LIBNETXX_DECL PathMtuSession::PathMtuSession(const asio::any_io_executor& executor, const asio::ip::address& address,
                                             const PathMtuOptions& options)
    : executor_{executor},
      address_{io::target_address(address, options.interface.str())},
      socket_{executor, wire::version_of(address_), echo_reply_type(wire::version_of(address_)),
              path_mtu_socket_options(options)},
      search_{address_, path_mtu_search_options(wire::version_of(address_), options)}
{}

LIBNETXX_DECL asio::awaitable<std::optional<PathMtuStep>> PathMtuSession::next(std::shared_ptr<PathMtuSession> self)
{
    using namespace engine::path_mtu_action;
    for (;;) {
        if (self->stopped_) throw boost::system::system_error{asio::error::operation_aborted};
        self->take_answers();  // first: what is here must not count as lost
        const auto action = self->search_.next(std::chrono::steady_clock::now());
        if (const auto* report = std::get_if<Report>(&action)) co_return report->step;
        if (std::holds_alternative<Done>(action)) co_return std::nullopt;
        if (const auto* probe = std::get_if<Send>(&action)) {
            self->send(*probe);
            continue;
        }
        const auto deadline = std::get<WaitUntil>(action).deadline;
        co_await self->socket_.ready(deadline);
    }
}

LIBNETXX_DECL void PathMtuSession::stop()
{
    stopped_ = true;
    socket_.cancel();
}

LIBNETXX_DECL void PathMtuSession::send(const engine::path_mtu_action::Send& send)
{
    const auto version = socket_.version();
    const auto ip_header = engine::echo_headers_size(version) - wire::icmp_header_size;
    std::vector<std::byte> message(send.size - ip_header);
    engine::write_payload(send.cookie, std::span{message}.subspan(wire::icmp_header_size));
    wire::encode_echo_request(version, socket_.identifier(), send.sequence, message);

    // An error about an earlier probe refuses this one: it is taken in, and this one sent again. A refusal with nothing in
    // the queue may still be such a one; three in a row are this probe's own.
    constexpr int many = 64, own = 3;
    boost::system::error_code error;
    for (int attempt = 0, unexplained = 0; attempt < many && unexplained < own; ++attempt) {
        refused_mtu_.reset();
        error = socket_.send(address_, message);
        if (!error) return;
        if (error == asio::error::would_block || error == asio::error::no_buffer_space) break;
        unexplained = take_errors() ? 0 : unexplained + 1;
        if (refused_mtu_) return search_.on_refused(send.sequence, refused_mtu_);
    }
    constexpr std::chrono::milliseconds soon{10};
    if (error == asio::error::message_size) return search_.on_refused(send.sequence, std::nullopt);
    if (error == asio::error::would_block || error == asio::error::no_buffer_space)
        return search_.on_not_sent(send.sequence, std::chrono::steady_clock::now() + soon);
    throw boost::system::system_error{error, address_.to_string()};
}

LIBNETXX_DECL void PathMtuSession::take_answers()
{
    take_errors();
    // A raw socket also gets the replies to every other program here, and all the more must not hold us up.
    constexpr int many = 256;
    for (int i = 0; i < many; ++i) {
        const auto received = socket_.receive();
        if (!received) return;
        const auto echo = wire::decode_echo_reply(socket_.version(), received->message);
        if (echo && echo->identifier == socket_.identifier())
            search_.on_reply(received->from, echo->sequence, echo->payload, received->at);
    }
}

/// False: the error queue was empty.
LIBNETXX_DECL bool PathMtuSession::take_errors()
{
    constexpr int many = 256;
    for (int i = 0; i < many; ++i) {
        const auto queued = socket_.next_error();
        if (!queued) return i > 0;
        take_error(*queued);
    }
    return true;
}

LIBNETXX_DECL void PathMtuSession::take_error(const io::QueuedError& queued)
{
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
                      .received = socket_.arrival(queued)});
}

}  // namespace libnet::inline v0::detail
