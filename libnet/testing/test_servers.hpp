#pragma once
/// @file
/// All servers of the internet, played by a test: what a ForwardProxy connects to without a network.

#include <libnet/config.hpp>
#include <libnet/io/connect/outbound_ways.hpp>
#include <libnet/testing/test_stream.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0::testing {

/// A proxy that runs in the same thread and on the same io_context finds each name here, and each of its connections ends in a
/// TestStream of the test's:
///
///     asio::io_context io;
///     testing::TestServers servers{io};
///     ForwardProxy proxy{io.get_executor(), {.address = localhost, .port = 0, .outbound = servers.ways()}};
///     asio::co_spawn(io, proxy.run(), asio::detached);
///     testing::TestConnection client{io};
///     proxy.serve(client.take_server_end());
///     client.send("GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n");
///     auto server = servers.accept();                     // the io_context runs meanwhile
///     server.receive_until("\r\n\r\n");
///     server.send("HTTP/1.1 204 No Content\r\n\r\n");
///     const std::string answer = client.receive_until("\r\n\r\n");
///
/// Both ends are Unix sockets that have no name: nothing is looked up, and no packet is sent. The proxy judges
/// addresses as ever, so a name that hasn't been given any has one of the public internet. For one thread; the
/// io_context must outlive it.
class TestServers {
public:
    /// No server is there until the proxy asks for one.
    explicit TestServers(boost::asio::io_context& io) : state_{std::make_shared<State>(io)} {}

    /// What the name has, in the place of one public address; none: it doesn't exist.
    void set_addresses(const std::string& host, std::vector<boost::asio::ip::address> addresses)
    {
        state_->names[host] = std::move(addresses);
    }

    /// Refuses connections to this address from now on.
    void refuse(const boost::asio::ip::address& address) { state_->refused.push_back(address); }

    /// For `ForwardProxyOptions::outbound`.
    std::shared_ptr<const OutboundWays> ways() const
    {
        auto ways = std::make_shared<OutboundWays>();
        ways->resolve = [state = state_](std::string host) { return resolve(state, std::move(host)); };
        ways->connect = [state = state_](boost::asio::ip::tcp::endpoint to) { return connect(state, to); };
        return ways;
    }

    /// Runs the io_context until the proxy has connected, and returns the server's end of the oldest connection that
    /// wasn't returned yet. Throws `boost::system::system_error`, `timed_out`, and what a handler throws.
    TestStream accept(std::chrono::nanoseconds within = TestStream::patience)
    {
        const auto deadline = std::chrono::steady_clock::now() + within;
        while (state_->connected.empty()) {
            state_->io.restart();
            if (state_->io.run_one_until(deadline) == 0)
                throw boost::system::system_error{boost::asio::error::timed_out};
        }
        auto socket = std::move(state_->connected.front());
        state_->connected.pop_front();
        return {state_->io, std::move(socket)};
    }

    /// Connections that `accept` would return at once.
    std::size_t waiting() const noexcept { return state_->connected.size(); }

    /// Where the proxy has connected to, from the first connection to the last, and which names it has asked for.
    const std::vector<boost::asio::ip::tcp::endpoint>& endpoints() const noexcept { return state_->endpoints; }
    const std::vector<std::string>& asked_names() const noexcept { return state_->asked; }  ///< likewise

private:
    struct State {
        explicit State(boost::asio::io_context& context) : io{context} {}
        boost::asio::io_context& io;
        std::map<std::string, std::vector<boost::asio::ip::address>> names{};
        std::vector<boost::asio::ip::address> refused{};
        std::vector<boost::asio::ip::tcp::endpoint> endpoints{};
        std::vector<std::string> asked{};
        std::deque<TestStream::Socket> connected{};
    };
    using Addresses = std::vector<boost::asio::ip::address>;

    static boost::asio::awaitable<Addresses> resolve(std::shared_ptr<State> state, std::string host)
    {
        const auto found = state->names.find(host);
        state->asked.push_back(std::move(host));
        Addresses addresses;
        if (found != state->names.end()) addresses = found->second;
        else addresses.push_back(boost::asio::ip::make_address("192.88.98.1"));
        co_return addresses;
    }

    static boost::asio::awaitable<TestStream::Socket> connect(std::shared_ptr<State> state,
                                                              boost::asio::ip::tcp::endpoint to)
    {
        state->endpoints.push_back(to);
        for (const auto& address : state->refused)
            if (address == to.address()) throw boost::system::system_error{boost::asio::error::connection_refused};
        boost::asio::local::stream_protocol::socket ours{state->io}, theirs{state->io};
        boost::asio::local::connect_pair(ours, theirs);
        state->connected.emplace_back(std::move(ours));
        co_return TestStream::Socket{std::move(theirs)};
    }

    std::shared_ptr<State> state_;
};

}  // namespace libnet::inline v0::testing
