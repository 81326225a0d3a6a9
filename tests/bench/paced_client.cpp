// paced_client PORT PATH CONNECTIONS RATE SECONDS: asks for PATH on 127.0.0.1 at random moments (a Poisson process), RATE
// times a second, whether or not earlier answers have come, and prints how long the answers took.
//
// The time runs from the call that sends the request, or from when it was due where no connection was free, to the
// kernel's stamp of the answer's last packet: how busy this program is doesn't count.

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::system_clock;  // that of the kernel's stamps
using Time = Clock::time_point;

constexpr std::chrono::seconds patience{10};

int connect_to(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        std::perror("paced_client");
        std::exit(1);
    }
    return socket;
}

/// When the bytes of the last call came, as the kernel saw it.
Time stamp_of(msghdr& message)
{
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SO_TIMESTAMPNS) continue;
        timespec stamp{};
        std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
        return Time{std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec}};
    }
    return Clock::now();
}

struct Connection {
    int socket = -1;
    Time begun{};
    std::string received;
    bool busy = false;
};

/// Whether an answer is all there; its content may not be longer than it says.
bool is_whole(std::string_view answer)
{
    const auto end = answer.find("\r\n\r\n");
    if (end == answer.npos) return false;
    constexpr std::string_view name = "ontent-Length: ";
    const auto field = answer.find(name);
    std::size_t length = 0;
    if (field < end) std::from_chars(answer.data() + field + name.size(), answer.data() + end, length);
    return answer.size() >= end + 4 + length;
}

class Client {
public:
    Client(std::uint16_t port, const std::string& path, std::size_t connections, double rate)
        : port_{port},
          request_{"GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"},
          gap_{rate},
          connections_(connections)
    {
        for (auto& connection : connections_) open(connection);
    }

    void run(std::chrono::seconds duration)
    {
        const auto begin = Clock::now(), end = begin + duration;
        auto next = begin;
        for (auto now = begin; now < end; now = Clock::now()) {
            for (; next <= now; next += std::chrono::nanoseconds{static_cast<long>(gap_(random_) * 1e9)})
                due_.push_back(next);
            while (!due_.empty() && !idle_.empty()) send();
            give_up(now);
            receive(std::max(next - Clock::now(), Clock::duration{0}));
        }
        failed_ += due_.size();
        print(duration);
    }

private:
    void open(Connection& connection)
    {
        connection.socket = connect_to(port_);
        connection.received.clear();
        connection.busy = false;
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, connection.socket, &event);
        idle_.push_back(&connection);
    }

    /// An answer to a request counts as failed. A server may close a connection that is idle.
    void reopen(Connection& connection)
    {
        if (connection.busy) ++failed_;
        else std::erase(idle_, &connection);
        ::close(connection.socket);
        open(connection);
    }

    void send()
    {
        auto& connection = *idle_.front();
        idle_.pop_front();
        connection.busy = true;
        const auto now = Clock::now();
        const bool late = now - due_.front() > std::chrono::milliseconds{1};
        connection.begun = late && has_waited_ ? due_.front() : now;
        due_.pop_front();
        if (::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) reopen(connection);
        has_waited_ = idle_.empty();
    }

    void receive(Clock::duration limit)
    {
        std::array<epoll_event, 64> events;
        constexpr std::chrono::microseconds worth_sleeping{
            200};  // to fall asleep and to wake up takes longer than that
        if (limit < worth_sleeping) limit = {};
        const timespec timeout{0, std::min<long>(std::chrono::nanoseconds{limit}.count(), 100'000'000)};
        const int count = ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
        for (int i = 0; i < count; ++i) take(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }

    void take(Connection& connection)
    {
        iovec room{buffer_.data(), buffer_.size()};
        alignas(cmsghdr) std::array<char, 128> control;
        msghdr message{};
        message.msg_iov = &room;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const auto size = ::recvmsg(connection.socket, &message, MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0 || !connection.busy) return reopen(connection);
        connection.received.append(buffer_.data(), static_cast<std::size_t>(size));
        if (!is_whole(connection.received)) return;
        if (!connection.received.starts_with("HTTP/1.1 200")) ++failed_;
        times_.push_back(std::chrono::duration<double, std::micro>{stamp_of(message) - connection.begun}.count());
        connection.received.clear();
        connection.busy = false;
        idle_.push_back(&connection);
    }

    void give_up(Time now)
    {
        if (now - looked_ < std::chrono::seconds{1}) return;
        looked_ = now;
        for (auto& connection : connections_)
            if (connection.busy && now - connection.begun > patience) reopen(connection);
    }

    double quantile(double part) const
    {
        return times_.empty() ? NAN : times_[static_cast<std::size_t>(part * static_cast<double>(times_.size() - 1))];
    }

    void print(std::chrono::seconds duration)
    {
        std::ranges::sort(times_);
        std::printf("answered %zu failed %zu rate %.0f p50 %.0f p99 %.0f p99.9 %.0f\n", times_.size(), failed_,
                    static_cast<double>(times_.size()) / static_cast<double>(duration.count()), quantile(0.5),
                    quantile(0.99), quantile(0.999));
    }

    const std::uint16_t port_;
    const std::string request_;
    std::mt19937_64 random_{std::random_device{}()};
    std::exponential_distribution<double> gap_;
    const int poll_ = ::epoll_create1(0);
    std::vector<Connection> connections_;
    std::deque<Connection*> idle_;
    std::deque<Time> due_;     // requests that wait for a connection
    bool has_waited_ = false;  // the next one, for a connection
    Time looked_ = Clock::now();
    std::array<char, 65536> buffer_;
    std::vector<double> times_;  // in microseconds
    std::size_t failed_ = 0;
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 6) {
        std::puts("usage: paced_client PORT PATH CONNECTIONS RATE SECONDS");
        return 2;
    }
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    Client client{static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2], static_cast<std::size_t>(std::atol(argv[3])),
                  std::atof(argv[4])};
    client.run(std::chrono::seconds{std::atol(argv[5])});
}
