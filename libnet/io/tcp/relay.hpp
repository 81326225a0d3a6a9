#pragma once
// A tunnel: bytes copied between two connections, both ways, until both have ended.

#include <libnet/config.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/bulk_trend.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/io/tcp/splice_pipe.hpp>
#include <libnet/io/tcp/transfer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace libnet::inline v0::io {

/// What stands between a relay and one of its sockets, such as TLS.
class RelayLayer {
public:
    /// As `receive_some` and `send_some`: where they have to wait, the socket's listener is told of what they wait for. What
    /// was sent in part comes again, perhaps elsewhere in memory, and with more behind it.
    virtual Transferred receive(std::span<char> room) noexcept = 0;
    virtual Transferred send(std::string_view bytes) noexcept = 0;

    /// `receive` may find something, even where the socket has nothing to read.
    virtual bool may_receive() const noexcept = 0;

    /// Tells the peer that no more will be sent.
    virtual void end() noexcept = 0;

protected:
    ~RelayLayer() = default;
};

/// Copies between two sockets until both directions have ended: without a coroutine or a buffer, as long as it waits.
///
/// A direction that ends (a FIN) is passed on as a FIN while the other goes on. A connection that breaks breaks the
/// other one: both are closed with a RST, since the peers must not take a broken stream for one that ended well. A
/// direction is read only as fast as it is written, and holds memory only while its reader is slower than its writer:
/// at most `scratch.size()` bytes, or a pipe of 1 MiB, see `splice_through`.
///
/// `scratch` lends its bytes for the time between a read and the write that follows; any number of tunnels of one
/// thread share it. The sockets must outlive this; their listener calls `go_on`. So must the layers, if there are any: what
/// goes from and to `first` goes through `layer`, and what goes from and to `second` through the other one.
class Relay {
public:
    enum class Step : std::uint8_t {
        waits,   ///< for either socket
        more,    ///< there is more to do, but others should have their turn: call again soon
        ended,   ///< both sides have sent all they had to send
        broken,  ///< one connection is broken, and both are closed
    };

    Relay(PolledSocket& first, PolledSocket& second, std::span<char> scratch, RelayLayer* layer = nullptr,
          RelayLayer* second_layer = nullptr) noexcept
        : scratch_{scratch},
          forward_{first, second, layer, second_layer},
          backward_{second, first, second_layer, layer}
    {}

    /// From now on a direction that proves to be bulk is not copied any more, but spliced through one of these pipes, 1 MiB
    /// at a time. They must outlive this, and belong to one thread. Nothing, where there is a layer.
    void splice_through(SplicePipes& pipes) noexcept { pipes_ = &pipes; }

    /// Bytes that were received from `first` before the tunnel began. They go out before all others.
    void begin_with(std::string_view bytes) { forward_.rest.append(bytes); }

    /// The same for `first`: bytes that don't count, for they are no part of the tunnel, and what `second` has sent already.
    void answer_with(std::string_view uncounted, std::string_view bytes)
    {
        backward_.rest.append(uncounted);
        backward_.rest.append(bytes);
        uncounted_ = uncounted.size();
    }

    /// Which of them is copied: `forward` is from `first` to `second`.
    enum class Ways : std::uint8_t { both, forward, backward };

    /// Copies what there is.
    Step go_on(Ways ways = Ways::both);

    /// Sends `first` what is kept for it, and reads nothing. False: the connection is broken.
    bool flush_backward() { return send_rest(backward_); }

    /// One side has sent all it had to send, and the other hasn't.
    bool is_half_closed() const noexcept { return forward_.ended != backward_.ended; }

    /// Something has gone through since the last call of this.
    bool moved() noexcept { return std::exchange(moved_, false); }

    std::uint64_t forward() const noexcept { return forward_.count; }  ///< bytes written to `second`
    std::uint64_t backward() const noexcept                            ///< bytes written to `first`
    {
        return backward_.count - std::min(backward_.count, uncounted_);
    }

private:
    struct Direction {
        Direction(PolledSocket& source, PolledSocket& sink, RelayLayer* in, RelayLayer* out) noexcept
            : from{source},
              to{sink},
              from_layer{in},
              to_layer{out}
        {}
        bool may_receive() const noexcept;
        Transferred receive(std::span<char> room) noexcept;
        Transferred send(std::string_view bytes) noexcept;

        /// What has been received waits for the receiver.
        bool holds() const noexcept { return !rest.empty() || pipe; }

        PolledSocket& from;
        PolledSocket& to;
        RelayLayer* from_layer;  // null: nothing stands in between
        RelayLayer* to_layer;
        std::uint64_t count = 0;
        ByteBuffer rest;                   ///< read, and not taken by the receiver yet
        std::unique_ptr<SplicePipe> pipe;  ///< the same, of what is spliced; null: it holds nothing
        BulkTrend trend;
        bool ended = false;
    };

    Step copy(Direction& direction);
    Transferred copy_piece(Direction& direction);
    Transferred splice_piece(Direction& direction);
    bool send_rest(Direction& direction);
    bool send_pipe(Direction& direction);
    Step read_end(Direction& direction);
    Step break_both() noexcept;

    std::span<char> scratch_;
    Direction forward_;
    Direction backward_;
    SplicePipes* pipes_ = nullptr;  // null: everything is copied
    std::uint64_t uncounted_ = 0;
    bool moved_ = false;
};

/// Has the kernel ask a peer that is silent for `idle` whether it is still there, and break the connection a minute later if
/// it isn't (tcp(7), SO_KEEPALIVE); and break one whose peer has acknowledged nothing of what it was sent for as long
/// (TCP_USER_TIMEOUT). Zero: neither.
void keep_alive(PolledSocket& socket, std::chrono::seconds idle) noexcept;

/// Closes the connection so that the peer sees it broken: with a RST instead of a FIN.
void reset(PolledSocket& socket) noexcept;

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/relay.ipp>
#endif
