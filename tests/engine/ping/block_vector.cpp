#include <libnet/engine/ping/block_vector.hpp>
#include <tests/support/catch.hpp>

namespace block_vector_tests {

TEST_CASE("elements stay where they are while the vector grows", "[engine][block_vector]")
{
    libnet::engine::BlockVector<int, 4> numbers;
    CHECK(numbers.size() == 0);
    numbers.grow();
    int* const first = &numbers[0];
    CHECK(*first == 0);
    for (int i = 0; i < 100; ++i) {
        numbers[static_cast<std::size_t>(i)] = i;
        numbers.grow();
    }
    CHECK(numbers.size() == 101);
    CHECK(&numbers[0] == first);
    for (int i = 0; i < 100; ++i) CHECK(numbers[static_cast<std::size_t>(i)] == i);
    CHECK(numbers[100] == 0);
}

}  // namespace block_vector_tests
