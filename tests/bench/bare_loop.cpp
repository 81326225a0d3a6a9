// bare_loop PORT STATUS SIZE: the least that a server on epoll(7) can do, as a yardstick. Whatever comes is answered
// with the same STATUS ("200 OK") and SIZE octets of content, unparsed. It is no HTTP server.

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int listen_on(std::uint16_t port)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 4096) != 0) {
        std::perror("bare_loop");
        std::exit(1);
    }
    return listener;
}

void watch(int poll, int socket, std::uint32_t events)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
}

void accept_all(int poll, int listener)
{
    for (int socket; (socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;)
        watch(poll, socket, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

void answer(int socket, const std::string& text)
{
    std::array<char, 4096> request;
    const auto size = ::recv(socket, request.data(), request.size(), 0);
    if (size > 0) {
        const std::string_view head{request.data(), static_cast<std::size_t>(size)};
        const bool closes = head.find("Connection: close") != head.npos;
        ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | (closes ? MSG_MORE : 0));
        if (closes) ::close(socket);
    } else if (size == 0 || errno != EAGAIN) {
        ::close(socket);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) {
        std::puts("usage: bare_loop PORT STATUS SIZE");
        return 2;
    }
    const auto size = static_cast<std::size_t>(std::atol(argv[3]));
    std::string text = "HTTP/1.1 " + std::string{argv[2]} + "\r\nServer: bare\r\n";
    if (size > 0) text += "Content-Length: " + std::to_string(size) + "\r\n";
    text += "\r\n" + std::string(size, 'x');
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const int poll = ::epoll_create1(0);
    watch(poll, listener, EPOLLIN);
    std::array<epoll_event, 128> events;
    for (;;) {
        const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int socket = events[static_cast<std::size_t>(i)].data.fd;
            if (socket == listener) accept_all(poll, listener);
            else answer(socket, text);
        }
    }
}
