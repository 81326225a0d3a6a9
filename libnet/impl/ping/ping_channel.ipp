#pragma once
// Bodies of libnet/impl/ping/ping_channel.hpp.

#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/impl/ping/checked_options.hpp>
#include <libnet/impl/ping/ping_channel.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/icmp/icmp_timestamp.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

/// The tag of a probe's message.
constexpr std::uint64_t tag_of(engine::ProbeId probe) noexcept
{
    return std::uint64_t{probe.slot} << 32 | probe.generation;
}

constexpr engine::ProbeId probe_of(std::uint64_t tag) noexcept
{
    return {static_cast<std::uint32_t>(tag >> 32), static_cast<std::uint32_t>(tag)};
}

/// Of the system's clock, since midnight UT.
inline std::uint32_t milliseconds_of_today() noexcept
{
    return wire::milliseconds_since_midnight(std::chrono::system_clock::now().time_since_epoch());
}

LIBNETXX_DECL PingChannel::PingChannel(asio::any_io_executor executor, wire::IpVersion version,
                                       const PingOptions& options)
    : executor_{std::move(executor)},
      version_{version},
      options_{options},
      message_size_{asks_for_times() ? wire::icmp_timestamp_size : wire::icmp_header_size + options.payload_size}
{
    try {
        if (asks_for_times() && version == wire::IpVersion::v6)
            throw boost::system::system_error{asio::error::address_family_not_supported, "ICMP timestamp"};
        open();
    } catch (const boost::system::system_error&) {
        error_ = std::current_exception();
        return;
    }
    burst_ = sockets_.front()->burst(message_size_);
    outgoing_.reserve(burst_);
    proven_.reserve(burst_);
    messages_.resize(burst_ * message_size_);
    if (asks_for_times()) return;
    for (std::size_t i = 0; i < burst_; ++i)
        engine::write_payload(
            0, std::span{messages_}.subspan(i * message_size_ + wire::icmp_header_size, options.payload_size),
            options.pattern);
}

LIBNETXX_DECL void PingChannel::open()
{
    sockets_.reserve(sockets_.size() + 1);
    sockets_.push_back(std::make_unique<io::ProbeSocket>(executor_, version_, ping_socket_options(options_)));
}

/// False: the system allows no more, or one must do. An identifier that was asked for is one socket's only, and each raw
/// socket would get the answers to all of them.
LIBNETXX_DECL bool PingChannel::open_another()
try {
    if (options_.identifier || options_.connect || sockets_.front()->is_raw()) return false;
    open();
    return true;
} catch (const boost::system::system_error&) {
    return false;
}

LIBNETXX_DECL void PingChannel::require() const
{
    if (error_) std::rethrow_exception(error_);
}

LIBNETXX_DECL void PingChannel::connect(const asio::ip::address& address) { sockets_.front()->connect(address); }

LIBNETXX_DECL std::optional<std::uint16_t> PingChannel::identifier() const noexcept
{
    return sockets_.empty() ? std::nullopt : std::optional{sockets_.front()->identifier()};
}

LIBNETXX_DECL std::uint64_t PingChannel::dropped() const
{
    std::uint64_t dropped = 0;
    for (const auto& socket : sockets_) dropped += socket->dropped();
    return dropped;
}

// --- sending -------------------------------------------------------------------------------------------------------

/// The messages are there already; only their headers and cookies change. Their identifier is the kernel's matter, but of
/// a raw socket, which is the only one.
LIBNETXX_DECL void PingChannel::send(const engine::PingProbe& probe, engine::PingEngine& engine,
                                     io::ProbeReader& reader)
{
    if (all_done()) {
        outgoing_.clear();
        proven_.clear();
        done_ = 0;
    }
    const auto message = std::span{messages_}.subspan(outgoing_.size() * message_size_, message_size_);
    write_message(probe, message);
    outgoing_.push_back({{probe.to, 0}, message, {}, tag_of(probe.probe), probe.timed});
    proven_.push_back(probe.proven);
    if (outgoing_.size() == burst_) flush(engine, reader);
}

