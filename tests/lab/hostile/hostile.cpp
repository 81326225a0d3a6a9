// hostile DIRECTORY [ATTACK...]: starts httpd++, proxy++ or ping++ --listen of DIRECTORY for each attack, and nginx or Squid
// beside it where that is installed and can be attacked so; and shows what a good client has of it: its latency without and
// beside the attack, and the server's memory and descriptors before, at most, and ten seconds after. For comparing builds;
// run it on a quiet machine, of two cores or more: the server has one for itself, nobody else runs there, and attackers run
// where nobody else wants to. So what the good client waits beside an attack is what the server's work for attackers takes.
// (Each program is one event loop, as nginx is one process.)
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
//   tunnels   1,500 tunnels, closed all at once
//   uploads   bodies in chunks of one octet, through the proxy
//   scrapes   1,200 connections to the exporter, which have asked once
//   probes    long probes, and clients that go; in the lab

#include <tests/fuzz/live/subject.hpp>
#include <tests/lab/hostile/attack.hpp>
#include <tests/lab/hostile/cores.hpp>
#include <tests/lab/hostile/exporter_attacks.hpp>
#include <tests/lab/hostile/httpd_attacks.hpp>
#include <tests/lab/hostile/proxy_attacks.hpp>
#include <tests/lab/hostile/site.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace hostile;
using live::Subject;
using Clock = std::chrono::steady_clock;

namespace {

/// What a good client asks for, and how the answer ends.
struct Good {
    std::function<std::string()> request;
    std::string end = "good\n";
};

/// Milliseconds that a good client waits for its answers, from the shortest to the longest.
std::vector<double> measure(std::uint16_t port, bool connects_anew, std::chrono::seconds length, const Good& good)
{
    std::vector<double> waits;
    std::optional<Socket> socket{port};
    for (const auto end = Clock::now() + length; Clock::now() < end; std::this_thread::sleep_for(2ms)) {
        const auto begun = Clock::now();
        std::string received;
        if (connects_anew) socket.emplace(port);
        socket->send(good.request());
        while (!received.ends_with(good.end) && Clock::now() - begun < 20s) {
            if (socket->receive(received, 1000)) continue;
            socket.emplace(port);  // it was closed as an idle one: a client tries again
            received.clear();
            socket->send(good.request());
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

void try_out(const Attack& attack, Subject& server, const Good& good)
{
    const auto quiet = measure(server.port(), attack.connects_anew, 3s, good);
    const auto memory_before = server.memory().second, descriptors_before = server.descriptors();
    std::atomic<bool> stop{false};
    std::vector<double> beside;
    long descriptors = 0;
    {
        const std::jthread attacker{[&] {
            cores().take(Role::attacker);
            attack.run(server.port(), stop);
        }};
        std::this_thread::sleep_for(500ms);
        try {
            beside = measure(server.port(), attack.connects_anew, 6s, good);
        } catch (const std::runtime_error&) {
            beside.push_back(1e9);
        }
        descriptors = server.descriptors();
        stop = true;
    }
    const auto at_most = server.memory().first;
    std::this_thread::sleep_for(10s);
    std::printf("%-9s %-8s %9.2f %9.2f %9.2f %6.1f %9.2f %8.1f %8.1f %8.1f %6ld %6ld %6ld\n", attack.name.c_str(),
                server.name().c_str(), quantile(quiet, .99), quantile(beside, .5), quantile(beside, .99),
                quantile(beside, .99) / quantile(quiet, .99), beside.back(), static_cast<double>(memory_before) / 1024,
                static_cast<double>(at_most) / 1024, static_cast<double>(server.memory().second) / 1024,
                descriptors_before, descriptors, server.descriptors());
    std::fflush(stdout);
}

/// A server on its core: a process has those of the thread that started it.
Subject started(const std::string& name, const std::vector<std::string>& command, const Site& site,
                std::uint16_t port = 0)
{
    const Place at_its_core{Role::server};
    return Subject{name, command, site.path(), port};
}

void attack_files(const Attack& attack, const std::string& programs, const Site& site)
{
    const Good good{[] { return get("/good.txt"); }};
    {
        Subject httpd = started("httpd++", site.httpd(programs + "/httpd++", attack.options), site);
        try_out(attack, httpd, good);
    }
    const std::string nginx = "/usr/sbin/nginx";
    if (attack.nginx_connections == 0 || !fs::exists(nginx)) return;
    const auto port = Origin{}.port();  // that is free
    Subject beside = started("nginx", site.nginx(nginx, port, attack.nginx_connections), site, port);
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
    const Good good{[&] {
        auto host = origin.host();
        if (!attack.good_host.empty())
            host = "good" + std::to_string(number++) + attack.good_host + ":" + std::to_string(origin.port());
        return get("http://" + host + "/good.txt", host);
    }};
    {
        Subject proxy = started("proxy++",
                                {programs + "/proxy++", "--allow-private", "--connect-port", "all", "--bind",
                                 "127.0.0.1", "--port", "0", "--access-log", "none"},
                                site);
        try_out(attack, proxy, good);
    }
    const std::string squid = "/usr/sbin/squid";
    if (!fs::exists(squid)) return;
    const auto port = Origin{}.port();  // that is free
    Subject beside = started("squid", site.squid(squid, port), site, port);
    try_out(attack, beside, good);
}

void attack_exporter(const Attack& attack, const std::string& programs, const Site& site)
{
    const char* const lab = std::getenv("LIBNET_LAB");
    if (attack.in_lab && lab == nullptr) {
        std::printf("%-9s left out (run it by tests/lab/network.sh)\n", attack.name.c_str());
        return;
    }
    const Good good{[] {
                        return "GET /probe?target=127.0.0.1 HTTP/1.0\r\nHost: 127.0.0.1\r\n"
                               "Accept: application/openmetrics-text; version=1.0.0\r\n\r\n";
                    },
                    "# EOF\n"};
    Subject exporter = started("ping++", {programs + "/ping++", "--listen", "127.0.0.1:0", "127.0.0.1"}, site);
    try_out(attack, exporter, good);
}

}  // namespace

int main(int argc, char** argv)
try {
    if (argc < 2) {
        std::fprintf(stderr, "usage: hostile DIRECTORY [ATTACK...]\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    cores().take(Role::good_client);
    const std::vector<std::string> wanted{argv + 2, argv + argc};
    const Site site;
    const Origin origin;
    std::printf("%zu cores\n", cores().count());
    std::printf(
        "                   ms: quiet   beside                             MiB:                      descriptors:\n");
    std::printf("%-9s %-8s %9s %9s %9s %6s %9s %8s %8s %8s %6s %6s %6s\n", "attack", "program", "p99", "p50", "p99",
                "times", "max", "before", "most", "after", "before", "beside", "after");
    auto attacks = httpd_attacks();
    for (auto& attack : proxy_attacks(origin)) attacks.push_back(attack);
    for (auto& attack : exporter_attacks()) attacks.push_back(attack);
    for (const auto& attack : attacks) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), attack.name) == wanted.end()) continue;
        if (attack.victim == Victim::httpd) attack_files(attack, argv[1], site);
        else if (attack.victim == Victim::proxy) attack_proxy(attack, argv[1], site, origin);
        else attack_exporter(attack, argv[1], site);
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "hostile: %s\n", error.what());
    return 1;
}
