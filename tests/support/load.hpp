#pragma once
// Clients that ask all the time, while a test does something to the server.

#include <tests/support/raw_client.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace libnet::test {

/// Clients that send one request after the other, each on the connection of the one before unless the answer says
/// that it is the last. The right answer is "content".
class Load {
public:
    Load(const boost::asio::ip::tcp::endpoint& server, std::string request, std::size_t clients)
        : request_{std::move(request)}
    {
        for (std::size_t i = 0; i < clients; ++i) threads_.emplace_back([this, server] { ask(server); });
    }

    /// Ends them. Returns what went wrong; empty: nothing.
    std::string stop()
    {
        stopping_ = true;
        for (auto& thread : threads_) thread.join();
        return wrong_;
    }
    std::size_t answers() const { return answers_; }
    std::size_t connections() const { return connections_; }

private:
    void ask(const boost::asio::ip::tcp::endpoint& server)
    try {
        std::unique_ptr<RawClient> client;
        while (!stopping_) {
            if (!client) {
                client = std::make_unique<RawClient>(server);
                ++connections_;
            }
            const auto answer = client->exchange(request_);
            if (answer.status != 200 || answer.body != "content") throw std::runtime_error{answer.head + answer.body};
            ++answers_;
            if (answer.field("Connection") == "close") client.reset();
        }
    } catch (const std::exception& error) {
        if (!failed_.exchange(true)) wrong_ = error.what();
    }

    std::string request_;
    std::atomic<bool> stopping_ = false, failed_ = false;
    std::atomic<std::size_t> answers_ = 0, connections_ = 0;
    std::string wrong_;
    std::vector<std::thread> threads_;
};

}  // namespace libnet::test
