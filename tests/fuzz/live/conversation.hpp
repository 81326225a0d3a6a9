#pragma once
// One connection of a client that is not to be trusted, and of one that is.

#include <tests/fuzz/live/mutation.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace live {

/// A socket on loopback, or none.
class Socket {
public:
    explicit Socket(int descriptor) : descriptor_{descriptor} {}
    explicit Socket(std::uint16_t port) : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        const auto server = loopback(port);
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0) return;
        ::close(descriptor_);
        descriptor_ = -1;
    }
    ~Socket()
    {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    static sockaddr_in loopback(std::uint16_t port)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    int get() const { return descriptor_; }

    /// Closes it with a reset.
    void reset() const
    {
        const linger now{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

    /// Says that nothing more comes.
    void shutdown() const { ::shutdown(descriptor_, SHUT_WR); }

    /// Takes what comes within so many milliseconds. False: nothing comes any more.
    bool receive(std::string& received, int milliseconds) const
    {
        pollfd wait{descriptor_, POLLIN, 0};
        if (::poll(&wait, 1, milliseconds) <= 0) return true;
        char buffer[65'536];
        const auto size = ::recv(descriptor_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size > 0) received.append(buffer, static_cast<std::size_t>(size));
        return size > 0;
    }

    /// Sends as much as is taken within two seconds.
    bool send(std::string_view text) const
    {
        while (!text.empty()) {
            pollfd wait{descriptor_, POLLOUT, 0};
            if (::poll(&wait, 1, 2000) <= 0) return false;
            const auto size = ::send(descriptor_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

private:
    int descriptor_;
};

/// Sends an input in pieces, with breaks, and ends in one way or another.
template <typename Stream>
void send_in_pieces(const Stream& socket, std::string_view input, Dice& dice)
{
    std::string received;
    const bool whole = dice.once_in(3);
    while (!input.empty()) {
        const auto size = whole ? input.size() : std::min(input.size(), 1 + dice.below(dice.once_in(2) ? 8 : 5000));
        if (!socket.send(input.substr(0, size))) return;
        input.remove_prefix(size);
        if (!whole && dice.once_in(4)) ::usleep(static_cast<useconds_t>(dice.below(1500)));
        if (dice.once_in(3) && !socket.receive(received, 0)) return;
        if (received.size() > 1'000'000) received.clear();
    }
}

/// A conversation. Returns the status of the first answer, or 0.
template <typename Stream>
unsigned converse(const Stream& socket, std::string_view input, Dice& dice)
{
    if (socket.get() < 0) return 0;
    send_in_pieces(socket, input, dice);
    if (dice.once_in(4)) socket.shutdown();
    std::string received;
    const int patience = dice.once_in(8) ? 20 : 4;  // most answers come at once, and then the connection stays open
    for (int waits = 0; waits < patience && received.size() < 100'000;) {
        const auto before = received.size();
        if (!socket.receive(received, dice.once_in(5) ? 0 : 20)) break;
        if (received.size() == before) ++waits;
    }
    if (dice.once_in(3)) socket.reset();
    return received.starts_with("HTTP/1.1 ") && received.size() > 12 ? static_cast<unsigned>(std::atoi(&received[9]))
                                                                     : 0;
}

/// What a good client gets: the whole answer to a request that ends the connection, or what came of it in twenty seconds.
template <typename Stream>
std::string ask(const Stream& socket, std::string_view request)
{
    std::string received;
    if (socket.get() < 0 || !socket.send(request)) return received;
    for (int waits = 0; waits < 200 && socket.receive(received, 100);) ++waits;
    return received;
}

}  // namespace live
