#pragma once
// The octets of a connection that a handler has taken over, as its coroutine sees them.

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace libnet::inline v0::detail {

/// The octets of a connection that a handler has taken over, without waiting. `try_again`: wait on the timer, which is
/// cancelled when something has happened.
class HandedOctets {
public:
    using Executor = boost::asio::io_context::executor_type;

    explicit HandedOctets(const Executor& executor) : changed{executor, Clock::time_point::max()} {}
    virtual ~HandedOctets() = default;
    HandedOctets(const HandedOctets&) = delete;
    HandedOctets& operator=(const HandedOctets&) = delete;

    Executor executor() noexcept { return changed.get_executor(); }

    struct Moved {
        boost::system::error_code error{};
        std::size_t size = 0;
    };
    virtual Moved receive(boost::asio::mutable_buffer room) = 0;

    /// Takes what is to be sent, up to the size of a piece; returns how much. `send` sends it.
    virtual std::size_t put(boost::asio::const_buffer octets) = 0;
    virtual boost::system::error_code send() = 0;

    /// No more is sent, and what still comes is taken for a moment only. `close`: nor received.
    virtual void end() noexcept = 0;
    virtual void close() noexcept = 0;

    /// From now on what is put are frames of a WebSocket. Its other end is asked for a sign of life when it has been silent for half
    /// of `idle_timeout`, and given up at the end of it; zero: never.
    virtual void begin_frames(std::chrono::milliseconds idle_timeout) = 0;

    /// A message for a WebSocket, as one frame; others may get the same.
    using Frame = std::shared_ptr<const std::string>;
    enum class Pushed {
        taken,  ///< it is sent, or waits for its turn
        full,   ///< more than `most_waiting` octets of such messages would wait: it isn't taken
        over,   ///< the WebSocket is closed, or about to be
    };

    /// Sends the message at once, or as soon as the WebSocket's own frames and the client leave room for it.
    virtual Pushed push(const Frame& frame, std::size_t most_waiting) = 0;

    /// The client is given up: whatever waits ends with this error.
    virtual void give_up(boost::system::error_code error) noexcept = 0;

    using Clock = std::chrono::steady_clock;
    boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> changed;  // it doesn't expire
    bool read_cancelled = false, write_cancelled = false;  // by the program, while they wait
};

}  // namespace libnet::inline v0::detail
