#include <libnet/engine/trace/hop_statistics.hpp>
#include <tests/support/catch.hpp>

#include <cmath>

namespace hop_statistics_tests {

using namespace libnet;
using namespace std::chrono_literals;

namespace {

bool is_near(double value, double wanted, double margin) { return std::abs(value - wanted) <= margin; }

}  // namespace

TEST_CASE("a hop without probes has no numbers", "[engine][trace]")
{
    const auto numbers = HopStatistics{}.numbers();
    CHECK(numbers == HopNumbers{});
    CHECK(numbers.loss() == 0);
}

TEST_CASE("a hop's numbers are those of mtr, computed rightly", "[engine][trace]")
{
    HopStatistics hop;
    for (const auto rtt : {2ms, 4ms, 4ms, 4ms, 5ms, 5ms, 7ms, 9ms}) hop.on_answer(rtt);
    hop.on_lost();
    hop.on_lost();
    const auto n = hop.numbers();
    CHECK(n.sent == 10);
    CHECK(n.received == 8);
    CHECK(is_near(n.loss(), 0.2, 1e-9));
    CHECK(is_near(n.loss_bounds.low, 0.0567, 0.001));
    CHECK(is_near(n.loss_bounds.high, 0.5098, 0.001));
    CHECK(n.last == 9ms);
    CHECK(n.best == 2ms);
    CHECK(n.mean == 5ms);
    CHECK(n.worst == 9ms);
    CHECK(is_near(static_cast<double>(n.deviation.count()), 2'138'090, 100));  // sqrt(32 / 7) ms
    CHECK(n.p50 >= 3970us);
    CHECK(n.p50 <= 4040us);
    CHECK(n.p99 >= 8930us);
    CHECK(n.jitter_mean == 1ms);  // 2, 0, 0, 1, 0, 2, 2 over seven differences
}

TEST_CASE("the first answer has no jitter, and a step is smoothed by a sixteenth", "[engine][trace]")
{
    HopStatistics hop;
    hop.on_answer(100ms);
    CHECK(hop.numbers().jitter == 0ns);
    CHECK(hop.numbers().deviation == 0ns);
    hop.on_answer(116ms);
    CHECK(hop.numbers().jitter == 1ms);
    hop.on_lost();
    hop.on_answer(116ms);
    CHECK(hop.numbers().jitter == 937'500ns);
}

TEST_CASE("a refused probe is lost, and its time is none of the hop's", "[engine][trace]")
{
    HopStatistics hop;
    hop.on_answer(1ms);
    hop.on_unreachable();
    CHECK(hop.numbers().sent == 2);
    CHECK(hop.numbers().unreachable == 1);
    CHECK(hop.numbers().loss() == 0.5);
    CHECK(hop.numbers().worst == 1ms);
}

}  // namespace hop_statistics_tests
