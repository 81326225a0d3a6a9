#include <libnet/base/ring_queue.hpp>
#include <tests/support/catch.hpp>

namespace ring_queue_tests {

using libnet::engine::RingQueue;

TEST_CASE("what went in first comes out first, however the ring grows and turns", "[engine][ring_queue]")
{
    RingQueue<int> queue;
    CHECK(queue.empty());
    int in = 0, out = 0;
    for (int round = 1; round <= 50; ++round) {
        for (int i = 0; i < round; ++i) queue.push_back(in++);
        for (int i = 0; i < round / 2; ++i) {
            REQUIRE(queue.front() == out++);
            queue.pop_front();
        }
        REQUIRE(queue.size() == static_cast<std::size_t>(in - out));
    }
    while (!queue.empty()) {
        REQUIRE(queue.front() == out++);
        queue.pop_front();
    }
    CHECK(in == out);
}

TEST_CASE("what is unwanted leaves the queue, and the others keep their order", "[engine][ring_queue]")
{
    RingQueue<int> queue;
    for (int i = 0; i < 20; ++i) queue.push_back(i);
    for (int i = 0; i < 10; ++i) queue.pop_front();
    for (int i = 20; i < 24; ++i) queue.push_back(i);  // around the ring's end
    queue.erase_if([](int i) { return i % 2 == 0; });
    CHECK(queue.size() == 7);
    for (int i = 11; !queue.empty(); i += 2) {
        CHECK(queue.front() == i);
        queue.pop_front();
    }
}

}  // namespace ring_queue_tests
