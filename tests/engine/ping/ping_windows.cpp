#include <libnet/engine/ping/ping_windows.hpp>
#include <tests/support/ping_lab.hpp>

namespace ping_windows_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

namespace {

constexpr PingWindow all_windows[]{PingWindow::second, PingWindow::ten_seconds, PingWindow::minute};

}  // namespace

TEST_CASE("windows in which nothing happened are empty", "[engine][ping_windows]")
{
    const PingWindows windows;
    for (const auto window : all_windows) CHECK(windows.statistics(window, start) == PingStatistics{});
}

TEST_CASE("a window has what happened in it, and older things leave it", "[engine][ping_windows]")
{
    PingWindows windows;
    windows.count(start, PingCount::received);
    windows.on_reply(start, 5ms);
    CHECK(windows.statistics(PingWindow::second, start + 800ms).received == 1);
    CHECK(windows.statistics(PingWindow::second, start + 1s).received == 0);
    CHECK(windows.statistics(PingWindow::second, start + 1s).rtt == PingTimes{});
    CHECK(windows.statistics(PingWindow::ten_seconds, start + 9s).received == 1);
    CHECK(windows.statistics(PingWindow::ten_seconds, start + 10s).received == 0);
    CHECK(windows.statistics(PingWindow::minute, start + 54s).rtt.max == 5ms);
    CHECK(windows.statistics(PingWindow::minute, start + 60s).received == 0);
    CHECK(windows.statistics(PingWindow::minute, start + 24h).received == 0);
}

TEST_CASE("a window's times are those of its replies, whichever slices they are in", "[engine][ping_windows]")
{
    PingWindows windows;
    auto now = start;
    for (const auto rtt : {40ms, 10ms, 20ms, 30ms}) {
        windows.count(now, PingCount::received);
        windows.on_reply(now, rtt);
        now += 2500ms;
    }
    const auto all = windows.statistics(PingWindow::minute, start + 10s);
    CHECK(all.sent == 4);
    CHECK(all.rtt.min == 10ms);
    CHECK(all.rtt.mean == 25ms);
    CHECK(all.rtt.max == 40ms);
    CHECK(all.rtt.last == 30ms);
    CHECK(all.rtt.jitter == 16'666'667ns);  // 30, 10, 10
    CHECK(all.rtt.mdev == 11'180'340ns);
    CHECK(all.rtt.p50 >= 19'800us);
    CHECK(all.rtt.p50 <= 20'200us);

    const auto last = windows.statistics(PingWindow::second, start + 7500ms);
    CHECK(last.sent == 1);
    CHECK(last.rtt.mean == 30ms);
    CHECK(last.rtt.jitter == 10ms);  // after the one before it
}

TEST_CASE("the longest outage of a window may have begun before it", "[engine][ping_windows]")
{
    PingWindows windows;
    windows.on_outage(start, {100, 100s});
    windows.on_outage(start + 2s, {2, 2s});
    windows.on_outage(start + 2s, {1, 1s});
    CHECK(windows.statistics(PingWindow::minute, start + 2s).longest_outage == PingOutage{100, 100s});
    CHECK(windows.statistics(PingWindow::second, start + 2s).longest_outage == PingOutage{2, 2s});
}

TEST_CASE("an engine counts probes in its windows when they end", "[engine][ping_windows]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.interval = 100ms, .timeout = 300ms, .count = 4, .windows = true}, start);
    const auto plain = lab.engine.add(other_host, {.count = 1}, start);
    lab.run(start);
    lab.run(start + 100ms);
    lab.run(start + 200ms);
    lab.run(start + 300ms);
    std::erase_if(lab.sent, [](const PingProbe& probe) { return probe.to == other_host; });
    REQUIRE(lab.sent.size() == 4);
    lab.reply(lab.sent[1], start + 310ms);
    lab.reply(lab.sent[1], start + 311ms);
    lab.reply(lab.sent[2], start + 312ms);
    lab.unreachable(lab.sent[3], lab.payload_of(lab.sent[3]));
    lab.run(start + 320ms);
    lab.reply(lab.sent[0], start + 400ms);  // late

    const auto numbers = lab.engine.statistics(target, PingWindow::second, start + 500ms).value();
    CHECK(numbers.sent == 4);
    CHECK(numbers.received == 2);
    CHECK(numbers.lost == 1);
    CHECK(numbers.errors == 1);
    CHECK(numbers.duplicates == 1);
    CHECK(numbers.pending == 0);
    CHECK(numbers.loss_percent() == 50);
    CHECK(numbers.rtt.max == 210ms);
    CHECK(lab.numbers(target).late == 1);

    CHECK(lab.engine.statistics(target, PingWindow::second, start + 3s).value() == PingStatistics{});
    CHECK_FALSE(lab.engine.statistics(plain, PingWindow::second, start));
    lab.engine.remove(target);
    CHECK_FALSE(lab.engine.statistics(target, PingWindow::second, start));
}

}  // namespace ping_windows_tests