LIBNETXX_DECL void PingChannel::write_message(const engine::PingProbe& probe, std::span<std::byte> message) const
{
    const auto identifier = sockets_.front()->identifier();
    if (asks_for_times())
        return wire::encode_timestamp_request(identifier, probe.sequence, milliseconds_of_today(), message);
    const auto payload = message.subspan(wire::icmp_header_size);
    engine::write_payload(probe.cookie, payload.first(engine::cookie_size(payload.size())));
    wire::encode_echo_request(version_, identifier, probe.sequence, message);
}

LIBNETXX_DECL bool PingChannel::flush(engine::PingEngine& engine, io::ProbeReader& reader)
{
    if (all_done()) return false;
    while (!all_done()) {
        const std::size_t some = sendable();
        if (some == 0) {
            not_sent(engine);
            continue;
        }
        if (unread_ + some > burst_) read(engine, reader);
        const auto rest = std::span<const io::ProbeSocket::Outgoing>{outgoing_}.subspan(done_, some);
        const auto now = std::chrono::steady_clock::now();
        const auto [count, error] = sending().send(rest);
        for (const auto& sent : rest.first(count)) engine.on_sent(probe_of(sent.tag), now);
        unread_ += count;
        done_ += count;
        if (count != 0) {
            refusals_.reset();
            found_full_ = 0;
        }
        if (error) refused(engine, reader, error);
    }
    return true;
}

/// How many of those that wait go out together next. 0: the sockets are full for the first one.
LIBNETXX_DECL std::size_t PingChannel::sendable()
{
    // The round trips of what goes out in one call count from its begin: of few, that is hardly too early.
    constexpr std::size_t few = 4;
    const bool counted_from_call = options_.clock == PingClock::arrival;
    const std::size_t waiting = std::min(outgoing_.size() - done_, counted_from_call ? few : burst_);
    if (!full_) return waiting;
    std::size_t proven = 0;
    while (proven < waiting && proven_[done_ + proven]) ++proven;
    return proven != 0 && has_reserve() ? proven : 0;
}

LIBNETXX_DECL bool PingChannel::has_reserve()
{
    if (!reserve_ && open_another()) reserve_ = sockets_.size() - 1;
    return reserve_.has_value();
}

/// The first one could not be sent.
LIBNETXX_DECL void PingChannel::refused(engine::PingEngine& engine, io::ProbeReader& reader,
                                        boost::system::error_code error)
{
    if (error == asio::error::would_block) {
        if (full_) return not_sent(engine);  // the last one is full, too
        if (turn_to_next_socket()) return;
        engine.on_full();
        full_ = true;
        return;
    }
    if (error == asio::error::no_buffer_space) return not_sent(engine);
    if (!refusals_.is_own(read_errors(sending(), engine, reader))) return;
    engine.on_send_error(probe_of(outgoing_[done_].tag), error);
    ++done_;
    refusals_.reset();
}

LIBNETXX_DECL void PingChannel::not_sent(engine::PingEngine& engine)
{
    engine.on_not_sent(probe_of(outgoing_[done_].tag), asio::error::no_buffer_space);
    ++done_;
    refusals_.reset();
}

/// The socket is full. False: all are.
LIBNETXX_DECL bool PingChannel::turn_to_next_socket()
{
    constexpr std::size_t most = 16;
    const std::size_t usual = sockets_.size() - (reserve_ ? 1 : 0);
    if (++found_full_ < usual) {
        turn_ = (turn_ + 1) % usual;
        return true;
    }
    if (!reserve_ && usual < most && open_another()) {
        turn_ = sockets_.size() - 1;
        return true;
    }
    found_full_ = 0;
    return false;
}

// --- reading -------------------------------------------------------------------------------------------------------

