#include <libnet/io/tcp/connection_budget.hpp>
#include <tests/support/catch.hpp>

#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace connection_budget_tests {

using libnet::io::ConnectionBudget;
using Place = ConnectionBudget::Place;

TEST_CASE("there are as many places as the limit says", "[io][connection_budget]")
{
    ConnectionBudget budget{2};
    auto first = budget.take();
    CHECK(first);
    {
        const auto second = budget.take();
        CHECK(second);
        CHECK(budget.is_full());
        CHECK_FALSE(budget.take());
        CHECK(budget.open() == 2);
    }
    CHECK(budget.take());
    first = Place{};
    CHECK(budget.open() == 0);
}

TEST_CASE("without a limit places are counted all the same, for one that comes", "[io][connection_budget]")
{
    ConnectionBudget budget{0};
    std::vector<Place> places;
    for (int i = 0; i < 5; ++i) places.push_back(budget.take());
    CHECK_FALSE(budget.is_full());
    budget.limit(3);
    CHECK_FALSE(budget.take());
    places.resize(2);
    CHECK(budget.take());
    const auto beyond = budget.take_anyway();
    CHECK(budget.open() == 3);
}

TEST_CASE("several threads never take more places than there are", "[io][connection_budget]")
{
    ConnectionBudget budget{10};
    std::atomic<std::size_t> held{0}, most{0}, taken{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int turn = 0; turn < 20'000; ++turn) {
                    std::vector<Place> places;
                    for (int n = 0; n < 4; ++n)
                        if (auto place = budget.take()) places.push_back(std::move(place));
                    const auto now = held += places.size();
                    for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
                    }
                    taken += places.size();
                    held -= places.size();
                }
            });
    }
    CHECK(most <= 10);
    CHECK(taken > 0);
    CHECK(budget.open() == 0);
}

TEST_CASE("who is asked for room is asked once for each wish, and never asks itself", "[io][connection_budget]")
{
    ConnectionBudget budget{1};
    int asked = 0, told = 0;
    const auto me = budget.join({[] { FAIL("it asks itself"); }, [&] { ++told; }, [] {}});
    const auto other = budget.join({[&] { asked += budget.take_request() ? 1 : 0; }, [] {}, [] {}});
    const auto third = budget.join({[&] { asked += budget.take_request() ? 1 : 0; }, [] {}, [] {}});
    budget.ask(me);
    CHECK(asked == 1);
    budget.tell_room();
    CHECK(told == 1);
    budget.leave(other);
    budget.leave(third);
    budget.ask(me);
    CHECK(asked == 1);
    budget.leave(me);
}

TEST_CASE("while it is held there is one place at most, and spare connections go", "[io][connection_budget]")
{
    ConnectionBudget budget{0};
    int shed = 0, looked = 0;
    const auto member = budget.join({[] {}, [&] { ++looked; }, [&] { ++shed; }});
    auto only = budget.take();
    budget.hold(true);
    CHECK(shed == 1);
    CHECK(budget.is_full());
    CHECK_FALSE(budget.take());
    only = Place{};  // with no connection left to wait for, it would be held for ever
    CHECK_FALSE(budget.is_full());
    only = budget.take();
    CHECK(only);
    CHECK(budget.is_full());
    budget.hold(true);  // still
    CHECK(shed == 2);
    budget.hold(false);
    CHECK(looked == 1);
    CHECK(budget.take());
    budget.hold(false);
    CHECK(looked == 1);
    budget.leave(member);
}

}  // namespace connection_budget_tests
