#pragma once
// What an attack is, and what several of them do.

#include <tests/fuzz/live/conversation.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hostile {

using live::Socket;

/// The program that is attacked.
enum class Victim : std::uint8_t { httpd, proxy, exporter };

struct Attack {
    std::string name;
    Victim victim = Victim::httpd;
    std::vector<std::string> options{};  ///< of the program, for this attack
    /// Attacks that port until it is told to stop.
    std::function<void(std::uint16_t port, const std::atomic<bool>& stop)> run;
    bool connects_anew = false;  ///< the good client, for each request: the attack is about connections
    int nginx_connections = 0;   ///< that nginx may have, where it is attacked as well; 0: it isn't
    std::string good_host{};     ///< a name that the good client asks for, with a number before it; empty: none
    bool in_lab = false;         ///< it needs the network of lab/network.sh
};

inline std::string get(const std::string& path, const std::string& host = "a", const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
}

/// Sends request after request over one connection.
template <typename Next>
void keep_asking(std::uint16_t port, const std::atomic<bool>& stop, Next next)
{
    while (!stop) {
        const Socket socket{port};
        std::string received;
        for (int i = 0; i < 200 && !stop; ++i) {
            if (!socket.send(next()) || !socket.receive(received, 500)) break;
            received.clear();
        }
    }
}

}  // namespace hostile
