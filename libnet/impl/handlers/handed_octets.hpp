#pragma once
// The octets of a connection that a handler has taken over, as its coroutine sees them.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>

namespace libnet::inline v0::detail {

/// The octets of a connection that a handler has taken over, without waiting. `try_again`: wait on the timer, which is
/// cancelled when something has happened.
class HandedOctets {
public:
    explicit HandedOctets(const boost::asio::any_io_executor& executor)
        : readable{executor, boost::asio::steady_timer::time_point::max()},
          writable{executor, boost::asio::steady_timer::time_point::max()}
    {}
    virtual ~HandedOctets() = default;
    HandedOctets(const HandedOctets&) = delete;
    HandedOctets& operator=(const HandedOctets&) = delete;

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

    boost::asio::steady_timer readable, writable;
};

}  // namespace libnet::inline v0::detail
