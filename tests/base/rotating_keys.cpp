#include <libnet/base/rotating_keys.hpp>
#include <tests/support/catch.hpp>

namespace rotating_keys_tests {

using namespace std::chrono_literals;
using Keys = libnet::engine::RotatingKeys<int>;

namespace {

struct Fixture {
    int current(std::chrono::seconds at)
    {
        return keys.current(Keys::Time{at}, [this] { return ++made; });
    }
    Keys::Found find(std::chrono::seconds at, int key) const
    {
        return keys.find(Keys::Time{at}, [key](int candidate) { return candidate == key; });
    }

    Keys keys{100s};
    int made = 0;
};

}  // namespace

TEST_CASE("a key is used for its period, and then replaced", "[engine]")
{
    Fixture f;
    CHECK(f.current(5s) == 1);
    CHECK(f.current(104s) == 1);
    CHECK(f.current(105s) == 2);
    CHECK(f.current(204s) == 2);
}

TEST_CASE("a replaced key opens for one more period, and asks for a renewal", "[engine]")
{
    Fixture f;
    CHECK(f.find(0s, 1).key == nullptr);
    f.current(0s);
    REQUIRE(f.find(99s, 1).key != nullptr);
    CHECK(f.find(99s, 1).newest);
    f.current(100s);
    REQUIRE(f.find(199s, 1).key != nullptr);
    CHECK(*f.find(199s, 1).key == 1);
    CHECK_FALSE(f.find(199s, 1).newest);
    CHECK(f.find(199s, 2).newest);
    CHECK(f.find(200s, 1).key == nullptr);
    CHECK(f.find(150s, 3).key == nullptr);
}

TEST_CASE("keys age while nothing is sealed", "[engine]")
{
    Fixture f;
    f.current(0s);
    CHECK_FALSE(f.find(150s, 1).newest);
    CHECK(f.find(150s, 1).key != nullptr);
    CHECK(f.find(200s, 1).key == nullptr);
    CHECK(f.current(500s) == 2);
    CHECK(f.find(500s, 1).key == nullptr);  // replaced only now, and yet too old
}

}  // namespace rotating_keys_tests
