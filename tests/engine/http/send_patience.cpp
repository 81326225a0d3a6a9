#include <libnet/engine/http/send_patience.hpp>
#include <tests/support/catch.hpp>

namespace send_patience_tests {

using namespace libnet::engine;
using namespace std::chrono_literals;

TEST_CASE("a client that takes nothing in time is given up", "[engine][limits]")
{
    SendPatience patience{10s, 0};
    CHECK(patience.blocked(HttpTime{5s}) == HttpTime{15s});
    CHECK(patience.judge(HttpTime{14s}, 1, false).empty());
    CHECK(patience.blocked(HttpTime{100s}) == HttpTime{110s});
    CHECK(patience.judge(HttpTime{110s}, 1, true) == client_stuck);
}

TEST_CASE("a client that takes too little while it is waited for is given up, and only that time counts",
          "[engine][limits]")
{
    SendPatience patience{10s, 100};
    std::uint64_t sent = 0;
    HttpTime now{};
    const auto takes = [&](std::uint64_t size) {
        patience.blocked(now);
        now += 5s;
        const auto why = patience.judge(now, sent += size, false);
        now += 60s;  // there is nothing to send
        return why;
    };
    CHECK(takes(500).empty());
    CHECK(takes(500).empty());
    CHECK(takes(500).empty());
    CHECK(takes(499) == client_slow);
}

TEST_CASE("the longest time is never", "[engine][limits]")
{
    SendPatience patience{SendPatience::Duration::max(), 1};
    CHECK(patience.blocked(HttpTime{5s}) == HttpTime::max());
    CHECK(patience.judge(HttpTime{24h}, 0, false).empty());
}

}  // namespace send_patience_tests
