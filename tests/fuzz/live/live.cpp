// live DIRECTORY SECONDS [SEED]: talks to the programs in DIRECTORY, which should be built with AddressSanitizer, for so
// long: mutated requests, SOCKS, PROXY headers, WebSockets, answers of origins, parent proxies and name servers, and what
// comes before and inside of TLS; in pieces, at random moments, while they read their files again. It takes rounds of a
// minute. In the first one every option that costs memory or writes a log is on, in the others some are. The inputs and the
// options depend on the seed alone, which is printed; when they meet does not.
//
// It fails when a program ends, complains, leaks, or no longer serves a good client. To be run in a network of its own
// (tests/lab/network.sh), since what is mutated may be an address.

#include <tests/fuzz/live/configurations.hpp>
#include <tests/fuzz/live/folder.hpp>
#include <tests/fuzz/live/name_server.hpp>
#include <tests/fuzz/live/origin.hpp>
#include <tests/fuzz/live/round.hpp>
#include <tests/fuzz/live/target.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>

using namespace live;

namespace {

unsigned long long number(std::uint64_t value) { return value; }

/// The servers behind the programs. Those at ports below 1024 are where a user may have them.
struct Strangers {
    Strangers(const std::filesystem::path& seeds, std::uint64_t seed)
        : origin{seeds_in(seeds / "answers"), seed},
          names{seeds_in(seeds / "names"), seed}
    {
        try {
            https.emplace(seeds_in(seeds / "answers"), seed, std::uint16_t{443});
        } catch (const std::runtime_error&) {
            std::puts("live: without an origin at port 443, which is taken, or not for us");
        }
        if (!names.is_there()) std::puts("live: without a name server: port 53 is taken, or not for us");
    }

    std::uint64_t answered() const
    {
        return origin.answered() + names.answered() + (https ? https->answered() : std::uint64_t{0});
    }

    Origin origin;
    NameServer names;
    std::optional<Origin> https{};
};

int run(const std::string& programs, std::chrono::seconds length, std::uint64_t seed)
{
    using namespace std::chrono_literals;
    std::printf("live: seed %llu, %lld s\n", number(seed), static_cast<long long>(length.count()));
    const Folder folder;
    make_site(folder);
    const std::filesystem::path files{LIVE_SEEDS};
    const Strangers strangers{files, seed};
    const Seeds seeds{files, strangers.origin.port()};
    std::atomic<std::uint64_t> next{0};
    Outcome all;
    const auto end = std::chrono::steady_clock::now() + length;
    for (auto left = length; left > 0s && all.failure.empty();
         left = std::chrono::duration_cast<std::chrono::seconds>(end - std::chrono::steady_clock::now()))
    {
        Dice dice{seed + 1, all.rounds};
        std::printf("live: round %llu, from input %llu\n", number(all.rounds), number(next));
        std::fflush(stdout);
        Round round{Configurations{programs, folder, strangers.origin.port(), dice, all.rounds == 0}, folder, seeds,
                    seed, next};
        all.add(round.run(std::min(left, 60s)));
    }
    std::printf(
        "live: %llu rounds, %llu conversations, %llu answers, %llu of them refusals, %llu reloads, %llu answers "
        "of strangers\n",
        number(all.rounds), number(all.conversations), number(all.answers), number(all.refusals), number(all.reloads),
        number(strangers.answered()));
    if (all.failure.empty()) {
        std::puts("live: nothing found");
        return 0;
    }
    std::printf("live: found with seed %llu in round %llu, before input %llu:\n%s\n", number(seed),
                number(all.rounds - 1), number(next), all.failure.c_str());
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
