#pragma once
// Attacks on a proxy, and what stands behind it.

#include <tests/lab/hostile/attack.hpp>
#include <tests/lab/hostile/cores.hpp>
#include <tests/lab/hostile/httpd_attacks.hpp>

#include <cstring>
#include <deque>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace hostile {

/// A socket bound to loopback, port 0 for a free one.
inline int bound(int type, std::uint16_t port)
{
    const int descriptor = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    const auto address = Socket::loopback(port);
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
    ::close(descriptor);
    return -1;
}

/// An origin in a thread: answers "good" to requests for /good.txt, takes bodies, and says nothing to anything else.
class Origin {
public:
    Origin() : listener_{bound(SOCK_STREAM, 0)}
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        if (::listen(listener_.get(), 4096) != 0) throw std::runtime_error{"no origin"};
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
    }

    std::uint16_t port() const { return port_; }
    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    struct Peer {
        explicit Peer(int descriptor) : socket{descriptor} {}
        Socket socket;
        std::string received;
    };

    void serve(const std::stop_token& stop)
    {
        cores().take(Role::origin);
        std::list<Peer> peers;
        while (!stop.stop_requested()) {
            std::vector<pollfd> waits{{listener_.get(), POLLIN, 0}};
            for (const auto& peer : peers) waits.push_back({peer.socket.get(), POLLIN, 0});
            if (::poll(waits.data(), waits.size(), 100) <= 0) continue;
            auto wait = waits.begin() + 1;
            for (auto peer = peers.begin(); wait != waits.end(); ++wait)
                peer = wait->revents != 0 && !take(*peer) ? peers.erase(peer) : std::next(peer);
            if (waits.front().revents != 0) peers.emplace_back(::accept(listener_.get(), nullptr, nullptr));
        }
    }

    /// False: the peer has gone.
    static bool take(Peer& peer)
    {
        constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ngood\n";
        if (!peer.socket.receive(peer.received, 0)) return false;
        const auto end = peer.received.find("\r\n\r\n");
        if (end == peer.received.npos) return true;
        const bool has_body = peer.received.find("chunked") < end;
        if (has_body && !peer.received.ends_with("0\r\n\r\n")) return true;
        const bool good = peer.received.find("/good.txt") < end;
        peer.received.clear();
        if (good) peer.socket.send(answer);
        return true;
    }

    Socket listener_;
    std::uint16_t port_ = 0;
    std::jthread thread_;
};

/// The name server of the network that lab/network.sh makes, in a thread: every name that begins with "good" has the address
/// 127.0.0.1, and to questions about others nothing is said.
class NameServer {
public:
    NameServer() : socket_{bound(SOCK_DGRAM, 53)}
    {
        if (socket_.get() >= 0) thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
    }

    /// False: it has no port 53 to listen on.
    bool is_there() const { return socket_.get() >= 0; }

private:
    void serve(const std::stop_token& stop) const
    {
        cores().take(Role::origin);
        char message[512];
        while (!stop.stop_requested()) {
            pollfd wait{socket_.get(), POLLIN, 0};
            if (::poll(&wait, 1, 100) <= 0) continue;
            sockaddr_in asker{};
            socklen_t size = sizeof asker;
            const auto got =
                ::recvfrom(socket_.get(), message, sizeof message, 0, reinterpret_cast<sockaddr*>(&asker), &size);
            if (got <= 12) continue;
            const auto answer = answer_to({message, static_cast<std::size_t>(got)});
            if (!answer.empty())
                ::sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&asker), size);
        }
    }

    /// RFC 1035 section 4.1: the question comes back, with one address if it is for one (type 1).
    static std::string answer_to(std::string_view question)
    {
        if (question.substr(13, 4) != "good") return {};
        auto end = question.find('\0', 12);
        if (end == question.npos || question.size() < end + 5) return {};
        std::string answer{question.substr(0, end + 5)};
        const bool for_address = question[end + 2] == 1;
        answer[2] = '\x81';
        answer[3] = '\x80';
        std::memcpy(answer.data() + 6, for_address ? "\0\1\0\0\0\0" : "\0\0\0\0\0\0", 6);
        constexpr std::string_view address{"\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\x7F\0\0\1", 16};
        return for_address ? answer += address : answer;
    }

    Socket socket_;
    std::jthread thread_;
};

/// Asks for a name that no server answers, and goes.
inline void ask_for_silence(std::uint16_t port, const std::atomic<bool>& stop)
{
    for (std::uint64_t number = 0; !stop;) {
        for (int i = 0; i < 300; ++i) {
            const auto host = "silent" + std::to_string(number++) + ".test";
            Socket{port}.send(get("http://" + host + "/", host));
        }
        std::this_thread::sleep_for(500ms);
    }
}

/// Asks for what never comes, and goes after 0.2 s.
inline void ask_a_silent_origin(const Origin& origin, std::uint16_t port, const std::atomic<bool>& stop)
{
    while (!stop) {
        std::deque<Socket> clients;
        for (int i = 0; i < 500; ++i)
            clients.emplace_back(port).send(get("http://" + origin.host() + "/never", origin.host()));
        std::this_thread::sleep_for(200ms);
    }
}

/// Holds many tunnels, through each of which something has gone, and then closes them all at once.
inline void hold_tunnels(const Origin& origin, std::uint16_t port, const std::atomic<bool>& stop)
{
    const auto head = "CONNECT " + origin.host() + " HTTP/1.1\r\nHost: " + origin.host() + "\r\n\r\n";
    while (!stop) {
        std::deque<Socket> tunnels;
        std::string received;
        for (int i = 0; i < 1500 && !stop; ++i) {
            tunnels.emplace_back(port).send(head);
            tunnels.back().receive(received, 20);
            tunnels.back().send(get("/good.txt", "a", "X-Long: " + std::string(20'000, 'x') + "\r\n"));
            received.clear();
        }
        for (int i = 0; i < 20 && !stop; ++i) std::this_thread::sleep_for(50ms);
    }
}

/// `origin` must outlive the attacks.
inline std::vector<Attack> proxy_attacks(const Origin& origin)
{
    const auto silent = [&origin](std::uint16_t port, const std::atomic<bool>& stop) {
        ask_a_silent_origin(origin, port, stop);
    };
    const auto chunks = [&origin](std::uint16_t port, const std::atomic<bool>& stop) {
        const auto text = "POST http://" + origin.host() + "/good.txt HTTP/1.1\r\nHost: " + origin.host() +
                          "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked_octets();
        keep_asking(port, stop, [&text] { return text; });
    };
    const auto tunnels = [&origin](std::uint16_t port, const std::atomic<bool>& stop) {
        hold_tunnels(origin, port, stop);
    };
    return {
        {.name = "lookups", .victim = Victim::proxy, .run = ask_for_silence, .good_host = ".test"},
        {.name = "silence", .victim = Victim::proxy, .run = silent},
        {.name = "tunnels", .victim = Victim::proxy, .run = tunnels},
        {.name = "uploads", .victim = Victim::proxy, .run = chunks},
    };
}

}  // namespace hostile
