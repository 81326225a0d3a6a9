#pragma once
// An origin server that answers at random.

#include <tests/fuzz/live/conversation.hpp>
#include <tests/fuzz/live/mutation.hpp>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>

namespace live {

/// Listens on loopback until it goes. Each connection gets mutated answers, in pieces, and ends in one way or another.
class Origin {
public:
    /// @param port 0: any free one
    /// @throws std::runtime_error it is taken, or not for us
    Origin(std::vector<std::string> answers, std::uint64_t seed, std::uint16_t port = 0)
        : answers_{std::move(answers)},
          seed_{seed},
          listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        auto address = Socket::loopback(port);
        socklen_t size = sizeof address;
        const int on = 1;
        ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_.get(), 200) != 0 ||
            ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error{"no origin can listen on loopback"};
        port_ = ntohs(address.sin_port);
        for (int i = 0; i < 4; ++i) threads_.emplace_back([this] { serve(); });
    }
    ~Origin()
    {
        stopping_ = true;
        ::shutdown(listener_.get(), SHUT_RDWR);
    }
    Origin(const Origin&) = delete;
    Origin& operator=(const Origin&) = delete;

    std::uint16_t port() const { return port_; }
    std::uint64_t answered() const { return answered_; }

private:
    void serve()
    {
        while (!stopping_) {
            const Socket client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
            if (client.get() < 0) continue;
            Dice dice{~seed_, answered_++};
            std::string received;
            client.receive(received, 50);
            for (auto times = 1 + dice.below(3); times > 0; --times)
                send_in_pieces(client, mutate(answers_[dice.below(answers_.size())], answers_, dice), dice);
            if (dice.once_in(3)) client.receive(received, 20);
            if (dice.once_in(3)) client.reset();
        }
    }

    const std::vector<std::string> answers_;
    const std::uint64_t seed_;
    const Socket listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> answered_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace live
