// live DIRECTORY SECONDS [SEED]: talks to httpd++ and proxy++ in DIRECTORY, which should be built with AddressSanitizer, for
// so long: mutated requests, answers of origins and TLS handshakes, in pieces, at random moments. Every option that costs
// memory or writes a log is on. The inputs depend on the seed alone, which is printed; when they meet does not.
//
// It fails when a program ends, complains, leaks, or no longer serves a good client.

#include <tests/fuzz/live/conversation.hpp>
#include <tests/fuzz/live/mutation.hpp>
#include <tests/fuzz/live/origin.hpp>
#include <tests/fuzz/live/subject.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace fs = std::filesystem;
using namespace live;

namespace {

std::vector<std::string> seeds_in(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{folder}) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> seeds;
    for (const auto& file : files) seeds.push_back(read_file(file));
    if (seeds.empty()) throw std::runtime_error{"no seeds in " + folder.string()};
    return seeds;
}

void replace_all(std::string& text, const std::string& what, const std::string& by)
{
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// A folder that goes when the program does.
struct Folder {
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "live-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path = name;
    }
    ~Folder()
    {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }

    void write(const std::string& name, const std::string& text) const
    {
        fs::create_directories((path / name).parent_path());
        std::ofstream{path / name, std::ios::binary} << text;
    }
    std::string operator/(const std::string& name) const { return (path / name).string(); }

    fs::path path;
};

