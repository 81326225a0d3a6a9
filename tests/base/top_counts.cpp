#include <libnet/base/top_counts.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace top_counts_tests {

using libnet::base::TopCounts;

TEST_CASE("few names are counted exactly", "[base][top_counts]")
{
    TopCounts counts{4};
    for (int i = 0; i < 3; ++i) counts.add("a", 1, 10);
    counts.add("b");
    counts.add("c", 7);
    CHECK(counts.top(2) == std::vector<TopCounts::Entry>{{"c", 7, 0, 0}, {"a", 3, 0, 30}});
    CHECK(counts.top(9).size() == 3);
}

TEST_CASE("a new name takes the place of the smallest, and says how much of its count may be another's",
          "[base][top_counts]")
{
    TopCounts counts{2};
    counts.add("a", 5);
    counts.add("b", 2);
    counts.add("c", 1, 9);
    CHECK(counts.top(2) == std::vector<TopCounts::Entry>{{"a", 5, 0, 0}, {"c", 3, 2, 9}});
}

TEST_CASE("what is frequent is found among any number of names that come once", "[base][top_counts]")
{
    TopCounts counts{64};
    std::mt19937 random{7};
    std::map<std::string, std::uint64_t> truth;
    for (int i = 0; i < 100'000; ++i) {
        const bool hot = random() % 5 == 0;
        const auto name = hot ? "hot" + std::to_string(random() % 4) : "once" + std::to_string(i);
        ++truth[name];
        counts.add(name);
    }
    const auto top = counts.top(4);
    REQUIRE(top.size() == 4);
    for (const auto& entry : top) {
        CHECK(entry.name.starts_with("hot"));
        CHECK(entry.count >= truth[entry.name]);
        CHECK(entry.count - entry.error <= truth[entry.name]);
    }
    CHECK(counts.top(1000).size() == 64);
}

TEST_CASE("what was hot fades", "[base][top_counts]")
{
    TopCounts counts{8};
    counts.add("old", 100);
    counts.add("once");
    counts.fade();
    CHECK(counts.top(8) == std::vector<TopCounts::Entry>{{"old", 50, 0, 0}});
    for (int i = 0; i < 6; ++i) counts.fade();
    CHECK(counts.empty());
}

TEST_CASE("sketches are added up, and names are cut", "[base][top_counts]")
{
    TopCounts one{8, 3}, other{8, 3};
    one.add("abcdef");
    other.add("abcxyz", 2);
    other.add("b");
    one.merge(other);
    CHECK(one.top(1) == std::vector<TopCounts::Entry>{{"abc", 3, 0, 0}});
}

}  // namespace top_counts_tests