/// The error queue first: it has the transmit stamps of what the answers are to.
LIBNETXX_DECL void PingChannel::read(engine::PingEngine& engine, io::ProbeReader& reader)
{
    unread_ = 0;
    for (const auto& socket : sockets_) {
        read_errors(*socket, engine, reader);
        read_answers(*socket, engine, reader);
    }
}

LIBNETXX_DECL void PingChannel::read_answers(const io::ProbeSocket& socket, engine::PingEngine& engine,
                                             io::ProbeReader& reader)
{
    constexpr int batches = 64;  // a flood of answers doesn't keep us from everything else
    for (int i = 0; i < batches; ++i) {
        engine.make_room(
            io::ProbeSocket::max_batch);  // before they are taken: so that no answer is lost when memory runs out
        const auto batch = reader.receive(socket);
        for (const auto& datagram : batch.read) on_datagram(datagram, engine);
        if (!batch.more) return;
    }
}

LIBNETXX_DECL void PingChannel::on_datagram(const io::ProbeReader::Datagram& datagram, engine::PingEngine& engine) const
{
    engine::EchoAnswer answer{.from = datagram.from.address(),
                              .ttl = datagram.ttl,
                              .received = datagram.received,
                              .read = datagram.read,
                              .ip_options = datagram.ip_options,
                              .details = {datagram.traffic_class, datagram.local}};
    std::optional<wire::IcmpError> bad;
    if (asks_for_times()) {
        const auto reply = wire::decode_timestamp_reply(datagram.message);
        if (reply) {
            const auto arrived =
                datagram.stamped ? wire::milliseconds_since_midnight(*datagram.stamped) : milliseconds_of_today();
            answer.sequence = reply->sequence;
            answer.details.timestamps =
                PingTimestamps{reply->times.originate, reply->times.receive, reply->times.transmit, arrived};
            answer.other_octets = datagram.message.size() - wire::icmp_header_size;
        } else {
            bad = reply.error();
        }
    } else {
        const auto echo = wire::decode_echo_reply(version_, datagram.message);
        if (echo) {
            answer.sequence = echo->sequence;
            answer.payload = echo->payload;
        } else {
            bad = echo.error();
        }
    }
    if (!bad) engine.on_reply(answer);
    else if (*bad == wire::IcmpError::bad_checksum) engine.on_corrupt(answer.from);
}

LIBNETXX_DECL boost::system::result<wire::IcmpEcho, wire::IcmpError> PingChannel::quoted_request(
    std::span<const std::byte> message) const
{
    return asks_for_times() ? wire::decode_quoted_timestamp_request(message)
                            : wire::decode_quoted_echo_request(version_, message);
}

/// True: there was something. Local errors, which the send has told, and what is about something else are left out.
LIBNETXX_DECL bool PingChannel::read_errors(const io::ProbeSocket& socket, engine::PingEngine& engine,
                                            io::ProbeReader& reader)
{
    using Origin = io::QueuedError::Origin;
    constexpr int batches = 64;
    bool any = false;
    for (int i = 0; i < batches; ++i) {
        engine.make_room(io::ProbeSocket::max_batch);
        const auto batch = reader.receive_errors(socket);
        any = any || batch.any;
        for (const auto& entry : batch.read) {
            const auto& error = *entry.error;
            if (error.origin == Origin::transmit) engine.on_transmitted(probe_of(entry.tag), entry.at);
            if (error.origin != Origin::icmp && error.origin != Origin::icmpv6) continue;
            const auto request = quoted_request(error.payload);
            if (!request || request->identifier != socket.identifier()) continue;
            engine.on_error({error.destination.address(), request->sequence, request->payload, error.offender,
                             error.type, error.code, wire::icmp_mtu(version_, error.type, error.code, error.info)});
        }
        if (!batch.more) break;
    }
    return any;
}

}  // namespace libnet::inline v0::detail
