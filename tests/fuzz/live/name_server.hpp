#pragma once
// A name server that answers at random.

#include <tests/fuzz/live/conversation.hpp>
#include <tests/fuzz/live/mutation.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace live {

/// Answers at port 53 of loopback, where that is free, out of messages without their first part: the three counts behind
/// that of the questions, and the records. Half of what it says is mutated, some questions stay without an answer.
class NameServer {
public:
    NameServer(std::vector<std::string> answers, std::uint64_t seed)
        : answers_{std::move(answers)},
          seed_{seed},
          socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        const auto address = Socket::loopback(53);
        is_there_ = ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        if (is_there_) thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
    }

    bool is_there() const { return is_there_; }
    std::uint64_t answered() const { return answered_; }

private:
    void serve(const std::stop_token& stop)
    {
        char message[1500];
        while (!stop.stop_requested()) {
            pollfd wait{socket_.get(), POLLIN, 0};
            if (::poll(&wait, 1, 100) <= 0) continue;
            sockaddr_in asker{};
            socklen_t size = sizeof asker;
            const auto got =
                ::recvfrom(socket_.get(), message, sizeof message, 0, reinterpret_cast<sockaddr*>(&asker), &size);
            if (got <= 12) continue;
            Dice dice{seed_ + 1, answered_++};
            const auto answer = answer_to({message, static_cast<std::size_t>(got)}, dice);
            if (!answer.empty())
                ::sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&asker), size);
        }
    }

    /// RFC 1035 section 4.1. Without additional records of the question, which stand behind it.
    std::string answer_to(std::string_view question, Dice& dice) const
    {
        const auto end = question.find('\0', 12);
        if (end == question.npos || question.size() < end + 5 || dice.once_in(8)) return {};
        auto rest = answers_[dice.below(answers_.size())];
        if (dice.once_in(2)) rest = mutate(rest, answers_, dice);
        if (rest.size() < 6) rest.resize(6);
        std::string answer{question.substr(0, end + 5)};
        answer[2] = static_cast<char>(dice.once_in(10) ? 0x83 : 0x81);  // truncated, or not
        answer[3] = static_cast<char>(0x80 | (dice.once_in(10) ? dice.below(16) : 0));
        answer.replace(6, 6, rest, 0, 6);
        answer += rest.substr(6, 1200);
        return answer;
    }

    const std::vector<std::string> answers_;
    const std::uint64_t seed_;
    const Socket socket_;
    bool is_there_ = false;
    std::atomic<std::uint64_t> answered_{0};
    std::jthread thread_;
};

}  // namespace live
