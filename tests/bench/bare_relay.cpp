// bare_relay PORT ORIGIN: the least that a relay with splice(2) can do, as a yardstick. One connection after the other is
// taken on PORT, and goes through one pipe of 1 MiB from 127.0.0.1:ORIGIN and through another to it.

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int pipe_size = 1024 * 1024;

int tcp_socket(std::uint16_t port, int (*use)(int, const sockaddr*, socklen_t))
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (use(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        std::perror("bare_relay");
        std::exit(1);
    }
    return socket;
}

/// One way: what comes from a socket goes to another one.
struct Way {
    int from, to;
    std::array<int, 2> pipe{};
    ssize_t held = 0;
    bool ended = false;

    Way(int source, int sink) : from{source}, to{sink}
    {
        if (::pipe(pipe.data()) != 0 || ::fcntl(pipe[1], F_SETPIPE_SZ, pipe_size) < 0) std::exit(1);
    }
    ~Way()
    {
        ::close(pipe[0]);
        ::close(pipe[1]);
    }

    /// Moves what there is. False: the connection is broken.
    bool go_on()
    {
        for (;;) {
            if (held == 0) {
                const auto received = ::splice(from, nullptr, pipe[1], nullptr, pipe_size, SPLICE_F_NONBLOCK);
                if (received < 0) return errno == EAGAIN;
                if (received == 0) return end();
                held = received;
            }
            const auto sent =
                ::splice(pipe[0], nullptr, to, nullptr, static_cast<std::size_t>(held), SPLICE_F_NONBLOCK);
            if (sent < 0) return errno == EAGAIN;
            held -= sent;
        }
    }

    bool end()
    {
        ended = true;
        ::shutdown(to, SHUT_WR);
        return true;
    }
};

void relay(int client, int server)
{
    Way up{client, server}, down{server, client};
    while (!up.ended || !down.ended) {
        const auto events = [](const Way& in, const Way& out) {
            return static_cast<short>((in.ended || in.held > 0 ? 0 : POLLIN) | (out.held > 0 ? POLLOUT : 0));
        };
        std::array<pollfd, 2> sockets{{{client, events(up, down), 0}, {server, events(down, up), 0}}};
        ::poll(sockets.data(), sockets.size(), -1);
        if ((!up.ended && !up.go_on()) || (!down.ended && !down.go_on())) return;
    }
}

}  // namespace

int main(int count, char** arguments)
{
    if (count != 3) {
        std::fprintf(stderr, "bare_relay PORT ORIGIN\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const auto port = [&](int which) { return static_cast<std::uint16_t>(std::atoi(arguments[which])); };
    const int listener = tcp_socket(port(1), ::bind);
    ::listen(listener, 128);
    for (;;) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (client < 0) continue;
        const int server = tcp_socket(port(2), ::connect);
        ::fcntl(server, F_SETFL, O_NONBLOCK);
        relay(client, server);
        ::close(client);
        ::close(server);
    }
}
