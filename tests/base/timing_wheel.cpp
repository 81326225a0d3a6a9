#include <libnet/base/timing_wheel.hpp>
#include <tests/support/catch.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace timing_wheel_tests {

using libnet::base::TimingWheel;

namespace {

/// Turns the wheel until the entry has come due for the first time, and returns the ticks that it took.
int ticks_until_due(TimingWheel& wheel, const TimingWheel::Entry& entry, int limit = 2000)
{
    for (int ticks = 1; ticks <= limit; ++ticks) {
        wheel.advance();
        if (entry.due()) return ticks;
    }
    return -1;
}

}  // namespace

TEST_CASE("an entry comes due at its tick, near and beyond one turn of the wheel", "[base][timing_wheel]")
{
    for (int ticks : {1, 2, 255, 256, 257, 1000}) {
        INFO(ticks);
        TimingWheel wheel;
        int calls = 0;
        TimingWheel::Entry entry{wheel, [&] { ++calls; }};
        entry.schedule(static_cast<TimingWheel::Ticks>(ticks));
        CHECK(ticks_until_due(wheel, entry) == ticks);
        CHECK(calls == 1);
    }
}

TEST_CASE("an entry that came due is called again at every tick until it is scheduled anew", "[base][timing_wheel]")
{
    TimingWheel wheel;
    int calls = 0;
    TimingWheel::Entry entry{wheel, [&] { ++calls; }};
    entry.schedule(0);
    wheel.advance();
    wheel.advance();
    CHECK(calls == 2);
    entry.schedule(3);
    CHECK_FALSE(entry.due());
    wheel.advance();
    wheel.advance();
    CHECK(calls == 2);
    wheel.advance();
    CHECK(calls == 3);
}

TEST_CASE("a deadline that moves away is met late, one that moves nearer is met early", "[base][timing_wheel]")
{
    TimingWheel wheel;
    TimingWheel::Entry entry{wheel, [] {}};
    entry.schedule(2);
    entry.schedule(10);
    CHECK(ticks_until_due(wheel, entry) == 10);
    entry.schedule(100);
    entry.schedule(5);
    CHECK(ticks_until_due(wheel, entry) == 5);
}

TEST_CASE("a cancelled entry is never called, and leaves the wheel when the hand comes by", "[base][timing_wheel]")
{
    TimingWheel wheel;
    int calls = 0;
    TimingWheel::Entry entry{wheel, [&] { ++calls; }};
    CHECK(wheel.empty());
    entry.schedule(3);
    entry.cancel();
    CHECK_FALSE(wheel.empty());
    CHECK(ticks_until_due(wheel, entry, 3) == -1);
    CHECK(wheel.empty());
    CHECK(calls == 0);
}

TEST_CASE("entries may be destroyed, cancelled and scheduled from a call", "[base][timing_wheel]")
{
    TimingWheel wheel;
    std::vector<int> calls;
    std::optional<TimingWheel::Entry> second;
    std::unique_ptr<TimingWheel::Entry> self;
    TimingWheel::Entry first{wheel, [&] {
                                 calls.push_back(1);
                                 second.reset();
                                 first.cancel();
                             }};
    second.emplace(wheel, [&] { calls.push_back(2); });
    self = std::make_unique<TimingWheel::Entry>(wheel, [&] {
        calls.push_back(3);
        self.reset();
    });
    first.schedule(1);
    second->schedule(1);
    self->schedule(1);
    for (int i = 0; i < 300; ++i) wheel.advance();
    CHECK(calls == std::vector{1, 3});
    CHECK(wheel.empty());
}

TEST_CASE("many deadlines that pass together are called some at a time", "[base][timing_wheel]")
{
    TimingWheel wheel;
    std::vector<int> called;
    std::deque<TimingWheel::Entry> entries;
    for (int i = 0; i < 5; ++i) {
        entries.emplace_back(wheel, [&called, &entries, i] {
            called.push_back(i);
            entries[static_cast<std::size_t>(i)].cancel();
        });
        entries.back().schedule(1);
    }
    CHECK(!wheel.advance(2));
    CHECK(called == std::vector{0, 1});
    CHECK(entries[4].due());
    entries[2].cancel();
    entries[3].schedule(1);  // it has got more time while it waited
    CHECK(!wheel.empty());
    CHECK(wheel.go_on(10));
    CHECK(called == std::vector{0, 1, 4});
    CHECK(wheel.advance(10));
    CHECK(called == std::vector{0, 1, 4, 3});
}

}  // namespace timing_wheel_tests
