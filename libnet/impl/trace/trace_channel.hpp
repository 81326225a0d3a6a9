#pragma once
// The sockets of a tracer for one kind of probe over one version of IP.
//
// How an answer finds its probe. A router quotes the probe in its error, but it need not quote more than eight octets
// behind the IP header (RFC 792). All probes of a flow have the same ports, or ICMP checksum, so that routers that share
// load send them the same way; so the probe's number is in what is left:
//
//   udp, udp_constant  the payload, and (with raw access) the checksum, which the payload balances
//   icmp               the sequence number; the payload keeps the checksum constant
//   tcp                the upper half of the sequence number
//   udp_lite           the payload, and (with raw access) the checksum, where that covers the payload's head
//   dccp               the checksum, which the sequence number balances, and that
//   raw                the first octets
//
// Without raw access, the kernel hands a UDP socket none of the header: a minimal quote tells the flow, and no more. TCP
// probes are connections then (io/icmp/connect_probe.hpp), one at a time for each flow.
//
// With TraceOptions::classic, each probe is a flow of its own: the number is the destination port (udp), or the port of a
// socket that the probe has for itself (udp_constant).
//
// A forged answer has to guess the probe's cookie, where the answer quotes that; else the source port (or identifier and
// checksum) and the number of a probe under way. Where the destination answers raw packets with packets of their protocol,
// there is nothing to guess: any of these from its address is an answer, unless it echoes a head that no probe has, or such
// packets came before the first probe was sent.

#include <libnet/base/clock_bridge.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_quote.hpp>
#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/io/icmp/connect_probe.hpp>
#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/icmp/source_finder.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// What was read from the sockets of a channel.
struct TraceHeard {
    /// A probe has left, by the kernel's stamp.
    struct Left {
        std::uint16_t number = 0;
        engine::action::TimePoint at{};
    };
    std::vector<Left> left;  ///< to be handed over before the replies: they have those of the probes that were answered
    std::vector<engine::TraceReply> replies;
    /// ICMP errors that are about no probe as it was sent: where their packet was going, as far as they quote that.
    std::vector<std::optional<asio::ip::address>> refused;
};

class TraceChannel {
public:
    /// What is watched has for its key there `key_bits` and a number, below `listener_key`, that `read` takes. Opens all
    /// sockets that there will be for flows. Throws `boost::system::system_error`: `operation_not_permitted` where a kind of
    /// socket isn't allowed, with what would help.
    TraceChannel(asio::any_io_executor executor, std::shared_ptr<io::ProbePoll> poll, std::uint64_t key_bits,
                 const TraceOptions& options, wire::IpVersion version);

    static constexpr std::uint64_t listener_key = 1U << 20;

    /// Raw or datagram: which kind of sockets it has.
    TraceAccess access() const noexcept { return listener_ ? TraceAccess::raw : TraceAccess::datagram; }

    struct Sent {
        std::uint16_t number = 0;  ///< what the probe's answers will carry
        engine::action::TimePoint at{};
    };

    /// Sends a probe. Fails with `would_block` when the probe should be sent again a little later, and with what sendmsg(2)
    /// or bind(2) says when it can't be sent at all.
    boost::system::result<Sent> send(const engine::TraceSetProbe& probe);

    /// The probe with this number is over.
    void release(std::uint16_t number)
    {
        if (has_socket_for_each_probe()) sockets_.erase(number);
        connections_.erase(number);
    }

    /// Reads what has come to the socket with this key, without `key_bits`, and appends it.
    void read(std::uint64_t key, TraceHeard& heard);

    /// What was met while sending.
    TraceHeard take_met() { return std::exchange(met_, {}); }

private:
    bool is_udp() const noexcept
    {
        return sent_.method == TraceProbe::udp || sent_.method == TraceProbe::udp_constant ||
               sent_.method == TraceProbe::udp_lite;
    }
    bool has_socket_for_each_probe() const noexcept
    {
        return sent_.classic && is_udp() && sent_.method != TraceProbe::udp;
    }
    bool connects() const noexcept { return sent_.method == TraceProbe::tcp && !listener_; }

    void listen();
    io::ProbeSocketOptions socket_options() const;
    io::ProbeSocket& open(std::uint16_t key);
    void lease_label(int socket, std::size_t flow);
    std::optional<std::uint32_t> label_of(std::size_t flow) const;
    void open_tcp(std::uint16_t flow);
    void open_dccp(std::uint16_t flow);
    void open_flow(std::uint16_t flow);
    void add_raw(std::uint16_t flow, io::ProbeSocket socket);
    void balance(const engine::TraceEnds& ends, std::uint16_t number);
    boost::system::result<Sent> send_udp(const engine::TraceSetProbe& probe);
    boost::system::result<Sent> send_icmp(const engine::TraceSetProbe& probe);
    boost::system::result<Sent> send_tcp(const engine::TraceSetProbe& probe);
    boost::system::result<Sent> send_dccp(const engine::TraceSetProbe& probe);
    boost::system::result<Sent> send_raw(const engine::TraceSetProbe& probe);
    boost::system::result<Sent> connect(const engine::TraceSetProbe& probe);
    boost::system::result<Sent> send(io::ProbeSocket& socket, std::uint16_t key,
                                     const io::ProbeSocket::Outgoing& message, std::uint16_t number);
    asio::ip::address first_stop(const asio::ip::address& target) const;
    std::optional<asio::ip::address> source_to(const asio::ip::address& target);
    bool read_errors(const io::ProbeSocket& socket, std::uint16_t key, TraceHeard& heard);
    void read_listener(TraceHeard& heard);
    void read_stamps(std::size_t first_reply, TraceHeard& heard);
    void read_connection(std::uint16_t number, TraceHeard& heard);
    std::optional<engine::TraceReply> to_reply(const io::ProbeSocket& socket, const io::ProbeReader::Entry& entry,
                                               std::uint16_t key) const;
    std::optional<engine::TraceReply> to_reply(const io::ProbeReader::Datagram& datagram, std::uint16_t key) const;
    bool take_payload(std::span<const std::byte> payload, engine::TraceReply& reply) const;
    bool take_answer(const io::ProbeReader::Datagram& datagram, std::uint16_t key, engine::TraceReply& reply) const;
    bool take_segment(std::span<const std::byte> segment, std::uint16_t key, engine::TraceReply& reply) const;
    bool take_dccp(std::span<const std::byte> packet, std::uint16_t key, engine::TraceReply& reply) const;

    asio::any_io_executor executor_;
    std::shared_ptr<io::ProbePoll> poll_;
    std::uint64_t key_bits_;
    TraceOptions options_;
    bool stamps_;  ///< the kernel is asked when probes leave
    engine::TraceSent sent_;
    io::ProbeReader reader_;
    std::vector<std::byte> payload_;
    std::optional<io::ProbeSocket> listener_;                ///< gets all ICMP errors; with raw access
    std::map<std::uint16_t, io::ProbeSocket> sockets_;       ///< by flow from 0 on, or by number
    std::vector<io::HeldPort> held_ports_;                   ///< of raw TCP sockets, by flow
    std::map<std::uint16_t, io::ConnectProbe> connections_;  ///< by number
    engine::ClockBridge clocks_;                             ///< for the stamps of their errors
    std::optional<io::SourceFinder> sources_;
    TraceHeard met_;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/trace_channel.ipp>
#  include <libnet/impl/trace/trace_channel_read.ipp>
#  include <libnet/impl/trace/trace_channel_send.ipp>
#endif
