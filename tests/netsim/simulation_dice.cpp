// What happens to a share of the packets: the same ones for the same seed, and as many as the scenario says.

#include <tests/support/catch.hpp>
#include <tests/support/netsim.hpp>

#include <map>

namespace simulation_dice_tests {

using namespace netsim;
using namespace netsim::test;

namespace {

constexpr int probes = 10'000;

std::string impaired(const std::string& words, int seed = 1)
{
    return "seed: " + std::to_string(seed) +
           "\npath: [r1, host]\nnodes: {host: {address: 10.9.0.1}}\nlinks: [{between: [r1, host], " + words + "}]\n";
}

/// How many packets had each fate, and the flags of the answers.
std::map<std::string, int> play_many(const std::string& scenario)
{
    Play play{scenario};
    std::map<std::string, int> counts;
    for (int i = 0; i < probes; ++i) {
        for (const auto& event : play.send({.second = static_cast<std::uint16_t>(i)}, i * 1ms)) {
            ++counts[play.words(event.record)];
            counts["duplicate"] += event.record.duplicate;
            counts["corrupt"] += event.record.corrupt && !event.packet.empty();
            counts["late"] += event.record.late && event.took() >= 2s;
            counts["reordered"] += event.record.reordered && event.took() >= 10ms;
        }
    }
    return counts;
}

/// Five standard deviations of a binomial distribution.
bool near(int count, double share)
{
    return std::abs(count - probes * share) < 5 * std::sqrt(probes * share * (1 - share));
}

}  // namespace

TEST_CASE("losses are as many as the scenario says, there and back")
{
    auto counts = play_many(impaired("loss: 10%, back: {loss: 20%}"));
    CHECK(near(counts["dropped loss host"], 0.1));
    CHECK(near(counts["unheard loss host"], 0.9 * 0.2));
    CHECK(counts["dropped loss host"] + counts["unheard loss host"] + counts["answered echo host"] == probes);
}

TEST_CASE("duplicates are answers of their own, from either direction")
{
    auto there = play_many(impaired("duplicate: 5%, back: {duplicate: 0}"));
    CHECK(there["answered echo host"] == probes + there["duplicate"]);
    CHECK(near(there["duplicate"], 0.05));
    auto back = play_many(impaired("back: {duplicate: 5%, duplicate-after: 3ms}"));
    CHECK(back["answered echo host"] == probes + back["duplicate"]);
    CHECK(near(back["duplicate"], 0.05));
}

TEST_CASE("late and reordered answers take longer, and say so")
{
    auto counts = play_many(impaired("back: {late: 5%, reorder: 3%}"));
    CHECK(near(counts["late"], 0.05));
    CHECK(near(counts["reordered"], 0.03));
}

TEST_CASE("a damaged request is not answered, and a damaged answer fails its checksum")
{
    auto counts = play_many(impaired("corrupt: 2%, back: {corrupt: 4%}"));
    CHECK(near(counts["dropped corrupt host"], 0.02));
    CHECK(near(counts["corrupt"], 0.98 * 0.04));

    Play play{impaired("back: {corrupt: 100%}")};
    for (int i = 0; i < 100; ++i) {
        const auto events = play.send({.second = static_cast<std::uint16_t>(i)});
        REQUIRE(events.size() == 1);
        CHECK(libnet::base::checksum(events[0].parsed()->payload) != 0);
        CHECK(libnet::base::load_be<std::uint32_t>(events[0].parsed()->payload, 4) ==
              (1U << 16 | static_cast<unsigned>(i)));
    }
}

TEST_CASE("jitter is spread over its whole width")
{
    Play play{impaired("delay: 1ms, jitter: 10ms, back: {delay: 0, jitter: 0}")};
    Duration least = 1s, most{};
    for (int i = 0; i < 1000; ++i) {
        const auto took = play.send({}).at(0).took();
        least = std::min(least, took);
        most = std::max(most, took);
    }
    CHECK(least >= 1ms);
    CHECK(least < 1100us);
    CHECK(most > 10'900us);
    CHECK(most < 11ms);
}

TEST_CASE("the same seed gives the same fates, another one others")
{
    const auto words = "loss: 10%, duplicate: 5%, corrupt: 2%, back: {late: 5%, jitter: 1ms}";
    CHECK(play_many(impaired(words, 7)) == play_many(impaired(words, 7)));
    CHECK(play_many(impaired(words, 7)) != play_many(impaired(words, 8)));
}

}  // namespace simulation_dice_tests
