// hostile DIRECTORY [ATTACK...]: starts httpd++ of DIRECTORY for each attack, and shows what a good client has of it: its
// latency alone and beside the attack, and the server's memory and descriptors before, at most, and ten
// seconds after. For comparing builds; run it on a quiet machine.
//
//   listings  large listings, asked for and not taken
//   deep      paths of 2,000 segments, no two alike
//   hashes    HEAD of large files
//   names     long names of nothing, for several hosts
//   logins    wrong passwords, 41 at a time

#include <tests/fuzz/live/conversation.hpp>
#include <tests/fuzz/live/subject.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace live;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int large_files = 12, hosts = 6;

/// What is served.
struct Site {
    Site()
    {
        std::string name = (fs::temp_directory_path() / "hostile-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path = name;
        fs::create_directories(path / "root/many");
        fs::create_directories(path / "root/private");
        std::ofstream{path / "root/good.txt"} << "good\n";
        std::ofstream{path / "root/private/a.txt"} << "private\n";
        for (int i = 0; i < 10'000; ++i)
            std::ofstream{path / "root/many" / (std::to_string(i) + std::string(200, 'n'))};
        for (int i = 0; i < large_files; ++i) {
            const auto file = path / ("root/large" + std::to_string(i));
            std::ofstream{file} << "begin";
            fs::resize_file(file, std::uintmax_t{1} << 30);
        }
        // bcrypt of "secret", at the cost that htpasswd has for a default of servers
        std::ofstream{path / "users"} << "alice:$2y$10$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";
    }
    ~Site()
    {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }

    std::vector<std::string> command(const std::string& programs) const
    {
        const auto root = (path / "root").string();
        std::vector<std::string> words{programs + "/httpd++",
                                       root,
                                       "--bind",
                                       "127.0.0.1",
                                       "--port",
                                       "0",
                                       "--listing",
                                       "--access-log",
                                       "none",
                                       "--users",
                                       (path / "users").string(),
                                       "--access",
                                       "/private/ users *"};
        for (int i = 0; i < hosts; ++i) {
            words.push_back("--host");
            words.push_back("host" + std::to_string(i) + ".example=" + root);
        }
        return words;
    }

    fs::path path;
};

std::string get(const std::string& path, const std::string& host = "a", const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
}

/// An attack, until it is told to stop.
using Attack = std::function<void(std::uint16_t port, const std::atomic<bool>& stop)>;

/// Asks and goes, and keeps some connections that take nothing.
void ask_for_listings(std::uint16_t port, const std::atomic<bool>& stop)
{
    std::deque<Socket> silent;
    for (int i = 0; i < 120 && !stop; ++i)
        silent.emplace_back(port).send(get(i % 2 == 0 ? "/many/" : "/many/?sort=size"));
    while (!stop) {
        for (int i = 0; i < 100; ++i) Socket{port}.send(get("/many/"));
        std::this_thread::sleep_for(20ms);
    }
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

void ask_for_depths(std::uint16_t port, const std::atomic<bool>& stop)
{
    std::uint64_t number = 0;
    keep_asking(port, stop, [&] {
        std::string path = "/" + std::to_string(number++);
        for (int i = 0; i < 2000; ++i) path += "/a";
        return get(path);
    });
}

void ask_for_hashes(std::uint16_t port, const std::atomic<bool>& stop)
{
    int number = 0;
    keep_asking(port, stop, [&] {
        std::this_thread::sleep_for(1ms);
        return "HEAD /large" + std::to_string(number++ % large_files) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    });
}

void ask_for_names(std::uint16_t port, const std::atomic<bool>& stop)
{
    std::uint64_t number = 0;
    keep_asking(port, stop, [&] {
        std::string path;
        for (int i = 0; i < 12; ++i) path += '/' + std::string(240, 'x');
        ++number;
        return get(path + std::to_string(number), "host" + std::to_string(number % hosts) + ".example");
    });
}

void log_in(std::uint16_t port, const std::atomic<bool>& stop)
{
    while (!stop) {
        std::deque<Socket> clients;
        for (int i = 0; i < 41; ++i)
            clients.emplace_back(port).send(get("/private/a.txt", "a", "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"));
        std::string received;
        for (const auto& client : clients) client.receive(received, 2000);
    }
}

const std::map<std::string, Attack> attacks{{"listings", ask_for_listings},
                                            {"deep", ask_for_depths},
                                            {"hashes", ask_for_hashes},
                                            {"names", ask_for_names},
                                            {"logins", log_in}};

/// Milliseconds that a good client waits for its answers, from the shortest to the longest.
std::vector<double> measure(std::uint16_t port, std::chrono::seconds length)
{
    std::vector<double> waits;
    const Socket socket{port};
    for (const auto end = Clock::now() + length; Clock::now() < end; std::this_thread::sleep_for(2ms)) {
        const auto begun = Clock::now();
        std::string received;
        socket.send(get("/good.txt"));
        while (!received.ends_with("good\n") && Clock::now() - begun < 20s)
            if (!socket.receive(received, 1000)) throw std::runtime_error{"the good client is not served"};
        waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    std::sort(waits.begin(), waits.end());
    return waits;
}

double quantile(const std::vector<double>& waits, double part)
{
    return waits[static_cast<std::size_t>(part * static_cast<double>(waits.size() - 1))];
}

void try_out(const std::string& name, const Attack& attack, const std::string& programs, const Site& site)
{
    Subject httpd{"httpd++", site.command(programs), site.path};
    const auto quiet = measure(httpd.port(), 3s);
    const auto memory_before = httpd.memory().second, descriptors_before = httpd.descriptors();
    std::atomic<bool> stop{false};
    std::vector<double> beside;
    long descriptors = 0;
    {
        const std::jthread attacker{[&] { attack(httpd.port(), stop); }};
        std::this_thread::sleep_for(500ms);
        beside = measure(httpd.port(), 6s);
        descriptors = httpd.descriptors();
        stop = true;
    }
    const auto at_most = httpd.memory().first;
    std::this_thread::sleep_for(10s);
    std::printf("%-9s %9.2f %9.2f %9.2f %9.2f %8ld %8ld %8ld %6ld %6ld %6ld\n", name.c_str(), quantile(quiet, .99),
                quantile(beside, .5), quantile(beside, .99), beside.back(), memory_before / 1024, at_most / 1024,
                httpd.memory().second / 1024, descriptors_before, descriptors, httpd.descriptors());
    std::fflush(stdout);
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
    std::printf("          ms: quiet   beside                      MiB:                      descriptors:\n");
    std::printf("%-9s %9s %9s %9s %9s %8s %8s %8s %6s %6s %6s\n", "attack", "p99", "p50", "p99", "max", "before",
                "most", "after", "before", "beside", "after");
    for (const auto& [name, attack] : attacks)
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())
            try_out(name, attack, argv[1], site);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "hostile: %s\n", error.what());
    return 1;
}
