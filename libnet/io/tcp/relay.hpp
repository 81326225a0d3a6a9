#pragma once
// A tunnel: bytes copied between two connections, both ways, until both have ended.

#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace libnet::inline v0::io {

/// Why a tunnel ended.
enum class RelayEnd {
    finished,  ///< both sides have said all they had to say
    broken,    ///< one side reset the connection or can't be reached any more; the other was reset, too
    idle,      ///< no byte moved for the idle timeout
    stopped,   ///< cancelled, or a socket was closed from outside
};

/// What a tunnel carried.
struct RelayResult {
    std::uint64_t forward = 0;   ///< bytes written to `second`
    std::uint64_t backward = 0;  ///< bytes written to `first`
    RelayEnd end = RelayEnd::finished;
};

/// Copies between `first` and `second` until both directions have ended.
///
/// A direction that ends (a FIN) is passed on as a FIN while the other goes on. An error on one side resets the other.
/// A direction is read only as fast as it is written, and holds memory only while its reader is slower than its writer:
/// at most `scratch.size()` bytes. An idle tunnel holds no buffer at all.
///
/// `scratch` lends its bytes for the time between a read and the write that follows; any number of tunnels of one
/// thread share it. It must not be empty. The sockets become non-blocking; the caller closes them. `idle_timeout`: zero
/// is no limit.
///
/// Never throws on what the peers do. Cancelled by its slot (terminal) or by closing both sockets.
Task<RelayResult> relay(TcpSocket& first, TcpSocket& second, std::vector<char>& scratch, DeadlineWheel& wheel,
                        std::chrono::milliseconds idle_timeout);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/relay.ipp>
#endif
