#pragma once
// One socket for the echo requests to any number of targets of one IP version.

#include <libnet/config.hpp>
#include <libnet/engine/clock_bridge.hpp>
#include <libnet/engine/ping_engine.hpp>
#include <libnet/io/error_queue.hpp>
#include <libnet/io/icmp_access.hpp>
#include <libnet/wire/ip_version.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace libnet::io {

/// Options of an IcmpSocket.
struct IcmpSocketOptions {
    IcmpAccess access = IcmpAccess::automatic;
    std::size_t payload_size = 56;            ///< octets after the ICMP header
    std::optional<int> ttl;                   ///< TTL or hop limit to send with; empty: the system's
    std::optional<asio::ip::address> source;  ///< address to send from, where it is of this socket's version
    std::string interface;                    ///< name of the interface to send through; empty: the routing's choice
};

/// Sends echo requests and reads what comes back: answers with the kernel's receive stamps, errors from the error queue.
///
/// The identifier is ours alone on a datagram socket. On a raw one it is random, and others may use the same: the
/// cookie in the payload tells answers apart. Nothing here waits: `descriptor()` does.
class IcmpSocket {
public:
    /// Opens the socket. Throws `boost::system::system_error`, `operation_not_permitted` when neither kind of socket is
    /// allowed: its message says what would help.
    IcmpSocket(asio::any_io_executor executor, wire::IpVersion version, const IcmpSocketOptions& options);

    asio::posix::stream_descriptor& descriptor() noexcept { return descriptor_; }
    wire::IpVersion version() const noexcept { return version_; }
    bool is_raw() const noexcept { return raw_; }

    /// Sends one request; `would_block` when the socket's buffer is full. An error may also be one that an earlier packet
    /// to somebody else has caused: a datagram socket tells it to the next caller. See `receive_error`, and send again.
    boost::system::error_code send(const asio::ip::address& to, std::uint16_t sequence, std::uint64_t cookie);

    /// What came in: an answer, or the address that a damaged one came from.
    struct Received {
        engine::EchoAnswer answer;
        bool corrupt = false;  ///< its ICMP checksum is wrong: only its address is known
    };

    /// Takes answers from the socket, as many as there are and fit one call; empty: there are no more. They are valid
    /// until the next call. What isn't an echo reply with our identifier is left out, so that a call may return an empty
    /// span with `more` set.
    struct Batch {
        std::span<const Received> received;
        bool more = false;  ///< call again
    };
    Batch receive();

    /// Takes one error about a request of ours from the error queue. `more` false: the queue was empty.
    struct Fault {
        std::optional<engine::EchoError> error;  ///< empty: it was about something else
        bool more = false;
    };
    Fault receive_error();

private:
    struct Buffers;
    struct DeleteBuffers {
        void operator()(Buffers* buffers) const;
    };

    void open(IcmpAccess access);
    void configure(const IcmpSocketOptions& options);
    void bind(const IcmpSocketOptions& options);
    std::optional<Received> decode(const msghdr& header, std::size_t size, engine::TimePoint now) const;

    asio::posix::stream_descriptor descriptor_;
    wire::IpVersion version_;
    bool raw_ = false;
    std::uint16_t identifier_ = 0;
    std::vector<std::byte> request_;  ///< the message; only its header and cookie change
    engine::ClockBridge clocks_;
    ErrorQueueReader errors_;
    std::unique_ptr<Buffers, DeleteBuffers> buffers_;
};

}  // namespace libnet::io

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/io/impl/icmp_socket.ipp>
#endif
