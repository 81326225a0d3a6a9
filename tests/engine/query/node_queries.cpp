#include <libnet/engine/query/node_queries.hpp>
#include <tests/support/catch.hpp>

#include <variant>

namespace node_queries_tests {

using namespace std::chrono_literals;
using namespace libnet::engine;
using action::Done, action::WaitUntil;
using libnet::wire::NodeNonce;

namespace {

const NodeQueries::TimePoint start{1h};

NodeQueriesOptions options(std::uint64_t count = 0)
{
    NodeQueriesOptions result;
    result.count = count;
    result.key = {1, 2};
    return result;
}

/// Its nonce; the query is sent.
NodeNonce sent(NodeQueries& queries, NodeQueries::TimePoint when, std::uint64_t sequence)
{
    const auto action = queries.next(when);
    const auto* send = std::get_if<action::Send<NodeQueries::Query>>(&action);
    REQUIRE(send != nullptr);
    CHECK(send->sequence == sequence);
    return send->nonce;
}

using Match = NodeQueries::Match;

}  // namespace

TEST_CASE("node queries leave at their interval, each with a nonce of its own", "[engine][query]")
{
    NodeQueries queries{options()};
    const auto first = sent(queries, start, 1);
    CHECK(queries.next(start + 10ms) == NodeQueries::Action{WaitUntil{start + 1s}});
    const auto second = sent(queries, start + 1s, 2);
    CHECK(first != second);
    CHECK(queries.numbers() == NodeQueries::Numbers{2, 0, 0, 0, 1s});
}

TEST_CASE("a node's reply counts once, and others to the same query are duplicates", "[engine][query]")
{
    NodeQueries queries{options()};
    const auto nonce = sent(queries, start, 1);
    CHECK(queries.on_reply(nonce) == Match{1, true});
    CHECK(queries.on_reply(nonce) == Match{1, false});
    CHECK(queries.numbers() == NodeQueries::Numbers{1, 1, 1, 0, 0s});
}

TEST_CASE("a reply with another nonce is none of ours", "[engine][query]")
{
    NodeQueries queries{options()};
    CHECK_FALSE(queries.on_reply(NodeNonce{}));
    const auto nonce = sent(queries, start, 1);
    for (std::size_t at = 0; at < nonce.size(); ++at) {
        auto other = nonce;
        other[at] ^= std::byte{1};
        CHECK_FALSE(queries.on_reply(other));
        CHECK_FALSE(queries.on_error(other));
    }
    NodeQueries other_key{options()};
    auto different = options();
    different.key = {1, 3};
    NodeQueries theirs{different};
    CHECK_FALSE(queries.on_reply(sent(theirs, start, 1)));
    CHECK(queries.numbers() == NodeQueries::Numbers{1, 0, 0, 0, 0s});
}

TEST_CASE("it is enough when all node queries have an answer or an error", "[engine][query]")
{
    NodeQueries queries{options(2)};
    const auto first = sent(queries, start, 1), second = sent(queries, start + 1s, 2);
    CHECK(queries.on_reply(second) == Match{2, true});
    CHECK(queries.next(start + 1500ms) == NodeQueries::Action{WaitUntil{start + 2s}});
    CHECK(queries.on_error(first) == 1);
    CHECK(queries.next(start + 1600ms) == NodeQueries::Action{Done{}});
}

TEST_CASE("the last node replies are waited for, longer if there was none", "[engine][query]")
{
    NodeQueries silent{options(1)}, other{options(2)};
    sent(silent, start, 1);
    CHECK(silent.next(start + 1s) == NodeQueries::Action{WaitUntil{start + 10s}});
    CHECK(silent.next(start + 10s) == NodeQueries::Action{Done{}});
    other.on_reply(sent(other, start, 1));
    sent(other, start + 1s, 2);
    CHECK(other.next(start + 1s) == NodeQueries::Action{WaitUntil{start + 2s}});
    CHECK(other.next(start + 2s) == NodeQueries::Action{Done{}});
}

TEST_CASE("with a deadline the count is of node replies", "[engine][query]")
{
    auto both = options(1);
    both.deadline = 1500ms;
    NodeQueries queries{both};
    sent(queries, start, 1);
    sent(queries, start + 1s, 2);
    CHECK(queries.next(start + 1s) == NodeQueries::Action{WaitUntil{start + 1500ms}});
    CHECK(queries.next(start + 1500ms) == NodeQueries::Action{Done{}});
}

TEST_CASE("a node query's number may go past what its nonce holds", "[engine][query]")
{
    NodeQueries queries{options()};
    const auto first = sent(queries, start, 1);
    auto when = start;
    NodeNonce last{};
    for (std::uint64_t i = 2; i <= 65'537; ++i) last = sent(queries, when += 1s, i);
    CHECK_FALSE(queries.on_reply(first));  // too long ago: its half of the number is another query's now
    CHECK(queries.on_reply(last) == Match{65'537, true});
}

}  // namespace node_queries_tests
