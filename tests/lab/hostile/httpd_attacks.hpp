#pragma once
// Attacks on a server of files.

#include <tests/lab/hostile/attack.hpp>
#include <tests/lab/hostile/site.hpp>

#include <chrono>
#include <deque>
#include <thread>

namespace hostile {

using namespace std::chrono_literals;

/// Asks and goes, and keeps some connections that take nothing.
inline void ask_for_listings(std::uint16_t port, const std::atomic<bool>& stop)
{
    std::deque<Socket> silent;
    for (int i = 0; i < 120 && !stop; ++i)
        silent.emplace_back(port).send(get(i % 2 == 0 ? "/many/" : "/many/?sort=size"));
    while (!stop) {
        for (int i = 0; i < 100; ++i) Socket{port}.send(get("/many/"));
        std::this_thread::sleep_for(20ms);
    }
}

/// Holds more connections than the server may have, each of which has asked for something once.
inline void hold_connections(std::uint16_t port, const std::atomic<bool>& stop)
{
    while (!stop) {
        std::deque<Socket> idle;
        std::string received;
        for (int i = 0; i < 300 && !stop; ++i) {
            idle.emplace_back(port).send(get("/good.txt"));
            idle.back().receive(received, 5);
            received.clear();
        }
        for (int i = 0; i < 20 && !stop; ++i) std::this_thread::sleep_for(50ms);
    }
}

inline void ask_for_depths(std::uint16_t port, const std::atomic<bool>& stop)
{
    std::uint64_t number = 0;
    keep_asking(port, stop, [&] {
        std::string path{"/"};
        path += std::to_string(number++);
        for (int i = 0; i < 2000; ++i) path += "/a";
        return get(path);
    });
}

inline void ask_for_hashes(std::uint16_t port, const std::atomic<bool>& stop)
{
    int number = 0;
    keep_asking(port, stop, [&] {
        std::this_thread::sleep_for(1ms);
        return "HEAD /large" + std::to_string(number++ % Site::large_files) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    });
}

inline void ask_for_names(std::uint16_t port, const std::atomic<bool>& stop)
{
    int number = 0;
    keep_asking(port, stop, [&] {
        std::string path;
        for (int i = 0; i < 12; ++i) path += '/' + std::string(240, 'x');
        ++number;
        return get(path + std::to_string(number), Site::host(number % Site::hosts));
    });
}

inline void log_in(std::uint16_t port, const std::atomic<bool>& stop)
{
    while (!stop) {
        std::deque<Socket> clients;
        for (int i = 0; i < 41; ++i)
            clients.emplace_back(port).send(get("/private/a.txt", "a", "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"));
        std::string received;
        for (const auto& client : clients) client.receive(received, 2000);
    }
}

/// A body in chunks of one octet each, as long as a server reads one that it has no use for.
inline std::string chunked_octets()
{
    std::string body;
    for (int i = 0; i < 10'000; ++i) body += "1\r\nx\r\n";
    return body + "0\r\n\r\n";
}

inline void send_chunks(std::uint16_t port, const std::atomic<bool>& stop)
{
    keep_asking(port, stop,
                [text = "POST /good.txt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked_octets()] {
                    return text;
                });
}

inline std::vector<Attack> httpd_attacks()
{
    constexpr int many = 8192;
    return {
        {.name = "listings", .run = ask_for_listings, .nginx_connections = many},
        {.name = "idle",
         .options = {"--max-connections", "100"},
         .run = hold_connections,
         .connects_anew = true,
         .nginx_connections = 101},
        {.name = "deep", .run = ask_for_depths, .nginx_connections = many},
        {.name = "hashes", .run = ask_for_hashes, .nginx_connections = many},
        {.name = "names", .run = ask_for_names, .nginx_connections = many},
        {.name = "logins", .run = log_in, .nginx_connections = many},
        {.name = "chunks", .run = send_chunks, .nginx_connections = many},
    };
}

}  // namespace hostile
