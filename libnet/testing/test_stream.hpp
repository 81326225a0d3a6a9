#pragma once
/// @file
/// A test's end of a connection to a server or a proxy that runs in the same thread.

#include <libnet/config.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::testing {

/// What a test sends and receives there. Receiving runs the io_context, and with it the other end. For one thread; the io_context
/// must outlive it.
class TestStream {
public:
    using Socket = boost::asio::generic::stream_protocol::socket;  ///< connected

    /// How long `receive_until` and `receive_all` wait where no time is given.
    static constexpr std::chrono::seconds patience{20};

    /// Takes one end over.
    TestStream(boost::asio::io_context& io, Socket socket) : io_{&io}, end_{std::make_shared<End>(std::move(socket))} {}
    ~TestStream() { close(); }
    TestStream(TestStream&&) = default;  ///< the other one is of no use any more
    TestStream& operator=(TestStream&&) = delete;

    /// Sends all of it, as far as the kernel's buffers go (some hundred kilobytes). Throws `boost::system::system_error`: the
    /// other side has closed, or the buffers are full.
    void send(std::string_view octets)
    {
        end_->socket.non_blocking(true);
        boost::asio::write(end_->socket, boost::asio::buffer(octets));
    }

    /// Sends no more, and still receives.
    void shut_down() { end_->socket.shutdown(Socket::shutdown_send); }

    /// Runs the io_context until this is in what has been received, such as the empty line behind a head, or the other
    /// side closes; returns all that was received since the last call, what came behind it too. Throws
    /// `boost::system::system_error`, `timed_out`, and what a handler throws.
    std::string receive_until(std::string_view part, std::chrono::nanoseconds within = patience)
    {
        const auto deadline = std::chrono::steady_clock::now() + within;
        while (!end_->ended && end_->received.find(part) == std::string::npos) wait(deadline);
        return std::exchange(end_->received, {});
    }

    /// Runs the io_context until the other side closes; returns what was received since the last call. Throws as above.
    std::string receive_all(std::chrono::nanoseconds within = patience)
    {
        const auto deadline = std::chrono::steady_clock::now() + within;
        while (!end_->ended) wait(deadline);
        return std::exchange(end_->received, {});
    }

    /// The other side has closed, or reset the connection, and all that came before has been received.
    bool ended() const noexcept { return end_->ended; }

    /// Closes this end.
    void close() noexcept
    {
        boost::system::error_code ignored;
        if (end_) end_->socket.close(ignored);
    }

private:
    /// A handler that is still to come shares it.
    struct End {
        explicit End(Socket connected) : socket{std::move(connected)} {}
        Socket socket;
        std::array<char, 16384> buffer{};
        std::string received{};
        bool reading = false, ended = false;
    };

    void wait(std::chrono::steady_clock::time_point deadline)
    {
        if (!end_->reading) {
            end_->reading = true;
            end_->socket.async_read_some(boost::asio::buffer(end_->buffer),
                                         [end = end_](boost::system::error_code error, std::size_t size) {
                                             end->reading = false;
                                             end->received.append(end->buffer.data(), size);
                                             if (error) end->ended = true;
                                         });
        }
        io_->restart();
        if (io_->run_one_until(deadline) == 0) throw boost::system::system_error{boost::asio::error::timed_out};
    }

    boost::asio::io_context* io_;
    std::shared_ptr<End> end_;
};

}  // namespace libnet::inline v0::testing
