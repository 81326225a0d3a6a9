#pragma once
// UDP probes of a trace: see probe_socket.hpp.

#include <libnet/io/icmp/probe_descriptor.hpp>
#include <libnet/io/icmp/probe_socket.hpp>

#include <deque>
#include <map>

namespace libnet::inline v0::io {

/// Probes to a port each, from one socket.
class UdpProbeSocket final : public ProbeSocket {
public:
    /// Throws `boost::system::system_error`.
    UdpProbeSocket(const asio::any_io_executor& executor, wire::IpVersion version);

    boost::system::result<SentProbe> send(const asio::ip::address& target, std::uint8_t ttl,
                                          std::uint16_t number) override;
    std::optional<ProbeReply> receive() override;
    void release(std::uint16_t) override {}
    void async_wait(std::function<void()> on_ready) override { socket_.async_wait(std::move(on_ready)); }
    void cancel() override { socket_.cancel(); }

private:
    ProbeDescriptor socket_;
    std::deque<ProbeReply> errors_;  // taken off the queue while sending
};

/// Probes to one port, from a socket each.
class UdpConstantProbeSocket final : public ProbeSocket {
public:
    /// Throws `boost::system::system_error`.
    UdpConstantProbeSocket(asio::any_io_executor executor, wire::IpVersion version, std::uint16_t port);

    boost::system::result<SentProbe> send(const asio::ip::address& target, std::uint8_t ttl, std::uint16_t) override;
    std::optional<ProbeReply> receive() override;
    void release(std::uint16_t number) override { sockets_.erase(number); }
    void async_wait(std::function<void()> on_ready) override;
    void cancel() override;

private:
    asio::any_io_executor executor_;
    wire::IpVersion version_;
    std::uint16_t port_;
    std::map<std::uint16_t, ProbeDescriptor> sockets_;  // of the probes under way, by local port
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/udp_probe_socket.ipp>
#endif
