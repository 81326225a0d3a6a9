// hostile DIRECTORY [ATTACK...]: starts httpd++ or proxy++ of DIRECTORY for each attack, and nginx beside it where that is
// installed and can be attacked so; and shows what a good client has of it: its latency without and beside the attack, and
// the server's memory and descriptors before, at most, and ten seconds after. For comparing builds; run it on a quiet
// machine.
//
//   listings  large listings, asked for and not taken
//   idle      more connections than there may be, which have asked once
//   deep      paths of 2,000 segments, no two alike
//   hashes    HEAD of large files
//   names     long names of nothing, for several hosts
//   logins    wrong passwords, 41 at a time
//   chunks    bodies in chunks of one octet, for files
//   lookups   names that no server answers, through the proxy; in the lab: sh tests/lab/network.sh hostile DIRECTORY lookups
//   silence   an origin that says nothing, and clients that go
//   uploads   bodies in chunks of one octet, through the proxy

#include <tests/fuzz/live/subject.hpp>
#include <tests/lab/hostile/attack.hpp>
#include <tests/lab/hostile/httpd_attacks.hpp>
#include <tests/lab/hostile/proxy_attacks.hpp>
#include <tests/lab/hostile/site.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace hostile;
using live::Subject;
using Clock = std::chrono::steady_clock;

namespace {

/// Milliseconds that a good client waits for its answers, from the shortest to the longest. `next` makes its requests.
std::vector<double> measure(std::uint16_t port, bool connects_anew, std::chrono::seconds length,
                            const std::function<std::string()>& next)
{
    std::vector<double> waits;
    std::optional<Socket> socket{port};
    for (const auto end = Clock::now() + length; Clock::now() < end; std::this_thread::sleep_for(2ms)) {
        const auto begun = Clock::now();
        std::string received;
        if (connects_anew) socket.emplace(port);
        socket->send(next());
        while (!received.ends_with("good\n") && Clock::now() - begun < 20s) {
            if (socket->receive(received, 1000)) continue;
            socket.emplace(port);  // it was closed as an idle one: a client tries again
            received.clear();
            socket->send(next());
            if (Clock::now() - begun > 10s) throw std::runtime_error{"the good client is not served"};
        }
        waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    std::sort(waits.begin(), waits.end());
    return waits;
}

double quantile(const std::vector<double>& waits, double part)
{
    return waits[static_cast<std::size_t>(part * static_cast<double>(waits.size() - 1))];
}

void try_out(const Attack& attack, Subject& server, const std::function<std::string()>& good_request)
{
    const auto quiet = measure(server.port(), attack.connects_anew, 3s, good_request);
    const auto memory_before = server.memory().second, descriptors_before = server.descriptors();
    std::atomic<bool> stop{false};
    std::vector<double> beside;
    long descriptors = 0;
    {
        const std::jthread attacker{[&] { attack.run(server.port(), stop); }};
        std::this_thread::sleep_for(500ms);
        try {
            beside = measure(server.port(), attack.connects_anew, 6s, good_request);
        } catch (const std::runtime_error&) {
            beside.push_back(1e9);
        }
        descriptors = server.descriptors();
        stop = true;
    }
    const auto at_most = server.memory().first;
    std::this_thread::sleep_for(10s);
    std::printf("%-9s %-8s %9.2f %9.2f %9.2f %9.2f %8.1f %8.1f %8.1f %6ld %6ld %6ld\n", attack.name.c_str(),
                server.name().c_str(), quantile(quiet, .99), quantile(beside, .5), quantile(beside, .99), beside.back(),
                static_cast<double>(memory_before) / 1024, static_cast<double>(at_most) / 1024,
                static_cast<double>(server.memory().second) / 1024, descriptors_before, descriptors,
                server.descriptors());
    std::fflush(stdout);
}

void attack_files(const Attack& attack, const std::string& programs, const Site& site)
{
    const auto good = [] { return get("/good.txt"); };
    {
        Subject httpd{"httpd++", site.httpd(programs + "/httpd++", attack.options), site.path()};
        try_out(attack, httpd, good);
    }
    const std::string nginx = "/usr/sbin/nginx";
    if (attack.nginx_connections == 0 || !fs::exists(nginx)) return;
    const auto port = Origin{}.port();  // that is free
    Subject beside{"nginx", site.nginx(nginx, port, attack.nginx_connections), site.path(), port};
    try_out(attack, beside, good);
}

void attack_proxy(const Attack& attack, const std::string& programs, const Site& site, const Origin& origin)
{
    std::optional<NameServer> names;
    if (!attack.good_host.empty() && !names.emplace().is_there()) {
        std::printf("%-9s left out: port 53 is not free (run it by tests/lab/network.sh)\n", attack.name.c_str());
        return;
    }
    std::uint64_t number = 0;
    const auto good = [&] {
        auto host = origin.host();
        if (!attack.good_host.empty())
            host = "good" + std::to_string(number++) + attack.good_host + ":" + std::to_string(origin.port());
        return get("http://" + host + "/good.txt", host);
    };
    Subject proxy{
        "proxy++",
        {programs + "/proxy++", "--allow-private", "--bind", "127.0.0.1", "--port", "0", "--access-log", "none"},
        site.path()};
    try_out(attack, proxy, good);
}

}  // namespace

int main(int argc, char** argv)
try {
    if (argc < 2) {
        std::fprintf(stderr, "usage: hostile DIRECTORY [ATTACK...]\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> wanted{argv + 2, argv + argc};
    const Site site;
    const Origin origin;
    std::printf("                   ms: quiet   beside                      MiB:                      descriptors:\n");
    std::printf("%-9s %-8s %9s %9s %9s %9s %8s %8s %8s %6s %6s %6s\n", "attack", "program", "p99", "p50", "p99", "max",
                "before", "most", "after", "before", "beside", "after");
    auto attacks = httpd_attacks();
    for (auto& attack : proxy_attacks(origin)) attacks.push_back(attack);
    for (const auto& attack : attacks) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), attack.name) == wanted.end()) continue;
        if (attack.victim == Victim::httpd) attack_files(attack, argv[1], site);
        else attack_proxy(attack, argv[1], site, origin);
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "hostile: %s\n", error.what());
    return 1;
}
