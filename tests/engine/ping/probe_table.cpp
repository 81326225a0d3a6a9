#include <libnet/engine/ping/probe_table.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace probe_table_tests {

using namespace libnet::engine;

namespace {

ProbeId add(ProbeTable& table, std::uint64_t key, std::uint64_t sequence)
{
    Probe probe;
    probe.key = key;
    probe.sequence = sequence;
    return table.add(probe);
}

std::vector<std::uint64_t> sequences(ProbeTable& table, std::uint64_t key)
{
    std::vector<std::uint64_t> found;
    table.for_each(key, [&](ProbeId, const Probe& probe) {
        found.push_back(probe.sequence);
        return false;
    });
    return found;
}

}  // namespace

TEST_CASE("an empty table finds nothing", "[engine][probe_table]")
{
    ProbeTable table;
    CHECK(table.find({0, 0}) == nullptr);
    CHECK(sequences(table, 1).empty());
    table.erase({0, 0});
    CHECK(table.size() == 0);
}

TEST_CASE("probes with one key are found together, those in the same bucket are not", "[engine][probe_table]")
{
    ProbeTable table;
    add(table, 1, 10);
    add(table, 1 + 64, 11);
    add(table, 1, 12);
    CHECK(sequences(table, 1) == std::vector<std::uint64_t>{12, 10});
    CHECK(sequences(table, 65) == std::vector<std::uint64_t>{11});
    CHECK(sequences(table, 2).empty());
}

TEST_CASE("a visitor that has what it wants sees no more", "[engine][probe_table]")
{
    ProbeTable table;
    add(table, 1, 10);
    add(table, 1, 11);
    int visits = 0;
    table.for_each(1, [&](ProbeId, const Probe&) { return ++visits == 1; });
    CHECK(visits == 1);
}

TEST_CASE("an erased probe's slot is used again, and its old id finds nothing", "[engine][probe_table]")
{
    ProbeTable table;
    const auto first = add(table, 1, 10);
    const auto second = add(table, 1, 11);
    table.erase(first);
    table.erase(first);
    CHECK(table.size() == 1);
    const auto third = add(table, 2, 12);
    CHECK(third.slot == first.slot);
    CHECK(table.find(first) == nullptr);
    CHECK(table.find(second)->sequence == 11);
    CHECK(table.find(third)->sequence == 12);
}

TEST_CASE("thousands of probes come and go without being mixed up", "[engine][probe_table]")
{
    ProbeTable table;
    std::vector<ProbeId> ids;
    for (std::uint64_t i = 0; i < 5'000; ++i) ids.push_back(add(table, i * i, i));
    for (std::size_t i = 0; i < 5'000; i += 2) table.erase(ids[i]);
    CHECK(table.size() == 2'500);
    for (std::uint64_t i = 1; i < 5'000; i += 2) {
        REQUIRE(table.find(ids[i])->sequence == i);
        REQUIRE(sequences(table, i * i) == std::vector<std::uint64_t>{i});
    }
    CHECK(sequences(table, 16).empty());
}

}  // namespace probe_table_tests
