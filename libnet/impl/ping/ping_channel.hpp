#pragma once
// The sockets of a pinger for one version of IP.

#include <libnet/config.hpp>
#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/ping_options.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// Sends probes, many with one system call, and hands over what comes back.
///
/// There is one socket, and others when it is full: packets to hosts of the local link that are gone stay in the send
/// buffer for three seconds each, until the kernel gives up asking for their link-layer addresses. When all are full, a
/// last one is opened that only targets use which have answered before. So those that never answer hold up themselves.
class PingChannel {
public:
    using Sockets = std::vector<std::unique_ptr<io::ProbeSocket>>;

    /// Has no socket, and sends nothing.
    explicit PingChannel(asio::any_io_executor executor) : executor_{std::move(executor)} {}

    /// Opens a socket. Where that fails, `require` says why.
    PingChannel(asio::any_io_executor executor, wire::IpVersion version, const PingOptions& options);

    /// Throws `boost::system::system_error` when there is no socket for this version.
    void require() const;

    /// Ties the channel to one address, or throws `boost::system::system_error`.
    void connect(const asio::ip::address& address);

    /// Sends the probe with others, when there are enough of them or at `flush`. What became of it is told to the engine.
    void send(const engine::PingProbe& probe, engine::PingEngine& engine, io::ProbeReader& reader);

    /// Sends what waits. True: there was something.
    bool flush(engine::PingEngine& engine, io::ProbeReader& reader);

    /// Hands what has come to the engine.
    void read(engine::PingEngine& engine, io::ProbeReader& reader);

    /// All sockets were found full. It stays so until `on_writable`.
    bool is_full() const noexcept { return full_; }
    void on_writable() noexcept { full_ = false; }

    /// Those that are open by now: some may have come by sending.
    const Sockets& sockets() const noexcept { return sockets_; }

    /// How many of them, from the first on, are not the reserve, which says nothing of the others' room.
    std::size_t usual() const noexcept { return sockets_.size() - (reserve_ ? 1 : 0); }
    std::optional<std::uint16_t> identifier() const noexcept;
    std::uint64_t dropped() const;
    void close() noexcept { sockets_.clear(); }

private:
    void open();
    bool open_another();
    bool turn_to_next_socket();
    bool has_reserve();
    std::size_t sendable();
    io::ProbeSocket& sending() { return *sockets_[full_ ? *reserve_ : turn_]; }
    bool all_done() const noexcept { return done_ == outgoing_.size(); }
    void refused(engine::PingEngine& engine, io::ProbeReader& reader, boost::system::error_code error);
    void not_sent(engine::PingEngine& engine);
    void write_message(const engine::PingProbe& probe, std::span<std::byte> message) const;
    void on_datagram(const io::ProbeReader::Datagram& datagram, engine::PingEngine& engine) const;
    boost::system::result<wire::IcmpEcho, wire::IcmpError> quoted_request(std::span<const std::byte> message) const;
    bool asks_for_times() const noexcept { return options_.message == PingMessage::timestamp; }
    void read_answers(const io::ProbeSocket& socket, engine::PingEngine& engine, io::ProbeReader& reader);
    bool read_errors(const io::ProbeSocket& socket, engine::PingEngine& engine, io::ProbeReader& reader);

    asio::any_io_executor executor_;
    wire::IpVersion version_ = wire::IpVersion::v4;
    PingOptions options_;
    std::size_t message_size_ = 0;
    Sockets sockets_;
    std::exception_ptr error_;
    std::size_t turn_ = 0;        ///< the socket that sends
    std::size_t found_full_ = 0;  ///< sockets that were found full, one after the other
    bool full_ = false;
    std::optional<std::size_t> reserve_;               ///< the last socket, once there is that for proven targets
    std::size_t burst_ = 1;                            ///< messages that are sent together
    std::vector<io::ProbeSocket::Outgoing> outgoing_;  ///< handed out by the engine; tagged with their probes
    std::vector<bool> proven_;                         ///< of these: their targets have answered before
    std::size_t done_ = 0;                             ///< of these: sent, or given back
    std::vector<std::byte> messages_;                  ///< of these, one after the other
    io::Refusals refusals_;                            ///< of the first that isn't done
    std::size_t unread_ = 0;                           ///< sends since the sockets were read
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/ping_channel.ipp>
#endif
