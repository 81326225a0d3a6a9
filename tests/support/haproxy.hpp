#pragma once
// HAProxy in front of a server, in TCP mode: what it sends of its clients is a PROXY header.

#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

namespace libnet::test {

/// A running HAProxy in a directory of its own.
class Haproxy {
public:
    /// `how`: what it sends to the server, `send-proxy` or `send-proxy-v2`.
    Haproxy(const std::string& server_port, const std::string& how)
    {
        {
            boost::asio::io_context io;  // it can't be asked which free port it took
            boost::asio::ip::tcp::acceptor probe{io, {boost::asio::ip::address_v4::loopback(), 0}};
            endpoint_ = probe.local_endpoint();
        }
        const auto file =
            directory_.write("haproxy.cfg",
                             "defaults\n mode tcp\n timeout connect 5s\n timeout client 20s\n"
                             " timeout server 20s\nlisten front\n bind " +
                                 address() + "\n server back 127.0.0.1:" + server_port + " " + how + "\n");
        process_.emplace(Arguments{"haproxy", "-db", "-f", file.string()});
        for (int tries = 0; tries < 400 && !listens(); ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    ~Haproxy()
    {
        process_->signal(SIGKILL);
        process_->wait();
    }
    Haproxy(const Haproxy&) = delete;
    Haproxy& operator=(const Haproxy&) = delete;

    std::string address() const { return "127.0.0.1:" + std::to_string(endpoint_.port()); }
    const boost::asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

private:
    bool listens() const
    {
        boost::asio::io_context io;
        boost::system::error_code refused;
        boost::asio::ip::tcp::socket{io}.connect(endpoint_, refused);
        return !refused;
    }

    TemporaryDirectory directory_;
    boost::asio::ip::tcp::endpoint endpoint_;
    std::optional<Process> process_;
};

}  // namespace libnet::test
