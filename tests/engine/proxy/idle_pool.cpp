#include <libnet/engine/proxy/idle_pool.hpp>
#include <tests/support/catch.hpp>

#include <memory>

namespace idle_pool_tests {

using namespace std::chrono_literals;
using libnet::engine::IdlePool;

namespace {

const IdlePool<int>::TimePoint start{};

}  // namespace

TEST_CASE("the connection that was used last is taken first", "[engine][pool]")
{
    IdlePool<int> pool;
    pool.put("a", 1, start);
    pool.put("b", 2, start);
    pool.put("a", 3, start);
    CHECK(pool.take("a", start) == 3);
    CHECK(pool.take("a", start) == 1);
    CHECK(pool.take("a", start) == std::nullopt);
    CHECK(pool.size() == 1);
}

TEST_CASE("a connection that waited too long is dropped", "[engine][pool]")
{
    IdlePool<std::shared_ptr<int>> pool{{.timeout = 10s}};
    auto connection = std::make_shared<int>(1);
    const std::weak_ptr watcher{connection};
    pool.put("a", std::move(connection), start);
    CHECK(pool.next_expiry() == start + 10s);
    pool.expire(start + 9s);
    CHECK_FALSE(watcher.expired());
    CHECK(pool.take("a", start + 10s) == std::nullopt);
    CHECK(watcher.expired());
    CHECK(pool.next_expiry() == std::nullopt);
}

TEST_CASE("where there are too many, the oldest goes", "[engine][pool]")
{
    IdlePool<int> pool{{.max_size = 3, .max_per_key = 2}};
    pool.put("a", 1, start);
    pool.put("a", 2, start);
    pool.put("a", 3, start);
    CHECK(pool.size() == 2);
    pool.put("b", 4, start);
    pool.put("c", 5, start);
    CHECK(pool.size() == 3);
    CHECK(pool.take("a", start) == 3);
    CHECK(pool.take("a", start) == std::nullopt);
    pool.clear();
    CHECK(pool.size() == 0);
}

TEST_CASE("a connection for a request that takes no idle one adds to none that wait", "[engine][pool]")
{
    using libnet::engine::IdlePlace;
    IdlePool<int> pool;
    for (const int made : {1, 2, 3}) pool.put("a", made, start, IdlePlace::of_the_oldest);
    CHECK(pool.size() == 1);
    pool.put("b", 4, start, IdlePlace::of_the_oldest);
    pool.put("a", 5, start);
    pool.put("a", 6, start, IdlePlace::of_the_oldest);
    CHECK(pool.size() == 3);
    CHECK(pool.take("a", start) == 6);
    CHECK(pool.take("a", start) == 5);
    CHECK(pool.take("a", start) == std::nullopt);
    CHECK(pool.take("b", start) == 4);
}

TEST_CASE("a pool of no size or no time keeps nothing", "[engine][pool]")
{
    IdlePool<int> no_size{{.max_size = 0}}, no_room{{.max_per_key = 0}}, no_time{{.timeout = 0s}};
    no_size.put("a", 1, start);
    no_room.put("a", 1, start);
    no_time.put("a", 1, start);
    CHECK(no_size.size() + no_room.size() + no_time.size() == 0);
}

TEST_CASE("without a limit a connection is kept", "[engine][pool]")
{
    IdlePool<int> pool{{.timeout = std::chrono::milliseconds::max()}};
    pool.put("a", 1, start + 5s);
    pool.expire(start + 24h);
    CHECK(pool.take("a", start + 24h) == 1);
}

}  // namespace idle_pool_tests
