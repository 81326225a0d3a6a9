#pragma once
// What a service manager is told of a program: the other end of NOTIFY_SOCKET.

#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/time.h>

namespace libnet::test {

/// Receives in a directory that outlives it.
class ServiceManager {
public:
    explicit ServiceManager(const TemporaryDirectory& directory)
        : path_{(directory.path() / "notify").string()},
          socket_{io_, boost::asio::local::datagram_protocol::endpoint{path_}}
    {
        const timeval limit{20, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    /// For the environment of the program.
    std::string variable() const { return "NOTIFY_SOCKET=" + path_; }

    /// Whether it is told this, sooner or later; what comes before it is passed over.
    bool hears(const std::string& line)
    {
        std::array<char, 4096> buffer;
        for (;;) {
            const auto size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
            if (size <= 0) return false;
            const std::string_view told{buffer.data(), static_cast<std::size_t>(size)};
            if (told.find(line) != told.npos) return true;
        }
    }

private:
    std::string path_;
    boost::asio::io_context io_;
    boost::asio::local::datagram_protocol::socket socket_;
};

}  // namespace libnet::test
