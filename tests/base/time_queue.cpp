#include <libnet/base/time_queue.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace time_queue_tests {

using Queue = libnet::base::TimeQueue<int, std::string>;

TEST_CASE("keys come in the order of their times, and of their coming among equal ones", "[base][time_queue]")
{
    Queue queue;
    CHECK(queue.empty());
    queue.push(7, "late");
    queue.push(3, "first");
    queue.push(3, "second");
    std::string order;
    for (; !queue.empty(); queue.pop()) order += queue.front() + '@' + std::to_string(queue.front_time()) + ' ';
    CHECK(order == "first@3 second@3 late@7 ");
}

TEST_CASE("what is no longer wanted is dropped when it comes to the front", "[base][time_queue]")
{
    Queue queue;
    for (const char* key : {"x", "x", "y", "x"}) queue.push(1, key);
    queue.drop_front_while([](const std::string& key) { return key == "x"; });
    CHECK(queue.front() == "y");
    queue.drop_front_while([](const std::string&) { return true; });
    CHECK(queue.empty());
}

}  // namespace time_queue_tests
