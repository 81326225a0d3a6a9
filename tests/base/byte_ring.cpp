#include <libnet/base/byte_ring.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <thread>

namespace byte_ring_tests {

using namespace libnet;

namespace {

/// Takes all that there is, in one piece or two.
std::string take_all(base::ByteRing& ring)
{
    std::string all;
    for (auto lines = ring.front(); !lines.empty(); lines = ring.front()) {
        all += lines;
        ring.pop(lines.size());
    }
    return all;
}

}  // namespace

TEST_CASE("a ring gives back what went in, around its end", "[base][byte_ring]")
{
    base::ByteRing ring{8};
    CHECK(ring.empty());
    for (int round = 0; round < 20; ++round) {  // begins at each of its places
        CHECK(ring.push("abc"));
        CHECK(!ring.push("defghi"));
        CHECK(!ring.empty());
        CHECK(take_all(ring) == "abc");
        CHECK(ring.empty());
        CHECK(ring.push("1234"));
        CHECK(take_all(ring) == "1234");
        CHECK(ring.push(""));
        CHECK(ring.front().empty());
    }
    CHECK(!ring.push("123456789"));
}

TEST_CASE("a text lies in one piece, behind the others or at the front of the ring", "[base][byte_ring]")
{
    base::ByteRing ring{8};
    CHECK(ring.push("abc"));
    CHECK(ring.push("de"));
    CHECK(ring.push("fgh"));
    CHECK(!ring.push("x"));      // it is full
    ring.pop(5);                 // what is left begins in the middle
    CHECK(!ring.push("12345"));  // the front has room for four: else it would look empty
    CHECK(ring.push("1234"));
    CHECK(!ring.push("5"));
    CHECK(ring.front() == "fgh");
    ring.pop(3);
    CHECK(ring.front() == "1234");
    CHECK(ring.push("5678"));
    CHECK(ring.front() == "12345678");
    ring.pop(8);
    CHECK(ring.empty());
}

TEST_CASE("what is looked at stays as it is while more comes", "[base][byte_ring]")
{
    base::ByteRing ring{8};
    CHECK(ring.push("abcd"));
    const auto seen = ring.front();
    CHECK(ring.push("efgh"));
    CHECK(!ring.push("i"));
    CHECK(seen == "abcd");
    ring.pop(2);
    CHECK(ring.push("1"));  // where it was
    CHECK(ring.front() == "cdefgh");
    ring.pop(6);
    CHECK(ring.front() == "1");
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
    while (out.size() < expected.size()) out += take_all(ring);
    writer.join();
    CHECK((out == expected));
}

}  // namespace byte_ring_tests
