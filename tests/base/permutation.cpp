// Numbers in an order that can't be predicted without the key.

#include <libnet/base/permutation.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <vector>

namespace permutation_tests {

using libnet::base::Permutation;

TEST_CASE("each number below the bound comes once, whatever the bound", "[base]")
{
    for (std::uint64_t size = 1; size <= 70; ++size) {
        const Permutation order{size, {1, 2}};
        std::vector<bool> seen(size);
        for (std::uint64_t place = 0; place < size; ++place) {
            const auto number = order.at(place);
            REQUIRE(number < size);
            CHECK_FALSE(seen[number]);
            seen[number] = true;
        }
    }
}

TEST_CASE("another key is another order, and neighbours are far apart", "[base]")
{
    constexpr std::uint64_t size = 10'000;
    const Permutation one{size, {1, 2}}, other{size, {1, 3}};
    std::uint64_t same = 0, near = 0;
    for (std::uint64_t place = 0; place + 1 < size; ++place) {
        if (one.at(place) == other.at(place)) ++same;
        const auto here = one.at(place), next = one.at(place + 1);
        if ((here < next ? next - here : here - next) < 16) ++near;
    }
    CHECK(same < 20);   // one in ten thousand is expected, so one
    CHECK(near < 100);  // 32 are expected
}

TEST_CASE("four thousand million numbers need no table", "[base]")
{
    const Permutation order{std::uint64_t{1} << 32, {7, 7}};
    CHECK(order.at(0) < order.size());
    CHECK(order.at(order.size() - 1) < order.size());
    CHECK(order.at(0) != order.at(1));
    CHECK(Permutation{(std::uint64_t{1} << 62), {1, 1}}.at(5) < (std::uint64_t{1} << 62));
}

}  // namespace permutation_tests
