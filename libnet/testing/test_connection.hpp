#pragma once
/// @file
/// A connection whose one end a test gives to a server, and whose other end it has for itself.

#include <libnet/config.hpp>
#include <libnet/testing/test_stream.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::testing {

/// A client of a StaticFileServer, a ForwardProxy or an HttpEndpoint that runs in the same thread and on the same io_context:
///
///     asio::io_context io;
///     StaticFileServer files{io.get_executor(), {.root = "public", .address = localhost, .port = 0}};
///     asio::co_spawn(io, files.run(), asio::detached);
///     testing::TestConnection client{io};
///     files.serve(client.take_server_end());
///     client.send("GET / HTTP/1.0\r\n\r\n");
///     const std::string answer = client.receive_all();    // the io_context runs meanwhile
///
/// No port is listened on while it lives, and no other client can connect. The two ends are sockets of the loopback interface,
/// connected in the constructor, since servers ask the kernel about the sockets that they serve: system calls are made, time is
/// the machine's own. For one thread; the io_context must outlive it.
class TestConnection {
public:
    using Socket = boost::asio::ip::tcp::socket;  ///< of either end

    /// How long `receive_until` and `receive_all` wait where no time is given.
    static constexpr std::chrono::seconds patience = TestStream::patience;

    /// Connects the two ends. Throws `boost::system::system_error`: why this system has no such sockets.
    explicit TestConnection(boost::asio::io_context& io) : server_{io}, client_{io, connect(io, server_)} {}
    TestConnection(const TestConnection&) = delete;
    TestConnection& operator=(const TestConnection&) = delete;

    /// The server's end, once: for `serve`.
    Socket take_server_end() { return std::move(server_); }

    void send(std::string_view octets) { client_.send(octets); }  ///< as TestStream::send

    /// Sends no more, and still receives.
    void shut_down() { client_.shut_down(); }

    /// As TestStream::receive_until.
    std::string receive_until(std::string_view part, std::chrono::nanoseconds within = patience)
    {
        return client_.receive_until(part, within);
    }

    /// As TestStream::receive_all.
    std::string receive_all(std::chrono::nanoseconds within = patience) { return client_.receive_all(within); }

    /// The server has closed its end, or reset the connection, and all that came before has been received.
    bool ended() const noexcept { return client_.ended(); }

    /// Closes the client's end.
    void close() noexcept { client_.close(); }

private:
    static Socket connect(boost::asio::io_context& io, Socket& server)
    {
        namespace ip = boost::asio::ip;
        Socket client{io};
        ip::tcp::acceptor acceptor{io, ip::tcp::endpoint{ip::address_v4::loopback(), 0}};
        client.connect(acceptor.local_endpoint());
        do server = acceptor.accept();  // another process may have connected first
        while (server.remote_endpoint() != client.local_endpoint());
        return client;
    }

    Socket server_;
    TestStream client_;
};

}  // namespace libnet::inline v0::testing
