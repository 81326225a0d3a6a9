#include <libnet/engine/ping/ping_times_recorder.hpp>
#include <tests/support/catch.hpp>

namespace ping_statistics_tests {

using namespace std::chrono_literals;
using libnet::PingStatistics;
using libnet::PingTimes;
using libnet::engine::PingTimesRecorder;

TEST_CASE("loss is the share of the probes whose end is known and that were not answered", "[engine][ping_statistics]")
{
    CHECK(PingStatistics{}.loss_percent() == 0);
    CHECK(PingStatistics{.sent = 3, .pending = 3}.loss_percent() == 0);
    CHECK(PingStatistics{.sent = 4, .received = 3, .lost = 1}.loss_percent() == 25);
    CHECK(PingStatistics{.sent = 4, .received = 2, .late = 1, .lost = 1}.loss_percent() == 25);
    CHECK(PingStatistics{.sent = 5, .received = 2, .errors = 1, .send_errors = 1, .pending = 1}.loss_percent() == 50);
}

TEST_CASE("no replies have no times", "[engine][ping_statistics]")
{
    CHECK(PingTimesRecorder{}.times() == PingTimes{});
}

TEST_CASE("times are summed up as iputils does, with percentiles inside of what was measured",
          "[engine][ping_statistics]")
{
    PingTimesRecorder recorder;
    for (const auto rtt : {1'000'001ns, 3'000'001ns}) recorder.add(rtt);
    const auto times = recorder.times();
    CHECK(times.min == 1'000'001ns);
    CHECK(times.mean == 2'000'001ns);
    CHECK(times.max == 3'000'001ns);
    CHECK(times.mdev == 1ms);
    CHECK(times.standard_deviation == 1'414'214ns);
    CHECK(times.p50 >= times.min);
    CHECK(times.p50 <= 1'010'001ns);
    CHECK(times.p99 >= 2'970'000ns);
    CHECK(times.p99 <= times.max);
}

TEST_CASE("jitter, moving average and the last time follow the order of the replies", "[engine][ping_statistics]")
{
    PingTimesRecorder recorder;
    for (const auto rtt : {16ms, 32ms, 16ms}) recorder.add(rtt);
    const auto times = recorder.times();
    CHECK(times.last == 16ms);
    CHECK(times.ewma == 17'750us);               // 16, then 16 + 16 / 8 = 18, then 18 - 2 / 8
    CHECK(times.jitter == 16ms);                 // 16 up, 16 down
    CHECK(times.jitter_rfc3550 == 1'937'500ns);  // 16 / 16 = 1, then 1 + 15 / 16
    CHECK(times.p90 <= times.max);
    CHECK(times.p999 <= times.max);
}

}  // namespace ping_statistics_tests
