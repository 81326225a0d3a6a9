#pragma once
// Sends the probes of a trace and takes in what answers them, whichever kind of probe it is, without privileges
// wherever Linux allows it.
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

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// Octets behind the UDP or ICMP header of each probe. IPv4 probes are 60 octets long in all, as traceroute's.
constexpr std::size_t probe_payload_size = 32;

/// An ICMP error's type and code, and the MTU where it is about that.
struct ProbeError {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;
};

/// What answered a probe.
struct ProbeReply {
    std::uint16_t number = 0;  ///< the probe's
    asio::ip::address from{};  ///< who answered
    /// Where the probe had gone, as the answer tells; nullopt where it doesn't (an echo reply).
    std::optional<asio::ip::address> destination{};
    std::optional<ProbeError> error{};                   ///< nullopt: the destination itself replied
    std::optional<std::chrono::nanoseconds> received{};  ///< the kernel's stamp: CLOCK_REALTIME since the epoch
    std::chrono::steady_clock::time_point read{};        ///< when we read it, for want of a stamp
};

/// A probe that is under way.
struct SentProbe {
    std::uint16_t number = 0;  ///< what its answers will carry
    std::chrono::steady_clock::time_point sent{};
};

/// Sends probes of one kind over one version of IP. A socket keeps what it needs for as many probes as are under way;
/// the caller says when one is over.
class ProbeSocket {
public:
    ProbeSocket() = default;
    ProbeSocket(const ProbeSocket&) = delete;
    ProbeSocket& operator=(const ProbeSocket&) = delete;
    virtual ~ProbeSocket() = default;

    /// Sends a probe. `number` is what its answers shall carry, where the kind of probe leaves the choice. Fails with `would_block` when the probe should be sent again a little later, and with
    /// what sendmsg(2) or bind(2) says when it can't be sent at all.
    virtual boost::system::result<SentProbe> send(const asio::ip::address& target, std::uint8_t ttl,
                                                  std::uint16_t number) = 0;

    /// Takes in the next answer; nullopt: there is none now. Never blocks.
    virtual std::optional<ProbeReply> receive() = 0;

    /// The probe with this number is over.
    virtual void release(std::uint16_t number) = 0;

    /// Calls `on_ready` at least once when an answer may be there, unless `cancel` comes first.
    virtual void async_wait(std::function<void()> on_ready) = 0;
    virtual void cancel() = 0;
};

}  // namespace libnet::inline v0::io