/// What httpd++ serves, and its own files.
void make_site(const Folder& folder)
{
    folder.write("root/good.txt", "good\n");
    folder.write("root/index.html", "<!doctype html><title>index</title>");
    folder.write("root/large.bin", std::string(1'500'000, 'l'));
    folder.write("root/app.js", std::string(20'000, 'j'));
    folder.write("root/app.js.gz", std::string(300, 'g'));
    folder.write("root/app.js.br", std::string(200, 'b'));
    folder.write("root/private/a.txt", "private");
    folder.write("root/404.html", "lost");
    for (int i = 0; i < 300; ++i) folder.write("root/many/file " + std::to_string(i), "x");
    // bcrypt of "secret", as cheap as it gets
    folder.write("users", "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
    folder.write("rules", "/private/ users alice\n*.key deny all\n");
    const auto certificate =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=live -keyout " +
        (folder / "key.pem") + " -out " + (folder / "cert.pem") + " 2>/dev/null";
    if (std::system(certificate.c_str()) != 0) throw std::runtime_error{"openssl makes no certificate"};
}

std::vector<std::string> httpd_command(const std::string& programs, const Folder& folder, std::vector<std::string> more)
{
    std::vector<std::string> command{programs + "/httpd++",
                                     folder / "root",
                                     "--bind",
                                     "127.0.0.1",
                                     "--port",
                                     "0",
                                     "--threads",
                                     "2",
                                     "--listing",
                                     "--compress",
                                     "--clean-urls",
                                     "--fallback",
                                     "index.html",
                                     "--error-page",
                                     "404=404.html",
                                     "--users",
                                     folder / "users",
                                     "--access-file",
                                     folder / "rules",
                                     "--cors",
                                     "https://a.example",
                                     "--redirect",
                                     "/old/* /new/*",
                                     "--header",
                                     "*.js X-A: b",
                                     "--client-connections",
                                     "1000",
                                     "--client-requests",
                                     "100000",
                                     "--client-burst",
                                     "100000",
                                     "--client-bandwidth",
                                     "1G",
                                     "--client-logins",
                                     "100000",
                                     "--max-connections",
                                     "500",
                                     "--header-timeout",
                                     "1",
                                     "--idle-timeout",
                                     "2",
                                     "--write-timeout",
                                     "2"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

/// Somebody to talk to, and what about.
struct Target {
    Subject* subject;
    std::vector<std::string> seeds;
    std::atomic<std::uint64_t> conversations{0}, answers{0}, refusals{0};
};

class Run {
public:
    Run(std::uint64_t seed, std::chrono::seconds length, std::deque<Target>& targets)
        : seed_{seed},
          end_{std::chrono::steady_clock::now() + length},
          targets_{targets}
    {}

    /// Talks until the time is up or something ends. `good` looks whether a good client is served.
    template <typename Good>
    std::string go(Good good)
    {
        std::vector<std::jthread> talkers;
        for (int i = 0; i < 6; ++i) talkers.emplace_back([this] { talk(); });
        std::string failure;
        while (failure.empty() && std::chrono::steady_clock::now() < end_) {
            std::this_thread::sleep_for(std::chrono::milliseconds{500});
            for (auto& target : targets_)
                if (!target.subject->is_alive()) failure = target.subject->name() + " has ended";
            if (failure.empty()) failure = good();
        }
        stopping_ = true;
        return failure;
    }

    std::uint64_t inputs() const { return next_; }

private:
    void talk()
    {
        while (!stopping_) {
            const auto number = next_++;
            Dice dice{seed_, number};
            auto& target = targets_[dice.below(targets_.size())];
            const auto input = mutate(target.seeds[dice.below(target.seeds.size())], target.seeds, dice);
            const auto status = converse(target.subject->port(), input, dice);
            ++target.conversations;
            target.answers += status != 0 ? 1 : 0;
            target.refusals += status >= 400 ? 1 : 0;
        }
    }

    const std::uint64_t seed_;
    const std::chrono::steady_clock::time_point end_;
    std::deque<Target>& targets_;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<bool> stopping_{false};
};

std::string good_client(const Subject& httpd, const Subject& proxy)
{
    const auto direct = ask(httpd.port(), "GET /good.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    if (!direct.ends_with("good\n")) return "httpd++ does not serve a good client: '" + direct.substr(0, 300) + "'";
    const auto url = "http://127.0.0.1:" + std::to_string(httpd.port()) + "/good.txt";
    const auto proxied =
        ask(proxy.port(), "GET " + url + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(httpd.port()) +
                              "\r\nConnection: close\r\n\r\n");
    if (!proxied.ends_with("good\n")) return "proxy++ does not serve a good client: '" + proxied.substr(0, 300) + "'";
    return {};
}

int run(const std::string& programs, std::chrono::seconds length, std::uint64_t seed)
{
    std::printf("live: seed %llu, %lld s\n", static_cast<unsigned long long>(seed),
                static_cast<long long>(length.count()));
    std::fflush(stdout);
    const Folder folder;
    make_site(folder);
    const fs::path seeds{LIVE_SEEDS};
    const Origin origin{seeds_in(seeds / "answers"), seed};
    Subject httpd{"httpd++", httpd_command(programs, folder, {"--access-log", folder / "log"}), folder.path};
    Subject secure{
        "httpd++ with TLS",
        httpd_command(programs, folder,
                      {"--access-log", folder / "tls.log", "--tls-cert", folder / "cert.pem", "--tls-key",
                       folder / "key.pem", "--tls-client-ca", folder / "cert.pem", "--tls-client-cert", "optional"}),
        folder.path};
    Subject proxy{"proxy++",
                  {programs + "/proxy++", "--allow-private", "--bind", "127.0.0.1", "--port", "0", "--threads", "2",
                   "--access-log", folder / "proxy.log"},
                  folder.path};

    auto requests = seeds_in(seeds / "requests"), hellos = seeds_in(seeds / "tls"),
         proxied = seeds_in(seeds / "proxied");
    for (auto& text : proxied) replace_all(text, "{origin}", "127.0.0.1:" + std::to_string(origin.port()));
    hellos.push_back(requests.front());
    std::deque<Target> targets;
    targets.emplace_back().subject = &httpd;
    targets.back().seeds = requests;
    targets.emplace_back().subject = &secure;
    targets.back().seeds = hellos;
    targets.emplace_back().subject = &proxy;
    targets.back().seeds = proxied;

    Run trial{seed, length, targets};
    auto failure = trial.go([&] { return good_client(httpd, proxy); });
    for (const auto& target : targets)
        std::printf("live: %s: %llu conversations, %llu answers, %llu of them refusals, %ld MiB at most\n",
                    target.subject->name().c_str(), static_cast<unsigned long long>(target.conversations),
                    static_cast<unsigned long long>(target.answers), static_cast<unsigned long long>(target.refusals),
                    target.subject->memory().first / 1024);
    for (auto* const subject : {&httpd, &secure, &proxy})
        if (const auto wrong = subject->stop(); !wrong.empty()) failure += (failure.empty() ? "" : "\n") + wrong;
    if (failure.empty()) {
        std::printf("live: %llu inputs and %llu answers of origins, nothing found\n",
                    static_cast<unsigned long long>(trial.inputs()),
                    static_cast<unsigned long long>(origin.answered()));
        return 0;
    }
    std::printf("live: found with seed %llu, before input %llu:\n%s\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(trial.inputs()), failure.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv)
try {
    if (argc < 3) {
        std::fprintf(stderr, "usage: live DIRECTORY SECONDS [SEED]\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const auto seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : std::random_device{}();
    return run(argv[1], std::chrono::seconds{std::atol(argv[2])}, seed);
} catch (const std::exception& error) {
    std::fprintf(stderr, "live: %s\n", error.what());
    return 2;
}
