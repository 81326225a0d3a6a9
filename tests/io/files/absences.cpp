#include <libnet/io/files/absences.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <string>

namespace absences_tests {

using namespace libnet;
using namespace std::chrono_literals;
using engine::LookUpFailure, io::Absences;

namespace {

constexpr Absences::Cache::Time start{1000s};

/// Puts in names of a good length until there is no room for more.
void fill(Absences& absences, unsigned store)
{
    for (int i = 0; i < 100'000; ++i)
        absences.put(store, std::string(200, 'x') + std::to_string(i), LookUpFailure::not_found, start);
}

}  // namespace

TEST_CASE("what all event loops of a process remember of nothing has one bound", "[io][absences]")
{
    Absences one{{.entries = 1'000'000}};
    const auto store = one.add_store();
    fill(one, store);
    CHECK(one.bytes() <= Absences::most_bytes);
    CHECK(one.bytes() > Absences::most_bytes / 2);

    Absences other{{.entries = 1'000'000}};
    fill(other, other.add_store());
    fill(one, store);
    CHECK(one.bytes() + other.bytes() <= Absences::most_bytes);
}

TEST_CASE("names of one store are not those of another", "[io][absences]")
{
    Absences absences;
    const auto one = absences.add_store(), other = absences.add_store();
    absences.put(one, "d/a", LookUpFailure::forbidden, start);
    absences.put(other, "d/a", LookUpFailure::not_found, start);
    REQUIRE(absences.find(one, "d/a") != nullptr);
    CHECK(absences.find(one, "d/a")->value == LookUpFailure::forbidden);
    CHECK_FALSE(absences.must_confirm(*absences.find(one, "d/a"), start + 999ms));
    CHECK(absences.must_confirm(*absences.find(one, "d/a"), start + 1s));
    CHECK(absences.forget_beneath(one, "d"));
    CHECK(absences.find(one, "d/a") == nullptr);
    CHECK(absences.find(other, "d/a") != nullptr);
    CHECK(absences.forget_beneath(other, ""));
    CHECK(absences.size() == 0);
}

TEST_CASE("long names are not remembered", "[io][absences]")
{
    Absences absences;
    const auto store = absences.add_store();
    absences.put(store, std::string(Absences::longest_name, 'x'), LookUpFailure::not_found, start);
    absences.put(store, std::string(Absences::longest_name + 1, 'x'), LookUpFailure::not_found, start);
    CHECK(absences.size() == 1);
}

}  // namespace absences_tests
