#include <libnet/engine/trace/path_difference.hpp>
#include <tests/engine/trace/random_path.hpp>
#include <tests/support/catch.hpp>

namespace path_difference_tests {

using namespace libnet;
using libnet::test::made_address;

namespace {

ExpectedHop hop(std::uint8_t ttl, std::vector<std::uint32_t> routers, bool reached = false)
{
    ExpectedHop made;
    made.ttl = ttl;
    made.reached = reached;
    for (const auto router : routers) made.routers.insert(made_address(router));
    return made;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the same path has no differences, and neither has a silent hop", "[engine][trace]")
{
    const std::vector path{hop(1, {1}), hop(2, {2, 3}), hop(3, {4}, true)};
    CHECK(path_differences(path, path).empty());
    CHECK(path_differences(path, {hop(1, {}), hop(2, {3}), hop(3, {4}, true)}).empty());
    CHECK(path_differences({hop(1, {}), hop(3, {4}, true)}, path).empty());
    CHECK(path_differences({}, path).empty());
    CHECK(path_differences(path, {hop(1, {1}), hop(2, {2}), hop(2, {3}), hop(3, {4}, true)}).empty());
}

TEST_CASE("another router, another distance and a destination that isn't reached are differences", "[engine][trace]")
{
    const std::vector path{hop(1, {1}), hop(2, {2, 3}), hop(3, {4}, true)};
    CHECK(path_differences(path, {hop(1, {1}), hop(2, {5}), hop(3, {4}, true)}) ==
          Lines{"hop 2: expected 10.0.0.2 or 10.0.0.3, found 10.0.0.5"});
    CHECK(path_differences(path, {hop(1, {1}), hop(2, {2}), hop(3, {}), hop(4, {4}, true)}) ==
          Lines{"expected the destination at hop 3, found it at hop 4"});
    CHECK(path_differences(path, {hop(1, {1}), hop(2, {2})}) ==
          Lines{"expected the destination at hop 3, it wasn't reached"});
}

}  // namespace path_difference_tests
