#pragma once
// The sockets of a tracer for one kind of probe over one version of IP.
//
// How an answer finds its probe. A router quotes the probe in its error, but it need not quote more than eight octets
// behind the IP header (RFC 792), and of these the kernel hands a UDP socket none: only the address and port that the
// probe went to. So every probe needs something of its own in them:
//
//   udp           the destination port; all probes share one socket. Each probe is another flow, so that routers which
//                 share load by ports may show several paths mixed, as in traceroute.
//   udp_constant  a socket, hence a source port, of its own
//   icmp          the sequence number, which ICMP sockets get back
//
// A forged answer has to guess the source port (or identifier) and the number of a probe under way.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>

#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// Octets behind the UDP or ICMP header of each probe. IPv4 probes are 60 octets long in all, as traceroute's.
constexpr std::size_t trace_payload_size = 32;

class TraceChannel {
public:
    /// `port` is that of `udp_constant`. What is watched has the number for its key there, or 0 for the one socket of the
    /// other kinds, and `key_bits` beside it.
    /// Throws `boost::system::system_error`: `operation_not_permitted` where no ICMP socket is allowed, with what would
    /// help.
    TraceChannel(asio::any_io_executor executor, std::shared_ptr<io::ProbePoll> poll, std::uint64_t key_bits,
                 TraceProbe method, wire::IpVersion version, std::uint16_t port);

    struct Sent {
        std::uint16_t number = 0;  ///< what the probe's answers will carry
        engine::action::TimePoint at{};
    };

    /// Sends a probe, whose answers shall carry `number`, where the kind of probe leaves the choice. Fails with
    /// `would_block` when the probe should be sent again a little later, and with what sendmsg(2) or bind(2) says when it
    /// can't be sent at all.
    boost::system::result<Sent> send(const asio::ip::address& target, std::uint8_t ttl, std::uint16_t number);

    /// The probe with this number is over.
    void release(std::uint16_t number)
    {
        if (method_ == TraceProbe::udp_constant) sockets_.erase(number);
    }

    /// Reads what has come to the socket with this number, or 0, and appends the replies.
    void read(std::uint16_t number, std::vector<engine::TraceReply>& replies);

    /// Replies that were met while sending.
    std::vector<engine::TraceReply> take_replies() { return std::exchange(met_, {}); }

private:
    io::ProbeSocket& open(std::uint16_t& number);
    bool read_errors(const io::ProbeSocket& socket, std::uint16_t number, std::vector<engine::TraceReply>& replies);
    std::optional<engine::TraceReply> to_reply(const io::ProbeSocket& socket, const io::ProbeReader::Entry& entry,
                                               std::uint16_t number) const;
    std::optional<engine::TraceReply> to_reply(const io::ProbeSocket& socket, const io::ProbeReader::Datagram& datagram,
                                               std::uint16_t number) const;

    asio::any_io_executor executor_;
    std::shared_ptr<io::ProbePoll> poll_;
    std::uint64_t key_bits_;
    TraceProbe method_;
    wire::IpVersion version_;
    std::uint16_t port_;
    io::ProbeReader reader_;
    std::array<std::byte, trace_payload_size> payload_;
    std::map<std::uint16_t, io::ProbeSocket> sockets_;  ///< by number, or one at 0
    std::vector<engine::TraceReply> met_;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/trace_channel.ipp>
#endif
