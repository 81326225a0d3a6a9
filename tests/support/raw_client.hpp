#pragma once
// A TCP client that sends what a test writes down, byte by byte if need be, and has Beast read the answers.

#include <tests/support/beast_reader.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>

namespace libnet::test {

/// One answer as it came. Beast has found no fault with its head, and has said where it ends.
struct Answer {
    unsigned status = 0;
    std::string head;  ///< with the status line, without the empty line
    std::string body;

    /// The value of a field, or "-" where there is none.
    std::string field(std::string_view name) const
    {
        const auto line = head.find("\r\n" + std::string{name} + ": ");
        if (line == head.npos) return "-";
        const auto begin = line + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// A blocking connection. Waits at most a minute for an answer: a test that would hang fails instead.
class RawClient {
public:
    explicit RawClient(const boost::asio::ip::tcp::endpoint& server)
    {
        socket_.connect(server);
        const timeval limit{60, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    boost::asio::ip::tcp::socket& socket() { return socket_; }

    void send(std::string_view text) { boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size())); }

    /// Sends as much as the server takes before it closes the connection.
    void try_send(std::string_view text)
    {
        boost::system::error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size()), ignored);
    }

    /// The next answer. `request_method` HEAD: it has no body.
    Answer receive(std::string_view request_method = "GET")
    {
        Answer answer;
        while (received_.find("\r\n\r\n") == received_.npos)
            if (!fill()) throw std::runtime_error{"no whole answer head: '" + received_ + "'"};
        const auto end = received_.find("\r\n\r\n");
        answer.head = received_.substr(0, end);
        received_.erase(0, end + 4);
        const auto understood = read_with_beast(answer.head + "\r\n\r\n", request_method);
        answer.status = understood.status;
        const bool has_body = request_method != "HEAD" && answer.status != 304;
        const std::size_t size = has_body ? understood.length.value_or(0) : 0;
        while (received_.size() < size && fill()) {
        }
        answer.body = received_.substr(0, size);
        received_.erase(0, answer.body.size());
        return answer;
    }

    /// Everything up to the end of the connection.
    std::string receive_rest()
    {
        while (fill()) {
        }
        return std::exchange(received_, {});
    }

    /// Whether the server ended the connection properly, and sent nothing more. A reset counts as no proper end.
    bool ended()
    {
        if (!received_.empty() || fill()) return false;
        return error_ == boost::asio::error::eof;
    }

    Answer exchange(std::string_view request)
    {
        send(request);
        return receive(request.substr(0, request.find(' ')));
    }

private:
    bool fill()
    {
        // Asio's own reading would wait on when the limit has passed; poll(2) fails for a test without descriptors.
        std::array<char, 65536> buffer;
        const auto size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EAGAIN) throw std::runtime_error{"no more comes; so far: '" + received_ + "'"};
        if (size < 0) error_ = {errno, boost::system::system_category()};
        else if (size == 0) error_ = boost::asio::error::eof;
        else received_.append(buffer.data(), static_cast<std::size_t>(size));
        return !error_;
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_{io_};
    boost::system::error_code error_;
    std::string received_;
};

}  // namespace libnet::test
