#pragma once
// Attacks on what ping++ --listen serves.

#include <tests/lab/hostile/attack.hpp>

#include <chrono>
#include <deque>
#include <thread>

namespace hostile {

/// Holds more connections than an exporter may have, each of which has asked for something once.
inline void hold_scrapes(std::uint16_t port, const std::atomic<bool>& stop)
{
    using namespace std::chrono_literals;
    while (!stop) {
        std::deque<Socket> idle;
        std::string received;
        for (int i = 0; i < 1200 && !stop; ++i) {
            idle.emplace_back(port).send(get("/metrics", "127.0.0.1"));
            idle.back().receive(received, 5);
            received.clear();
        }
        for (int i = 0; i < 20 && !stop; ++i) std::this_thread::sleep_for(50ms);
    }
}

/// Asks for probes of a host that doesn't answer, one of the network that lab/network.sh makes, and goes.
inline void ask_for_probes(std::uint16_t port, const std::atomic<bool>& stop)
{
    using namespace std::chrono_literals;
    while (!stop) {
        std::deque<Socket> clients;
        for (int i = 0; i < 560 && !stop; ++i)
            clients.emplace_back(port).send(get("/probe?target=10.0.9.9&timeout=120", "127.0.0.1"));
        std::this_thread::sleep_for(100ms);
    }
}

inline std::vector<Attack> exporter_attacks()
{
    return {
        {.name = "scrapes", .victim = Victim::exporter, .run = hold_scrapes, .connects_anew = true},
        {.name = "probes", .victim = Victim::exporter, .run = ask_for_probes, .connects_anew = true, .in_lab = true},
    };
}

}  // namespace hostile
