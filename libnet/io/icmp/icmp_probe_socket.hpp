#pragma once
// ICMP echo requests as probes of a trace: see probe_socket.hpp.

#include <libnet/io/icmp/probe_descriptor.hpp>
#include <libnet/io/icmp/probe_socket.hpp>

#include <array>
#include <deque>
#include <utility>

namespace libnet::inline v0::io {

/// Echo requests from one socket, a datagram one or else a raw one.
class IcmpProbeSocket final : public ProbeSocket {
public:
    /// Throws `boost::system::system_error`: see open_probe_socket.
    IcmpProbeSocket(const asio::any_io_executor& executor, wire::IpVersion version);

    boost::system::result<SentProbe> send(const asio::ip::address& target, std::uint8_t ttl,
                                          std::uint16_t number) override;
    std::optional<ProbeReply> receive() override;
    void release(std::uint16_t) override {}
    void async_wait(std::function<void()> on_ready) override { socket_.async_wait(std::move(on_ready)); }
    void cancel() override { socket_.cancel(); }

private:
    enum class Kind : std::uint8_t { datagram, raw };

    IcmpProbeSocket(wire::IpVersion version, std::pair<ProbeDescriptor, Kind> opened);
    static std::pair<ProbeDescriptor, Kind> open(const asio::any_io_executor& executor, wire::IpVersion version);
    std::optional<ProbeReply> read_error(const QueuedError& error) const;
    std::optional<ProbeReply> read_reply(const ReceivedDatagram& datagram) const;

    wire::IpVersion version_;
    ProbeDescriptor socket_;
    Kind kind_;
    std::uint16_t identifier_;
    std::array<std::byte, probe_payload_size> payload_;  // random: a reply must bring it back
    std::deque<ProbeReply> errors_;                      // taken off the queue while sending
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/icmp_probe_socket.ipp>
#endif
