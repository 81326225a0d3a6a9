#pragma once
// One of the two connections of an exchange, seen from both coroutines that use it.

#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/executor.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

namespace libnet::inline v0::detail {

/// What a read brought.
struct ProxyRead {
    boost::system::error_code error;
    std::size_t size = 0;
};

/// A socket with one deadline for all that is pending on it. Whatever starts moves the deadline; when it passes,
/// nothing has moved in either direction, and every pending operation ends with `timed_out`.
class ProxyPeer {
public:
    ProxyPeer(io::TcpSocket& socket, io::Deadline& deadline) : socket_{socket}, deadline_{deadline} {}

    /// Reads what there is, at least a byte. Errors: `timed_out`, `eof`, `operation_aborted` and the socket's own.
    io::Task<ProxyRead> read_some(std::span<char> space, std::chrono::milliseconds timeout);

    /// Writes all pieces, in one packet where they fit; the timeout starts anew with each step.
    io::Task<boost::system::error_code> write(std::array<std::string_view, 4> pieces,
                                              std::chrono::milliseconds timeout);

    /// Gives what is pending this much time from now.
    void expect_within(std::chrono::milliseconds timeout)
    {
        if (pending_ > 0) deadline_.expires_after(timeout);
    }

private:
    void begin(std::chrono::milliseconds timeout);
    boost::system::error_code end(boost::system::error_code error);

    io::TcpSocket& socket_;
    io::Deadline& deadline_;
    int pending_ = 0;
};

}  // namespace libnet::inline v0::detail
