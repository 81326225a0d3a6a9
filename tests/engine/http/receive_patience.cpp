#include <libnet/engine/http/receive_patience.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <limits>

namespace receive_patience_tests {

using namespace std::chrono_literals;
using libnet::engine::ReceivePatience;

TEST_CASE("a client that sends earns time for it", "[engine][limits]")
{
    const ReceivePatience patience{.first = 10s, .least_rate = 500};
    CHECK(patience.allowed(0) == 10s);
    CHECK(patience.allowed(1) == 10s + 2ms);
    CHECK(patience.allowed(500) == 11s);
    CHECK(patience.allowed(65'536) == 10s + 131'072ms);
}

TEST_CASE("a client that sends too little runs out of time", "[engine][limits]")
{
    // So many bytes a second, each of them on time: when is the next one too late?
    const auto ends_after = [](std::uint64_t rate) {
        const ReceivePatience patience{.first = 10s, .least_rate = 500, .longest = 60s};
        std::uint64_t received = 0;
        while (std::chrono::milliseconds{1000 * received / rate} <= patience.allowed(received)) ++received;
        return std::chrono::milliseconds{1000 * received / rate};
    };
    CHECK(ends_after(1) == 11s);
    CHECK(ends_after(250) > 19s);
    CHECK(ends_after(250) < 21s);
    CHECK(ends_after(500) > 59s);  // fast enough: only `longest` ends it
    CHECK(ends_after(5000) > 59s);
}

TEST_CASE("no client gets more than the longest time", "[engine][limits]")
{
    const ReceivePatience patience{.first = 10s, .least_rate = 1, .longest = 20s};
    CHECK(patience.allowed(9) == 19s);
    CHECK(patience.allowed(10) == 20s);
    CHECK(patience.allowed(std::numeric_limits<std::uint64_t>::max()) == 20s);
    const ReceivePatience endless{.first = 10s, .least_rate = 1};
    CHECK(endless.allowed(1'000'000) == 1'000'010s);
    CHECK(endless.allowed(std::numeric_limits<std::uint64_t>::max()) == std::chrono::milliseconds::max());
}

TEST_CASE("without a least rate the time doesn't depend on what comes", "[engine][limits]")
{
    const ReceivePatience patience{.first = 10s};
    CHECK(patience.allowed(0) == 10s);
    CHECK(patience.allowed(1'000'000) == 10s);
}

}  // namespace receive_patience_tests
