#include <libnet/base/byte_ring.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <thread>

namespace byte_ring_tests {

using namespace libnet;

TEST_CASE("a ring gives back what went in, around its end", "[base][byte_ring]")
{
    base::ByteRing ring{8};
    std::string out;
    CHECK(ring.empty());
    for (int round = 0; round < 5; ++round) {
        CHECK(ring.push("abc"));
        CHECK(ring.push("de"));
        CHECK(!ring.push("fghi"));
        CHECK(ring.push("fgh"));
        CHECK(!ring.push("x"));
        out.clear();
        ring.pop_all(out);
        CHECK(out == "abcdefgh");
        CHECK(ring.empty());
        CHECK(ring.push("123"));
        ring.pop_all(out);
    }
    CHECK(!ring.push("123456789"));
}

TEST_CASE("a ring between two threads loses nothing and mixes nothing up", "[base][byte_ring]")
{
    base::ByteRing ring{64};
    constexpr int lines = 20'000;
    std::string out;
    std::thread writer{[&ring] {
        for (int i = 0; i < lines; ++i) {
            const auto line = std::to_string(i) + "\n";
            while (!ring.push(line)) std::this_thread::yield();
        }
    }};
    std::string expected;
    for (int i = 0; i < lines; ++i) expected += std::to_string(i) + "\n";
    while (out.size() < expected.size()) ring.pop_all(out);
    writer.join();
    CHECK((out == expected));
}

}  // namespace byte_ring_tests
