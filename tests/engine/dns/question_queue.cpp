#include <libnet/engine/dns/question_queue.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>

namespace question_queue_tests {

using namespace std::chrono_literals;
using namespace libnet::engine;

namespace {

const QuestionQueue::TimePoint start{1h};
constexpr ClientKey alice{1}, bob{2}, carol{3};
using Ids = std::vector<QuestionQueue::Id>;

/// The questions that go out at this time.
Ids asked(QuestionQueue& queue, QuestionQueue::TimePoint now = start)
{
    Ids all;
    while (const auto question = queue.next(now)) all.push_back(*question);
    return all;
}

}  // namespace

TEST_CASE("a question goes out once, whoever wants it", "[engine][names]")
{
    QuestionQueue queue;
    CHECK(asked(queue).empty());
    CHECK_FALSE(queue.deadline());
    queue.add(1, alice);
    queue.add(1, alice);
    queue.add(1, bob);
    CHECK(asked(queue) == Ids{1});
    queue.add(1, carol);
    CHECK(asked(queue).empty());
    CHECK(queue.under_way() == 1);
    queue.end(1);
    queue.end(1);
    CHECK(queue.under_way() == 0);
}

TEST_CASE("clients take turns, and of one client's questions the newest and the oldest go out alternately",
          "[engine][names]")
{
    QuestionQueue queue;
    for (const auto id : Ids{1, 2, 3, 4}) queue.add(id, alice);
    queue.add(5, bob);
    CHECK(asked(queue) == Ids{4, 5, 1, 3, 2});
}

TEST_CASE("a question that another client wants as well goes out when it is the turn of either", "[engine][names]")
{
    QuestionQueue queue;
    for (QuestionQueue::Id id = 1; id <= 9; ++id) queue.add(id, alice);
    queue.add(5, bob);
    CHECK(asked(queue) == Ids{9, 5, 1, 8, 2, 7, 3, 6, 4});
}

TEST_CASE("a question that was cancelled doesn't go out; one under way can't be taken back", "[engine][names]")
{
    QuestionQueue queue;
    queue.add(1, alice);
    queue.add(1, bob);
    queue.add(2, bob);
    CHECK(queue.drop(1));
    CHECK(queue.drop(7));  // it never asked for it
    CHECK(asked(queue) == Ids{2});
    CHECK_FALSE(queue.drop(2));
    CHECK(queue.under_way() == 1);
}

TEST_CASE("questions without an answer make room after a while", "[engine][names]")
{
    QuestionQueue queue{{.max_quick = 2, .max_quick_per_client = 2, .patience = 10ms}};
    for (const auto id : Ids{1, 2, 3, 4}) queue.add(id, alice);
    CHECK(asked(queue) == Ids{4, 1});
    CHECK(queue.deadline() == start + 10ms);
    CHECK(asked(queue, start + 9ms).empty());
    queue.end(1);
    CHECK(asked(queue, start + 9ms) == Ids{3});
    CHECK(asked(queue, start + 10ms) == Ids{2});
    CHECK_FALSE(queue.deadline());
    CHECK(queue.under_way() == 3);
}

TEST_CASE("a client that fills its share of what may soon be answered leaves room for others", "[engine][names]")
{
    QuestionQueue queue{{.max_quick = 3, .max_quick_per_client = 2}};
    for (const auto id : Ids{1, 2, 3, 4}) queue.add(id, alice);
    CHECK(asked(queue).size() == 2);
    queue.add(5, bob);
    CHECK(asked(queue) == Ids{5});
}

TEST_CASE("a client that fills its share of what is under way leaves room for others", "[engine][names]")
{
    QuestionQueue queue{{.patience = 1ms, .max_under_way = 3, .max_under_way_per_client = 2}};
    for (const auto id : Ids{1, 2, 3, 4}) queue.add(id, alice);
    CHECK(asked(queue).size() == 2);
    CHECK(asked(queue, start + 1h).empty());
    queue.add(5, bob);
    queue.add(6, bob);
    CHECK(asked(queue, start + 1h) == Ids{6});
    CHECK_FALSE(queue.deadline());  // time brings nothing: one must end
    queue.end(6);
    CHECK(asked(queue, start + 1h) == Ids{5});
}

TEST_CASE("beside ten thousand questions that hang, another one goes out within the patience", "[engine][names]")
{
    QuestionQueue queue;
    for (QuestionQueue::Id id = 1; id <= 10'000; ++id) queue.add(id, alice);
    asked(queue);
    SECTION("of another client: at once")
    {
        queue.add(10'001, bob);
        CHECK(asked(queue) == Ids{10'001});
    }
    SECTION("of the same client: in the next round")
    {
        queue.add(10'001, alice);
        const auto next = asked(queue, queue.deadline().value());
        CHECK(std::ranges::count(next, 10'001U) == 1);
        CHECK(queue.deadline().value() - start <= 2 * QuestionQueueOptions{}.patience);
    }
}

}  // namespace question_queue_tests
