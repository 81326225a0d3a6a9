#include <libnet/base/recent_set.hpp>
#include <tests/support/catch.hpp>

namespace recent_set_tests {

TEST_CASE("a recent set forgets what was added first", "[engine]")
{
    libnet::engine::RecentSet<int> set{2};
    CHECK_FALSE(set.contains(1));
    set.add(1);
    set.add(2);
    set.add(1);  // it is there, and stays as old as it was
    CHECK(set.contains(1));
    set.add(3);
    CHECK_FALSE(set.contains(1));
    CHECK(set.contains(2));
    CHECK(set.contains(3));
    CHECK(set.size() == 2);
}

}  // namespace recent_set_tests
