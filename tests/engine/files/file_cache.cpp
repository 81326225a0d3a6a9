#include <libnet/engine/files/file_cache.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <string>

namespace file_cache_tests {

using namespace std::chrono_literals;
using libnet::engine::FileCacheLimits;
using libnet::engine::FileWeight;

namespace {

using Cache = libnet::engine::FileCache<int>;
const Cache::Time start{1h};

/// What is remembered of a name, or 0.
int value_of(Cache& cache, std::string_view name)
{
    const auto* entry = cache.find(name);
    return entry ? entry->value : 0;
}

}  // namespace

TEST_CASE("a cache remembers the last value of each name", "[engine][file_cache]")
{
    Cache cache{{}, {1, 2}};
    CHECK(value_of(cache, "a") == 0);
    cache.put("a", 1, {}, start);
    cache.put("b", 2, {}, start);
    cache.put("", 3, {}, start);
    CHECK(value_of(cache, "a") == 1);
    cache.put("a", 4, {}, start);
    CHECK(value_of(cache, "a") == 4);
    CHECK(value_of(cache, "b") == 2);
    CHECK(value_of(cache, "") == 3);
    CHECK(cache.size() == 3);
}

TEST_CASE("an entry is believed for a while, then it must be confirmed", "[engine][file_cache]")
{
    Cache cache{{.belief = 1000ms}, {}};
    cache.put("a", 1, {}, start);
    auto& entry = *cache.find("a");
    CHECK_FALSE(cache.must_confirm(entry, start));
    CHECK_FALSE(cache.must_confirm(entry, start + 999ms));
    CHECK(cache.must_confirm(entry, start + 1000ms));
    CHECK(cache.must_confirm(entry, start - 1ms));  // a clock that went back
    cache.confirm(entry, start + 1000ms);
    CHECK_FALSE(cache.must_confirm(entry, start + 1999ms));
    CHECK(cache.must_confirm(entry, start + 2000ms));
}

TEST_CASE("where there are too many entries, those go that were not used for longest", "[engine][file_cache]")
{
    Cache cache{{.entries = 3}, {}};
    for (int i = 1; i <= 3; ++i) cache.put(std::to_string(i), i, {}, start);
    CHECK(value_of(cache, "1") == 1);
    cache.put("4", 4, {}, start);
    CHECK(value_of(cache, "1") == 1);
    CHECK(value_of(cache, "2") == 0);
    CHECK(value_of(cache, "3") == 3);
    CHECK(value_of(cache, "4") == 4);
}

TEST_CASE("only what is forgotten because there is no more room is counted", "[engine][file_cache]")
{
    Cache cache{{.entries = 2, .descriptors = 1}, {}};
    cache.put("a", 1, {}, start);
    cache.put("a", 2, {}, start);
    cache.put("b", 3, {}, start);
    CHECK(cache.forget("a"));
    CHECK(cache.evictions() == 0);
    cache.put("c", 4, {}, start);
    cache.put("d", 5, {}, start);
    CHECK(cache.evictions() == 1);
    cache.put("too heavy", 6, {.descriptors = 2}, start);
    CHECK(cache.size() == 0);
    CHECK(cache.evictions() == 4);
}

TEST_CASE("descriptors and memory are bounded", "[engine][file_cache]")
{
    Cache cache{{.descriptors = 2, .bytes = 10'000}, {}};
    cache.put("file 1", 1, {.descriptors = 1}, start);
    cache.put("file 2", 2, {.descriptors = 1}, start);
    cache.put("file 3", 3, {.descriptors = 1}, start);
    CHECK(cache.descriptors() == 2);
    CHECK(value_of(cache, "file 1") == 0);

    cache.put("body", 4, {.bytes = 8000}, start);
    CHECK(cache.bytes() > 8000);
    CHECK(value_of(cache, "file 2") == 2);
    cache.put("other", 5, {.bytes = 8000}, start);
    CHECK(cache.bytes() <= 10'000);
    CHECK(value_of(cache, "body") == 0);
    CHECK(value_of(cache, "other") == 5);

    cache.put("huge", 6, {.bytes = 10'000}, start);
    CHECK(cache.size() == 0);
    CHECK(cache.bytes() == 0);
    CHECK(cache.descriptors() == 0);
}

TEST_CASE("names without anything behind them weigh something, too", "[engine][file_cache]")
{
    Cache cache{{.entries = 1'000'000, .bytes = 100'000}, {}};
    for (int i = 0; i < 1000; ++i) cache.put(std::string(1000, 'x') + std::to_string(i), i, {}, start);
    CHECK(cache.size() < 100);
}

TEST_CASE("a name is forgotten alone, a directory with all that lies in it", "[engine][file_cache]")
{
    Cache cache{{}, {}};
    for (const char* name : {"a", "a/b", "a/b/c", "ab", "a b", "x/a/b"}) cache.put(name, 1, {.descriptors = 1}, start);
    CHECK_FALSE(cache.forget("a/"));
    CHECK_FALSE(cache.forget_beneath("b"));
    CHECK(cache.forget("a/b/c"));
    CHECK(value_of(cache, "a/b") == 1);
    CHECK(cache.forget_beneath("a"));
    CHECK(value_of(cache, "a") == 0);
    CHECK(value_of(cache, "a/b") == 0);
    CHECK(value_of(cache, "ab") == 1);
    CHECK(value_of(cache, "a b") == 1);
    CHECK(cache.descriptors() == 3);
    CHECK(cache.forget_beneath(""));
    CHECK_FALSE(cache.forget_beneath(""));
    CHECK(cache.size() == 0);
}

TEST_CASE("descriptors are given up when others need them", "[engine][file_cache]")
{
    Cache cache{{}, {}};
    cache.put("large", 1, {.descriptors = 1}, start);
    cache.put("small", 2, {.bytes = 5}, start);
    CHECK(cache.give_up_descriptors());
    CHECK_FALSE(cache.give_up_descriptors());
    CHECK(value_of(cache, "large") == 0);
    CHECK(value_of(cache, "small") == 2);
}

TEST_CASE("what takes much memory is forgotten, and nothing else", "[engine][file_cache]")
{
    Cache cache{{}, {}};
    cache.put("large", 1, {.bytes = 2000}, start);
    cache.put("small", 2, {.bytes = 100}, start);
    CHECK(cache.forget_larger(1000));
    CHECK_FALSE(cache.forget_larger(1000));
    CHECK(value_of(cache, "large") == 0);
    CHECK(value_of(cache, "small") == 2);
}

TEST_CASE("a value lives as long as it is used, whatever the cache does", "[engine][file_cache]")
{
    libnet::engine::FileCache<std::shared_ptr<int>> cache{{.entries = 1}, {}};
    cache.put("a", std::make_shared<int>(7), {}, start);
    const auto held = cache.find("a")->value;
    cache.put("b", nullptr, {}, start);
    CHECK(cache.find("a") == nullptr);
    CHECK(*held == 7);
    CHECK(held.use_count() == 1);
}

}  // namespace file_cache_tests
