#pragma once
/// @file
/// A connection whose one end a test gives to a server, and whose other end it has for itself.

#include <libnet/config.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
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
    static constexpr std::chrono::seconds patience{20};

    /// Connects the two ends. Throws `boost::system::system_error`: why this system has no such sockets.
    explicit TestConnection(boost::asio::io_context& io) : io_{io}, client_{std::make_shared<Client>(io)}, server_{io}
    {
        namespace ip = boost::asio::ip;
        ip::tcp::acceptor acceptor{io, ip::tcp::endpoint{ip::address_v4::loopback(), 0}};
        client_->socket.connect(acceptor.local_endpoint());
        do server_ = acceptor.accept();  // another process may have connected first
        while (server_.remote_endpoint() != client_->socket.local_endpoint());
    }
    ~TestConnection() { close(); }
    TestConnection(const TestConnection&) = delete;
    TestConnection& operator=(const TestConnection&) = delete;

    /// The server's end, once: for `serve`.
    Socket take_server_end() { return std::move(server_); }

    /// Sends all of it, as far as the kernel's buffers go (some hundred kilobytes). Throws `boost::system::system_error`: the
    /// server has closed, or the buffers are full.
    void send(std::string_view octets)
    {
        client_->socket.non_blocking(true);
        boost::asio::write(client_->socket, boost::asio::buffer(octets));
    }

    /// Sends no more, and still receives.
    void shut_down() { client_->socket.shutdown(Socket::shutdown_send); }

    /// Runs the io_context until this is in what has been received, such as the empty line behind a head, or the server closes;
    /// returns all that was received since the last call, what came behind it too. Throws `boost::system::system_error`,
    /// `timed_out`, and what a handler throws.
    std::string receive_until(std::string_view part, std::chrono::nanoseconds within = patience)
    {
        const auto deadline = std::chrono::steady_clock::now() + within;
        while (!client_->ended && client_->received.find(part) == std::string::npos) wait(deadline);
        return std::exchange(client_->received, {});
    }

    /// Runs the io_context until the server closes; returns what was received since the last call. Throws as above.
    std::string receive_all(std::chrono::nanoseconds within = patience)
    {
        const auto deadline = std::chrono::steady_clock::now() + within;
        while (!client_->ended) wait(deadline);
        return std::exchange(client_->received, {});
    }

    /// The server has closed its end, or reset the connection, and all that came before has been received.
    bool ended() const noexcept { return client_->ended; }

    /// Closes the client's end.
    void close() noexcept
    {
        boost::system::error_code ignored;
        client_->socket.close(ignored);
    }

private:
    /// A handler that is still to come shares it.
    struct Client {
        explicit Client(boost::asio::io_context& io) : socket{io} {}
        Socket socket;
        std::array<char, 16384> buffer{};
        std::string received{};
        bool reading = false, ended = false;
    };

    void wait(std::chrono::steady_clock::time_point deadline)
    {
        if (!client_->reading) {
            client_->reading = true;
            client_->socket.async_read_some(boost::asio::buffer(client_->buffer),
                                            [client = client_](boost::system::error_code error, std::size_t size) {
                                                client->reading = false;
                                                client->received.append(client->buffer.data(), size);
                                                if (error) client->ended = true;
                                            });
        }
        io_.restart();
        if (io_.run_one_until(deadline) == 0) throw boost::system::system_error{boost::asio::error::timed_out};
    }

    boost::asio::io_context& io_;
    std::shared_ptr<Client> client_;
    Socket server_;
};

}  // namespace libnet::inline v0::testing
