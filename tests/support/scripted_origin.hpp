#pragma once
// An origin server that says what a test writes down.

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>

namespace libnet::test {

/// One connection to the origin, blocking. Waits at most a minute for anything.
class OriginConnection {
public:
    explicit OriginConnection(boost::asio::ip::tcp::socket socket) : socket_{std::move(socket)} {}

    void send(std::string_view text) { boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size())); }

    /// Everything up to the first `end`, with it; an exception where it doesn't come.
    std::string receive_until(std::string_view end)
    {
        while (received_.find(end) == received_.npos)
            if (!fill()) throw std::runtime_error{"the origin got '" + received_ + "'"};
        const auto size = received_.find(end) + end.size();
        auto text = received_.substr(0, size);
        received_.erase(0, size);
        return text;
    }

    /// A request's head.
    std::string receive_head() { return receive_until("\r\n\r\n"); }

    /// So many bytes, or what came before the connection ended.
    std::string receive(std::size_t size)
    {
        while (received_.size() < size && fill()) {
        }
        auto text = received_.substr(0, size);
        received_.erase(0, text.size());
        return text;
    }

    /// Whether the other side has closed the connection, in whichever way, without another byte.
    bool ended() { return received_.empty() && !fill(); }

    /// How the connection ends, once all that still comes is read: `eof` or `connection_reset`.
    boost::system::error_code end()
    {
        while (fill()) {
        }
        return error_;
    }

    /// Says that nothing follows.
    void finish() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }

    /// Ends the connection with a RST.
    void reset()
    {
        socket_.set_option(boost::asio::socket_base::linger{true, 0});
        socket_.close();
    }

private:
    bool fill()
    {
        pollfd readable{socket_.native_handle(), POLLIN, 0};
        if (::poll(&readable, 1, 60'000) != 1) throw std::runtime_error{"nothing has come to the origin for a minute"};
        std::array<char, 65536> buffer;
        const auto size = socket_.read_some(boost::asio::buffer(buffer), error_);
        received_.append(buffer.data(), size);
        return !error_;
    }

    boost::asio::ip::tcp::socket socket_;
    boost::system::error_code error_;
    std::string received_;
};

/// Listens on loopback.
class ScriptedOrigin {
public:
    /// `127.0.0.1:port`
    std::string authority() const { return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
    std::string url(std::string_view path = "/") const { return "http://" + authority() + std::string{path}; }

    /// The next connection; an exception where none comes in a minute.
    OriginConnection accept()
    {
        pollfd listener{acceptor_.native_handle(), POLLIN, 0};
        if (::poll(&listener, 1, 60'000) != 1) throw std::runtime_error{"no client connects to the origin"};
        return OriginConnection{acceptor_.accept()};
    }

    /// Whether a client has connected that was not accepted yet.
    bool is_wanted()
    {
        pollfd listener{acceptor_.native_handle(), POLLIN, 0};
        return ::poll(&listener, 1, 0) == 1;
    }

    /// Refuses connections from now on.
    void close() { acceptor_.close(); }

private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
};

}  // namespace libnet::test
