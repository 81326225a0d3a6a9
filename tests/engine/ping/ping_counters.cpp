#include <libnet/engine/ping/ping_counters.hpp>
#include <tests/support/catch.hpp>

namespace ping_counters_tests {

using namespace libnet::engine;
using enum PingCount;

TEST_CASE("counters begin at zero, and go up and down each on its own", "[engine][ping_counters]")
{
    PingCounters counters;
    for (const auto what : {sent, pending, lost, reordered}) CHECK(counters[what] == 0);
    for (const auto what : {sent, sent, lost, lost, lost, reordered}) counters.up(what);
    counters.down(lost);
    CHECK(counters[sent] == 2);
    CHECK(counters[lost] == 2);
    CHECK(counters[reordered] == 1);
    CHECK(counters[late] == 0);
}

TEST_CASE("what is pending can be cancelled as a whole", "[engine][ping_counters]")
{
    PingCounters counters;
    counters.cancel_pending();
    CHECK(counters[cancelled] == 0);
    counters.up(pending);
    counters.up(pending);
    counters.cancel_pending();
    CHECK(counters[pending] == 0);
    CHECK(counters[cancelled] == 2);
}

TEST_CASE("each counter has its place in the statistics", "[engine][ping_counters]")
{
    PingCounters counters;
    std::uint64_t times = 0;
    for (const auto what : {sent, received, pending, late, lost, errors, send_errors, cancelled, duplicates, corrupt,
                            foreign, reordered, other_address})
    {
        ++times;
        for (std::uint64_t i = 0; i < times; ++i) counters.up(what);
    }
    libnet::PingStatistics sum;
    counters.add_to(sum);
    counters.add_to(sum);
    CHECK(sum.sent == 2);
    CHECK(sum.received == 4);
    CHECK(sum.pending == 6);
    CHECK(sum.late == 8);
    CHECK(sum.lost == 10);
    CHECK(sum.errors == 12);
    CHECK(sum.send_errors == 14);
    CHECK(sum.cancelled == 16);
    CHECK(sum.duplicates == 18);
    CHECK(sum.corrupt == 20);
    CHECK(sum.foreign == 22);
    CHECK(sum.reordered == 24);
    CHECK(sum.other_address == 26);
}

}  // namespace ping_counters_tests
